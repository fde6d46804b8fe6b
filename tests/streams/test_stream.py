import asyncio

import pytest

from liveedge.errors import ConfigError, ProtocolError, Reason, SourceError
from liveedge.ingest.source import MediaSink, Source, VideoDescription
from liveedge.media.access_unit import AccessUnit
from liveedge.media.chunk import HEADER
from liveedge.streams.registry import StreamRegistry
from liveedge.streams.state import State
from liveedge.streams.status import status_of
from liveedge.streams.stream import Stream
from liveedge.streams.viewers import Viewer
from tests.support import FakeClock, access_units, encode


class Camera:
    """A source that delivers what it has and then fails, as often as it is asked."""

    def __init__(self, units: list[AccessUnit], error: SourceError) -> None:
        self.units = units
        self.error = error
        self.sessions = 0
        self.again = asyncio.Event()

    def open(self, sink: MediaSink) -> Source:
        camera = self

        class Session:
            async def run_once(self) -> None:
                camera.sessions += 1
                if camera.sessions == 2:
                    camera.again.set()
                    await asyncio.Event().wait()
                sink.playing(VideoDescription("h264", 90_000, encode().parameter_sets))
                for unit in camera.units:
                    sink.access_unit(unit)
                raise camera.error

        return Session()


def make_stream(clock: FakeClock) -> Stream:
    camera = Camera([], SourceError(Reason.ENDED, "Over."))
    return StreamRegistry(clock).add("door", "Front door", camera.open)


def feed(stream: Stream, clock: FakeClock, count: int, *, begin: int = 0) -> None:
    for unit in access_units(encode(frames=90, gop=15))[begin : begin + count]:
        unit.arrival = clock.monotonic()
        stream.access_unit(unit)
        clock.advance(1 / 30)


def test_status_of_a_stream_that_has_shown_nothing() -> None:
    clock = FakeClock()
    status = status_of(make_stream(clock), clock.monotonic())
    assert (status.stream_id, status.name) == ("door", "Front door")
    assert (status.is_active, status.state) == (False, State.STOPPED)
    assert (status.fps, status.codec, status.last_frame_age, status.uptime) == (None,) * 4


def test_status_of_a_live_stream() -> None:
    clock = FakeClock()
    stream = make_stream(clock)
    feed(stream, clock, 90)
    viewer = Viewer("live", latency_p50_ms=48)
    stream.viewers.join(viewer)
    stream.viewers.join(Viewer("live"))
    clock.advance(0.5)
    status = status_of(stream, clock.monotonic())
    assert status.is_active
    assert status.fps == 30
    assert status.gop_seconds == 0.5
    assert (status.width, status.height, status.viewers) == (64, 48, 2)
    assert status.latency_p50_ms == 48
    assert status.last_frame_age == pytest.approx(0.5 + 1 / 30, abs=0.001)
    assert status.uptime == pytest.approx(3.5, abs=0.001)
    assert status.bitrate_kbps is not None
    held = [chunk.message for chunk in stream.window.since(0)]
    expected = sum(len(message) - HEADER.size for message in held[:-1]) * 8 * 30 / (len(held) - 1)
    assert status.bitrate_kbps == pytest.approx(expected / 1000, abs=0.1)
    stream.viewers.leave(viewer)
    assert status_of(stream, clock.monotonic()).viewers == 1


async def test_a_failure_is_a_state_and_the_next_picture_ends_it() -> None:
    clock = FakeClock()
    stream = make_stream(clock)
    states: list[State] = []
    stop = stream.listen(lambda state: states.append(state.state))
    stream.connecting()
    feed(stream, clock, 3)
    assert stream.delivered() == pytest.approx(0.1)
    stream.failed(SourceError(Reason.STALLED, "Video stopped."), 0.25)
    assert stream.delivered() == 0
    since = stream.state.since
    clock.advance(3)
    stream.connecting()
    stream.failed(SourceError(Reason.REFUSED, "Nothing listens."), 0.5)
    assert stream.state.since == since, "offline since the pictures ended, not since the last try"
    status = status_of(stream, clock.monotonic())
    assert (status.reason, status.last_error) == ("refused", "Nothing listens.")
    assert not status.is_active
    stream.connecting()
    feed(stream, clock, 20, begin=10)
    assert states == ["connecting", "live", "offline", "offline", "live"]
    status = status_of(stream, clock.monotonic())
    assert (status.reconnect_count, status.reason) == (1, None)
    assert status.last_error == "Nothing listens.", "it stays readable"
    stop()


async def test_a_reconnect_leaves_a_gap_where_time_has_gone() -> None:
    clock = FakeClock()
    stream = make_stream(clock)
    feed(stream, clock, 3)
    stream.failed(SourceError(Reason.ENDED, "Over."), 0.25)
    clock.advance(10)
    stream.connecting()
    feed(stream, clock, 1, begin=15)
    newest = stream.window.newest
    assert newest is not None
    assert newest.gap
    assert newest.decode_time == pytest.approx(10.1 * 90_000, abs=5)


def test_pictures_lost_on_the_way_leave_a_gap() -> None:
    clock = FakeClock()
    stream = make_stream(clock)
    feed(stream, clock, 15)
    (unit,) = access_units(encode(frames=90, gop=15))[30:31]
    unit.gap, unit.arrival = True, clock.monotonic()
    stream.access_unit(unit)
    newest = stream.window.newest
    assert newest is not None
    assert newest.gap
    assert newest.decode_time == 30 * 3000, "time goes on as the camera says"


def test_a_camera_without_parameter_sets_is_told_so() -> None:
    clock = FakeClock()
    stream = make_stream(clock)
    units = access_units(encode(), in_band=False)
    stream.access_unit(units[1])
    with pytest.raises(ProtocolError, match="without parameter sets"):
        stream.access_unit(units[0])


async def test_the_registry_runs_streams_and_stops_them() -> None:
    clock = FakeClock()
    registry = StreamRegistry(clock)
    camera = Camera(access_units(encode()), SourceError(Reason.ENDED, "Over."))
    stream = registry.add("door", "Door", camera.open)
    registry.start()
    registry.start()
    async with asyncio.timeout(5):
        await camera.again.wait()
    assert camera.sessions == 2
    assert len(list(stream.window.since(0))) == 12
    await registry.stop()
    assert stream.state.state is State.STOPPED
    assert registry.get("door") is stream
    assert list(registry) == [stream]


def test_two_streams_of_one_id_are_refused() -> None:
    registry = StreamRegistry(FakeClock())
    camera = Camera([], SourceError(Reason.ENDED, "Over."))
    registry.add("door", "Door", camera.open)
    with pytest.raises(ConfigError, match="two streams"):
        registry.add("door", "Door", camera.open)
