"""What `liveedge bench` says when it cannot measure, without measuring."""

import http.server
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, ClassVar

import pytest
from rich.console import Console
from typer.testing import CliRunner

from liveedge.bench import parts, requirements, tables
from liveedge.bench.command import bench
from liveedge.bench.latency_command import parse_transports
from liveedge.bench.parts import start_server, wait_live
from liveedge.errors import ConfigError, LiveEdgeError

FIGURES = {
    "transport": "mse",
    "p50_ms": 48.2,
    "p95_ms": 61.0,
    "max_ms": 80.4,
    "shown_percent": 99.8,
    "fps": 29.9,
    "expected_fps": 30.0,
    "freezes_over_200ms": 0,
    "ttff_ms": 210.5,
    "cpu_waiting_percent": 7.5,
    "size": "1280x720",
    "gop_s": 0.5,
    "chromium": "156.0",
    "load_average": 0.4,
    "camera_clock_offset_ms": None,
    "camera_clock_uncertainty_ms": None,
}


def failure(*arguments: str, stdin: str = "") -> str:
    result = CliRunner().invoke(bench, arguments, input=stdin)
    assert isinstance(result.exception, LiveEdgeError), result.output
    return str(result.exception)


def rendered(table: Any) -> str:
    console = Console(width=200)
    with console.capture() as capture:
        console.print(table)
    return capture.get()


def test_transports_are_named_once_each_in_the_order_given() -> None:
    assert parse_transports("mse,webcodecs,mse") == ("mse", "webcodecs")
    assert parse_transports("all") == ("webcodecs", "mse", "llhls", "hls")


def test_an_unknown_transport_is_answered_with_those_there_are() -> None:
    sentence = failure("latency", "--transport", "rtmp")
    assert '"rtmp"' in sentence
    assert "webcodecs, mse, llhls, hls or all" in sentence


def test_without_playwright_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requirements, "find_spec", lambda name: None)
    assert "pip install 'liveedge[bench]'" in failure("latency")


def test_without_chromium_it_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    sentence = failure("latency")
    assert "There is no Chromium on PATH" in sentence
    assert "--chromium" in sentence


def test_a_chromium_that_is_none_is_named(tmp_path: Path) -> None:
    sentence = failure("latency", "--chromium", str(tmp_path / "nothing"))
    assert f"{tmp_path}/nothing is not a program" in sentence


def test_chromium_is_found_under_its_other_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "google-chrome-stable"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert requirements.find_chromium(None) == program


@pytest.mark.parametrize("url", ["http://u:hunter2@h/", "rtsp://u:hunter2@h:x/"])
def test_a_bad_camera_url_is_refused_without_its_password(url: str) -> None:
    for sentence in (
        failure("latency", "--camera", url),
        failure("latency", "--camera", "-", stdin=url + "\n"),
    ):
        assert "camera URL" in sentence
        assert "hunter2" not in sentence


def test_the_command_line_needs_neither_playwright_nor_pyav_to_begin() -> None:
    script = (
        "import sys, liveedge.bench.command;"
        "print([name for name in ('playwright', 'av', 'uvloop') if name in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=60,
    )
    assert run.stdout.strip() == "[]"


def test_a_table_shows_what_was_measured_and_dashes_for_the_rest() -> None:
    failed = {"transport": "hls", "error": "The page showed no picture."} | {
        name: FIGURES[name]
        for name in ("size", "gop_s", "expected_fps", "chromium", "load_average")
    }
    text = rendered(tables.latency([FIGURES, failed]))
    assert "48.2" in text
    assert "keyframe every 0.5 s" in text
    assert [line.split() for line in text.splitlines() if "hls" in line] == [["hls", *"-" * 8]]
    assert rendered(tables.latency([failed])).strip() == ""


def test_a_clock_that_was_corrected_is_mentioned() -> None:
    assert "clock" not in rendered(tables.latency([FIGURES]))
    remote = FIGURES | {"camera_clock_offset_ms": 12.5, "camera_clock_uncertainty_ms": 0.2}
    assert "-12.5 ms off, give or take 0.2 ms" in rendered(tables.latency([remote]))


class StatusHandler(http.server.BaseHTTPRequestHandler):
    statuses: ClassVar[list[dict[str, Any]]]

    def do_GET(self) -> None:
        statuses = type(self).statuses
        body = json.dumps(statuses.pop(0) if len(statuses) > 1 else statuses[0]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    with http.server.HTTPServer(("127.0.0.1", 0), StatusHandler) as httpd:
        thread = threading.Thread(target=httpd.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{httpd.server_port}/"
        finally:
            httpd.shutdown()
            thread.join()


def status(**changes: Any) -> dict[str, Any]:
    return {"is_active": True, "fps": 30.0, "gop_seconds": 0.5, "last_error": None} | changes


def test_measuring_begins_when_the_keyframe_interval_is_known(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "_POLL", 0.001)
    StatusHandler.statuses = [status(is_active=False), status(gop_seconds=None), status()]
    assert wait_live(server)["gop_seconds"] == 0.5


def test_a_camera_that_does_not_come_up_is_reported_with_its_own_reason(server: str) -> None:
    StatusHandler.statuses = [status(is_active=False, last_error="Nothing listens on port 554.")]
    with pytest.raises(LiveEdgeError, match=r"did not come up.*Nothing listens on port 554\."):
        wait_live(server, deadline=0.01)


def test_a_camera_without_a_second_keyframe_is_reported(server: str) -> None:
    StatusHandler.statuses = [status(gop_seconds=None)]
    with pytest.raises(LiveEdgeError, match="no second keyframe"):
        wait_live(server, deadline=0.01)


def test_a_server_that_is_gone_is_reported() -> None:
    with pytest.raises(LiveEdgeError, match="does not answer"):
        wait_live("http://127.0.0.1:1/")


def test_no_server_is_started_for_a_url_that_is_none() -> None:
    with ExitStack() as stack, pytest.raises(ConfigError, match="rtsp://"):
        start_server(stack, "file:///etc/passwd")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--quality", "auto,best"), 'no quality "best"'),
        (("--transport", "hls"), 'no transport that follows the bandwidth "hls"'),
    ],
)
def test_what_cannot_be_measured_of_qualities_is_refused(
    arguments: tuple[str, ...], said: str
) -> None:
    assert said in failure("qualities", *arguments)
