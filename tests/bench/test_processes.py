"""The benchmarks with everything that they put together: processes, sockets, and a browser."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from liveedge.bench import capacity, viewers
from liveedge.bench.capacity import CapacityPlan, measure_capacity
from liveedge.bench.parts import CameraPlan
from liveedge.bench.viewers import measure_viewers
from liveedge.bench.viewers_crowd import Crowded, CrowdPlan

SMALL = CameraPlan(fps=30, gop=15, size="640x360", kbps=800)
TRANSPORTS = ("webcodecs", "mse", "llhls", "hls")


@pytest.fixture(autouse=True)
def children_find_this_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))


@contextmanager
def running(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """`liveedge bench …`, ended as Ctrl-C does; afterwards none of its processes is left."""
    with subprocess.Popen(
        [sys.executable, "-m", "liveedge", "bench", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        offspring: set[int] = set()
        try:
            yield process
        finally:
            offspring |= descendants(process.pid)
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGINT)
            process.communicate(timeout=30)
        assert offspring
        assert {pid for pid in offspring if is_running(pid)} == set()


def is_running(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def descendants(pid: int) -> set[int]:
    found: set[int] = set()
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, path.read_text().split()):
            found |= {child} | descendants(child)
    return found


@pytest.mark.browser
def test_each_transport_shows_the_camera() -> None:
    options = "--transport all --size 640x360 --kbps 800 --seconds 3 --warmup 0.5"
    run = subprocess.run(
        [sys.executable, "-m", "liveedge", "bench", "latency", "--json", *options.split()],
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )
    assert run.returncode == 0, run.stderr
    results = [json.loads(line) for line in run.stdout.splitlines()]
    assert [figures["transport"] for figures in results] == list(TRANSPORTS)
    for figures in results:
        assert figures["frames"] > 0, figures
        assert figures["backwards"] == 0
        assert figures["p50_ms"] <= figures["p95_ms"] <= figures["max_ms"]
        assert figures["ttff_ms"] > 0
        assert figures["page_errors"] == []
        assert figures["delivered"] > 0
        assert figures["gop_s"] == pytest.approx(0.5, abs=0.3)
        assert (figures["seconds"], figures["expected_fps"]) == (3, 30)
        assert figures["size"] == "640x360"
        assert figures["camera_clock_offset_ms"] is None
        assert {"fps", "shown_percent", "freezes_over_200ms", "longest_gap_ms", "chromium"} <= (
            figures.keys()
        )


@pytest.mark.browser
def test_each_picture_can_be_followed_from_the_camera_to_the_screen(tmp_path: Path) -> None:
    picture = tmp_path / "delay.svg"
    options = "--breakdown --transport mse --size 640x360 --kbps 800 --seconds 2 --warmup 1"
    command = [sys.executable, "-m", "liveedge", "bench", "latency", "--json", *options.split()]
    run = subprocess.run(
        [*command, "--picture", str(picture)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr
    (figures,) = [json.loads(line) for line in run.stdout.splitlines()]
    assert figures["pictures"] > 0
    assert figures["total_ms"] == pytest.approx(sum(figures["stages_ms"].values()), abs=0.1)
    assert all(value >= 0 for value in figures["stages_ms"].values())
    assert f"{figures['total_ms']:.0f} ms" in picture.read_text()


@pytest.mark.parametrize("transport", ["live", "llhls"])
def test_viewers_get_everything(transport: Crowded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(viewers, "_ALONE_SECONDS", 1.0)
    figures = measure_viewers(CrowdPlan(transport, 3, 1.0), SMALL, print)
    media = "frames" if transport == "live" else "parts"
    assert figures[media] > 0
    assert figures["problems"] == []
    assert figures["rss_mb"] > 0
    assert figures["server_cpu_percent"] >= 0
    assert {f"{media}_missed", "late", "rss_mb_one_viewer"} <= figures.keys()
    assert json.loads(json.dumps(figures)) == figures


@pytest.mark.browser
def test_ctrl_c_ends_camera_server_and_browser() -> None:
    with running("latency", "--transport", "webcodecs", "--seconds", "100") as process:
        assert process.stderr is not None
        while line := process.stderr.readline():
            if line.startswith("webcodecs:"):
                break
        assert line, "it ended before it measured"


def test_capacity_compares_both_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capacity, "_WARMUPS", {"liveedge": 0.2, "pyav": 0.2})
    progress: list[str] = []
    figures = measure_capacity(CapacityPlan(SMALL, 2, 1.0, one_core=True), progress.append)
    assert json.loads(json.dumps(figures)) == figures
    assert figures["fps_min"] > 0
    assert figures["pyav_fps_min"] > 0
    assert figures["reconnects"] == 0
    assert figures["mb_a_camera"] > 0
    assert 0 <= figures["loop_lag_p50_ms"] <= figures["loop_lag_p99_ms"]
    assert figures["loop_lag_p99_ms"] <= figures["loop_lag_max_ms"]
    assert [line.partition(":")[0] for line in progress] == ["liveedge", "pyav"] * 2
