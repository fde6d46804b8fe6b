"""A stream under the eyes of the monitor: facts, interruption, recovery, counters."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from structlog.testing import capture_logs

from liveedge.errors import Reason, SourceError
from liveedge.health.monitor import Monitor
from liveedge.health.verdict import Code
from liveedge.media.access_unit import AccessUnit
from liveedge.rtsp.client import Stats
from liveedge.streams.registry import StreamRegistry
from liveedge.streams.state import State
from liveedge.streams.status import status_of
from liveedge.streams.stream import Stream
from tests.streams.cameras import Camera
from tests.support import FakeClock, access_units, encode

FRAME = 1 / 30


class Scene:
    """A camera, a stream and a monitor, in a time that passes when told."""

    def __init__(self, *, stall_seconds: float = 1.5) -> None:
        self.clock = FakeClock()
        self.camera = Camera()
        self.registry = StreamRegistry(self.clock)
        self.stream = self.registry.add(
            "door", "Door", self.camera.open, stall_seconds=stall_seconds
        )
        self.monitor = Monitor(self.registry, self.clock)
        self._next_look = self.clock.monotonic()
        self._units = iter(self._endless())

    def _endless(self) -> list[AccessUnit]:
        return access_units(encode(frames=900, gop=15))

    def _pass(self, seconds: float) -> None:
        self.clock.advance(seconds)
        if self.clock.monotonic() >= self._next_look:
            self._next_look += 0.25
            self.monitor.run_once(self.clock.monotonic())

    def live(self, seconds: float, *, every: float = FRAME, rtp_step: int = 3000) -> None:
        """Let pictures come."""
        steps = round(seconds / FRAME)
        due = 0.0
        for step in range(steps):
            self._pass(FRAME)
            due += FRAME
            if due + 1e-9 >= every:
                due = 0.0
                unit = next(self._units)
                unit.rtp_time = step * rtp_step + self._base & 0xFFFFFFFF
                unit.arrival = self.clock.monotonic()
                self.count(bytes=5000, packets=4)
                self.camera.send(unit)
        self._base += steps * rtp_step

    _base = 0

    def count(self, **more: int) -> None:
        """Let the source have counted so much more."""
        stats = self.camera.stats
        fields = {name: getattr(stats, name) + value for name, value in more.items()}
        kept = {name: getattr(stats, name) for name in Stats.__slots__}
        self.camera.stats = Stats(**(kept | fields))

    def silence(self, seconds: float, *, audio: bool = False) -> float | None:
        """Let time pass without pictures until the stream goes offline; return when it did."""
        begin = self.clock.monotonic()
        while self.clock.monotonic() - begin < seconds:
            if audio:
                self.count(bytes=200)
            self._pass(0.02)
            if self.stream.state.state is State.OFFLINE:
                return self.clock.monotonic() - begin
        return None

    async def reconnect(self) -> None:
        """Let the interrupted session end and the next one open."""
        async with asyncio.timeout(5):
            await self.camera.closed.wait()
        await self.camera.wait()
        self.camera.play()


@asynccontextmanager
async def scene(*, stall_seconds: float = 1.5) -> AsyncIterator[Scene]:
    made = Scene(stall_seconds=stall_seconds)
    made.registry.start()
    await made.camera.wait()
    made.camera.play()
    try:
        yield made
    finally:
        await made.registry.stop()


async def test_a_live_stream_is_healthy() -> None:
    async with scene() as it:
        it.live(20)
        status = status_of(it.stream, it.clock.monotonic())
        assert (status.healthy, status.level, status.reasons) == (True, "ok", [])
        assert status.is_active
        assert it.stream.verdict.findings == ()
        assert status.last_packet_age is not None
        assert status.last_packet_age <= 1.0
        assert status.last_keyframe_age is not None
        assert status.last_keyframe_age <= 0.5
        assert status.received_bytes == 20 * 30 * 5000
        assert status.usual_fps == pytest.approx(30, abs=0.5)


@pytest.mark.parametrize(
    ("audio", "code"), [(False, Code.NO_DATA), (True, Code.VIDEO_STOPPED)], ids=["dead", "audio"]
)
async def test_a_stall_is_noticed_within_the_limit_and_the_camera_reconnected(
    audio: bool, code: Code
) -> None:
    async with scene() as it:
        it.live(12)
        noticed = it.silence(3, audio=audio)
        assert noticed is not None
        assert 1.2 <= noticed <= 1.5
        assert it.stream.verdict.codes[0] is code
        status = status_of(it.stream, it.clock.monotonic())
        assert (status.is_active, status.healthy, status.reason) == (False, False, "stalled")
        await it.reconnect()
        it.live(1)
        status = status_of(it.stream, it.clock.monotonic())
        assert status.is_active
        assert status.reconnect_count == 1
        assert status.reconnects_by_reason == {"stalled": 1}
        assert [outage.reason for outage in status.recent_outages] == ["stalled"]
        assert it.camera.most_at_once == 1


async def test_the_limit_can_be_set() -> None:
    async with scene(stall_seconds=4.0) as it:
        it.live(12)
        noticed = it.silence(6)
        assert noticed is not None
        assert 3.7 <= noticed <= 4.0


async def test_a_slow_camera_is_not_called_stalled() -> None:
    """One picture a second: four of them must be overdue."""
    async with scene() as it:
        it.live(20, every=1.0)
        assert it.silence(3.6) is None
        noticed = it.silence(1.0)
        assert noticed is not None


async def test_a_camera_that_stalls_again_at_once_is_given_more_time() -> None:
    async with scene() as it:
        it.live(2)
        assert it.silence(2) is not None
        await it.reconnect()
        it.live(2)
        assert it.silence(2.5) is None
        assert it.silence(0.6) is not None


async def test_a_picture_that_comes_while_the_session_is_ended_does_not_revive_it() -> None:
    async with scene() as it:
        it.live(12)
        assert it.silence(2) is not None
        it.live(2 * FRAME)
        assert it.stream.state.state is State.OFFLINE


async def test_pictures_that_wait_for_a_keyframe_are_signs_of_life() -> None:
    async with scene() as it:
        for _ in range(150):
            it.clock.advance(FRAME)
            it.count(bytes=5000, skipped=1)
            it.monitor.run_once(it.clock.monotonic())
        facts = it.stream.facts(it.clock.monotonic())
        assert facts.frame_age is not None
        assert facts.frame_age < 0.1
        codes = it.stream.verdict.codes
        assert Code.WAITING_FOR_KEYFRAME in codes
        assert Code.NO_PICTURE not in codes


async def test_lost_packets_are_counted_over_all_sessions() -> None:
    async with scene() as it:
        it.live(1)
        it.count(lost=40, damaged=2)
        it.live(1)
        assert Code.PACKETS_LOST in it.stream.verdict.codes
        assert it.silence(2) is not None
        await it.reconnect()
        it.live(1)
        it.count(lost=2)
        status = status_of(it.stream, it.clock.monotonic())
        assert (status.lost_packets, status.damaged_pictures) == (42, 2)


async def test_a_jump_of_the_timestamps_is_noticed_and_costs_no_session() -> None:
    async with scene() as it:
        it.live(5)
        it._base += 3600 * 90_000
        it.live(5)
        assert it.stream.verdict.codes == (Code.TIMESTAMPS_JUMPED,)
        assert it.camera.sessions == 1
        assert status_of(it.stream, it.clock.monotonic()).timestamp_jumps == 1
        it.live(1)


async def test_a_frame_rate_that_collapses_is_noticed_and_costs_no_session() -> None:
    async with scene() as it:
        it.live(20)
        it.live(11, every=0.2)
        assert it.stream.verdict.codes == (Code.FRAME_RATE_COLLAPSED,)
        assert it.camera.sessions == 1


async def test_stopping_by_hand_is_neither_failure_nor_outage() -> None:
    async with scene() as it:
        it.live(12)
        await it.registry.stop_one("door")
        status = status_of(it.stream, it.clock.monotonic())
        assert (status.state, status.is_active, status.healthy) == ("stopped", False, True)
        assert [reason.code for reason in status.reasons] == ["stopped"]
        await it.registry.start_one("door")
        await it.camera.wait()
        it.camera.play()
        it.live(1)
        assert it.stream.reconnects == 0


async def test_listeners_hear_of_state_and_health() -> None:
    async with scene() as it:
        heard: list[tuple[State, tuple[Code, ...]]] = []

        def listen(stream: Stream) -> None:
            heard.append((stream.state.state, stream.verdict.codes))

        stop = it.registry.listen(listen)
        it.live(3)
        it.silence(2)
        assert heard == [
            (State.CONNECTING, (Code.CONNECTING,)),
            (State.LIVE, (Code.CONNECTING,)),
            (State.LIVE, ()),
            (State.LIVE, (Code.NO_DATA,)),
            (State.OFFLINE, (Code.NO_DATA,)),
        ]
        stop()
        it.live(1)
        assert len(heard) == 5


async def test_the_log_has_a_line_for_what_somebody_can_act_on() -> None:
    with capture_logs() as lines:
        async with scene() as it:
            it.live(12)
            it.silence(2)
            await it.reconnect()
            it.live(1)
            it.count(lost=100)
            it.live(1)
            it.camera.fail(SourceError(Reason.ENDED, "The camera ended the stream."))
            await it.reconnect()
    events = [line["event"] for line in lines]
    assert events == [
        "camera_live",
        "camera_offline",
        "camera_live",
        "stream_health",
        "camera_offline",
    ]
    assert all(line["stream"] == "door" for line in lines)
    stalled, back, lossy = lines[1:4]
    assert (stalled["reason"], stalled["log_level"]) == ("stalled", "warning")
    assert "Nothing has come" in stalled["error"]
    assert back["offline_s"] > 0
    assert (lossy["health"], lossy["codes"]) == ("degraded", ["packets_lost"])
