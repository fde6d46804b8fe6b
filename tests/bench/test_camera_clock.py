import socket
from collections.abc import Iterator

import pytest

from liveedge.bench import camera_clock
from liveedge.bench.camera_clock import (
    ClockOffset,
    by_our_clock,
    clock_offset,
    is_remote,
    measure_camera_clock,
)
from liveedge.bench.stats import Picture
from liveedge.config.url import CameraUrl, parse_camera_url
from liveedge.errors import LiveEdgeError, Reason, SourceError
from liveedge.ingest.source import MediaSink, Source, SourceFactory
from tests.support import FakeClock


@pytest.mark.parametrize(
    ("host", "remote"),
    [("127.0.0.1", False), ("[::1]", False), ("localhost", False), ("10.0.0.5", True), ("c", True)],
)
def test_only_a_camera_on_this_machine_surely_has_our_clock(host: str, remote: bool) -> None:
    assert is_remote(parse_camera_url(f"rtsp://{host}/cam")) is remote


def test_the_quickest_report_took_half_a_round_trip() -> None:
    assert clock_offset([58.0, 51.0, 77.0], 2.0) == ClockOffset(50.0, 1.0)
    assert clock_offset([-20.0], 4.0) == ClockOffset(-22.0, 2.0)


def test_a_delay_is_corrected_by_the_offset() -> None:
    assert by_our_clock([Picture(7, 3, 70.0)], ClockOffset(50.0, 1.0)) == [Picture(7, 3, 20.0)]


class Reporting:
    """A source that sends what it is told, and ends."""

    def __init__(self, sink: MediaSink, clock: FakeClock, ages_ms: list[float]) -> None:
        self._sink, self._clock, self._ages = sink, clock, ages_ms

    async def run_once(self) -> None:
        for age in self._ages:
            self._sink.sender_report(round(self._clock.unix * 1e6 - age * 1e3), 0)
        raise TimeoutError


@pytest.fixture
def listener() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0), backlog=16) as server:
        yield server.getsockname()[1]


def reporting(
    monkeypatch: pytest.MonkeyPatch, ages_ms: list[float], error: SourceError | None = None
) -> None:
    def source(url: CameraUrl, clock: FakeClock) -> SourceFactory:
        def open_source(sink: MediaSink) -> Source:
            if error is not None:
                raise error
            return Reporting(sink, clock, ages_ms)

        return open_source

    monkeypatch.setattr(camera_clock, "rtsp_source", source)


async def test_a_camera_is_measured_by_its_reports(
    monkeypatch: pytest.MonkeyPatch, listener: int
) -> None:
    reporting(monkeypatch, [130.0, 120.0])
    url = parse_camera_url(f"rtsp://127.0.0.1:{listener}/cam")
    offset = await measure_camera_clock(url, 5, FakeClock())
    assert offset is not None
    assert offset.offset_ms == pytest.approx(120.0, abs=0.01)
    assert offset.uncertainty_ms == 0


async def test_a_camera_without_reports_has_no_offset(monkeypatch: pytest.MonkeyPatch) -> None:
    reporting(monkeypatch, [])
    assert await measure_camera_clock(parse_camera_url("rtsp://h/"), 5, FakeClock()) is None


async def test_a_camera_that_fails_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    reporting(monkeypatch, [], SourceError(Reason.REFUSED, "Nothing listens there."))
    with pytest.raises(LiveEdgeError, match="Nothing listens there"):
        await measure_camera_clock(parse_camera_url("rtsp://h/"), 5, FakeClock())


async def test_a_camera_that_is_gone_is_named_without_its_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reporting(monkeypatch, [1.0])
    url = parse_camera_url("rtsp://u:hunter2@127.0.0.1:1/cam")
    with pytest.raises(LiveEdgeError, match="took no further connection") as failure:
        await measure_camera_clock(url, 5, FakeClock())
    assert "rtsp://127.0.0.1:1/cam" in str(failure.value)
    assert "hunter2" not in str(failure.value)
