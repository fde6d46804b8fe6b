"""The original description as the bench runs it, without a browser."""

import http.client
import stat
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from liveedge.bench import baseline_server, requirements
from liveedge.bench.baseline import BASELINES, as_expected, ratios_of_p50
from liveedge.bench.baseline_server import ffmpeg_hls, require_no_password, serve_baseline
from liveedge.bench.command import bench
from liveedge.errors import ConfigError, LiveEdgeError

COMMAND = (
    "-rtsp_transport tcp -fflags nobuffer+flush_packets -flags low_delay -i rtsp://camera-url"
    " -c:v copy -c:a aac -b:a 64k -f hls -hls_time 0.5 -hls_list_size 3"
    " -hls_flags delete_segments+independent_segments+omit_endlist+temp_file"
    " -hls_playlist_type event -movflags +faststart+empty_moov -g 15 output.m3u8"
)


def test_the_command_is_that_of_the_description() -> None:
    now, before, written = BASELINES
    assert " ".join(now.ffmpeg("rtsp://camera-url")) == COMMAND
    assert written.ffmpeg("rtsp://camera-url") == now.ffmpeg("rtsp://camera-url")
    older = " ".join(before.ffmpeg("rtsp://camera-url"))
    assert "-hls_time 1 -hls_list_size 6" in older
    assert "event" not in older


def test_ratios_compare_each_baseline_with_each_transport() -> None:
    results: list[dict[str, Any]] = [
        {"transport": "mse", "p50_ms": 50.0},
        {"transport": "llhls", "p50_ms": 150.0},
        {"transport": "hls", "error": "The page showed no picture."},
        {"transport": "description", "p50_ms": 1050.0},
        {"transport": "description as written", "frames": 0, "why": "manifestLoadTimeOut"},
    ]
    assert ratios_of_p50(results) == {"description": {"mse": 21.0, "llhls": 7.0}}


def test_only_what_cannot_play_may_show_nothing() -> None:
    now, _, written = BASELINES
    error = LiveEdgeError("No picture.")
    assert as_expected(written, error) == {"frames": 0, "why": "No picture."}
    assert as_expected(now, error) == {"error": "No picture."}


def test_no_password_gets_into_the_process_list() -> None:
    require_no_password(None)
    require_no_password("rtsp://camera/1")
    with pytest.raises(ConfigError, match="process list") as raised:
        require_no_password("rtsp://viewer:hunter2@camera/1")
    assert "hunter2" not in str(raised.value)


def program(path: Path, script: str) -> Path:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_it_waits_for_the_first_segment_and_ends_the_program(tmp_path: Path) -> None:
    fake = program(tmp_path / "ffmpeg", 'echo "#EXTINF:0.5," > output.m3u8; exec sleep 60')
    with ffmpeg_hls(fake, []) as folder:
        assert "#EXTINF" in (folder / "output.m3u8").read_text()
    assert not folder.exists()


def test_a_program_that_fails_is_quoted(tmp_path: Path) -> None:
    fake = program(tmp_path / "ffmpeg", "echo 'Connection refused' >&2; exit 1")
    with pytest.raises(LiveEdgeError, match="it said: Connection refused"), ffmpeg_hls(fake, []):
        pass


def test_a_program_that_writes_nothing_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(baseline_server, "_FIRST_SEGMENT_DEADLINE", 0.01)
    fake = program(tmp_path / "ffmpeg", "exec sleep 60")
    with pytest.raises(LiveEdgeError, match="it said: nothing"), ffmpeg_hls(fake, []):
        pass


def get(address: str, path: str) -> tuple[int, str | None, bytes]:
    connection = http.client.HTTPConnection(address.split("/")[2], timeout=5)
    connection.request("GET", path)
    answer = connection.getresponse()
    result = answer.status, answer.getheader("Cache-Control"), answer.read()
    connection.close()
    return result


def test_files_are_served_with_the_headers_that_are_asked_for(tmp_path: Path) -> None:
    folder = tmp_path / "hls"
    folder.mkdir()
    (folder / "output.m3u8").write_text("#EXTM3U\n")
    (tmp_path / "secret").write_text("not to be had")
    with serve_baseline(folder, "before") as address:
        status, cache, page = get(address, "/")
        assert (status, cache) == (200, "no-cache")
        assert b'settings="before"' in page
        assert get(address, "/output.m3u8") == (200, "no-cache", b"#EXTM3U\n")
        for path in ("/../secret", "/%2e%2e/secret", "/assets/../../secret", "/nothing.ts"):
            assert get(address, path)[0] == 404, path


def test_without_ffmpeg_it_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigError, match="apt install ffmpeg"):
        requirements.find_ffmpeg()


def test_a_camera_with_a_password_is_no_baseline() -> None:
    camera = "rtsp://viewer:hunter2@camera/1"
    result = CliRunner().invoke(bench, ["latency", "--baseline", "--camera", camera])
    assert isinstance(result.exception, ConfigError)
    assert "--baseline" in str(result.exception)
