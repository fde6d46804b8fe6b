"""The whole way with real sockets: a camera fails, it is noticed, it comes back, nobody else minds.

Every case has a camera of its own; the cases of one test go on at the same time.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import pytest

from liveedge.clock import SystemClock
from liveedge.config.health import STALL_SECONDS
from liveedge.config.url import parse_camera_url
from liveedge.errors import Reason
from liveedge.health.monitor import Monitor
from liveedge.health.verdict import Code
from liveedge.ingest import backoff
from liveedge.ingest import rtsp as rtsp_sources
from liveedge.streams.registry import StreamRegistry
from liveedge.streams.state import State
from liveedge.streams.stream import Stream
from tests.camera import rogue

DEADLINE = 20.0
SETTINGS = replace(rogue.SETTINGS, fps=30)


@dataclass(frozen=True)
class Case:
    fault: str
    """As the camera is told; it goes on until it has been noticed."""
    reason: Reason | None = None
    """What the stream says while it lasts."""
    code: Code | None = None
    """What health finds, where the session goes on."""


SILENT = [
    Case("hang 60", Reason.STALLED),
    Case("half-open", Reason.STALLED),
    Case("no-video 60", Reason.STALLED),
    Case("reset", Reason.ENDED),
    Case("reboot 60", Reason.REFUSED),
    Case("garbage 60", Reason.PROTOCOL),
    Case("huge-picture 9", Reason.LIMIT),
]
ANSWERS = [
    Case("status 60 401", Reason.UNAUTHORIZED),
    Case("status 60 403", Reason.UNAUTHORIZED),
    Case("status 60 404", Reason.NOT_FOUND),
    Case("status 60 453", Reason.BUSY),
    Case("status 60 454", Reason.SESSION_LOST),
    Case("status 60 500", Reason.PROTOCOL),
    Case("status 60 503", Reason.BUSY),
    Case("redirect 60", Reason.REDIRECT),
]
DESCRIPTIONS = [
    Case("sdp-no-video 60", Reason.NO_VIDEO),
    Case("sdp-broken 60", Reason.PROTOCOL),
    Case("sdp-huge 60", Reason.LIMIT),
    Case("sdp-tracks 60", Reason.LIMIT),
    Case("slow-answers 60", Reason.TIMEOUT),
]
WITHOUT_A_NEW_SESSION = [
    Case("loss 60 20", code=Code.PACKETS_LOST),
    Case("jump 3600", code=Code.TIMESTAMPS_JUMPED),
    Case("jump -10", code=Code.TIMESTAMPS_JUMPED),
    Case("resolution 60", code=Code.PARAMETERS_CHANGED),
]


class Site:
    """A server's streams under the eyes of the monitor, each with a camera that can fail."""

    def __init__(self) -> None:
        self.clock = SystemClock()
        self.registry = StreamRegistry(self.clock)
        self._changed = asyncio.Event()
        self.registry.listen(lambda _: self._changed.set())

    async def add(
        self, name: str, camera: rogue.Camera, stall_seconds: float = STALL_SECONDS
    ) -> Stream:
        """A stream that is live."""
        url = parse_camera_url(f"rtsp://127.0.0.1:{camera.port}/cam")
        source = rtsp_sources.rtsp_source(url, self.clock)
        stream = self.registry.add(name, name, source, stall_seconds=stall_seconds)
        stream.window.listen(lambda _: self._changed.set())
        await self.registry.start_one(name)
        await self.flows(stream)
        return stream

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait for something that a stream's state, verdict or pictures bring about."""
        async with asyncio.timeout(DEADLINE):
            while not holds():
                self._changed.clear()
                await self._changed.wait()

    async def flows(self, stream: Stream, pictures: int = 12) -> None:
        """Wait until a stream is live and so many pictures have come from now on."""
        await self.until(lambda: stream.state.state is State.LIVE)
        goal = stream.window.next_sequence + pictures
        await self.until(lambda: stream.window.next_sequence >= goal)
        assert stream.state.state is State.LIVE


@asynccontextmanager
async def site() -> AsyncIterator[Site]:
    made = Site()
    monitor = asyncio.create_task(Monitor(made.registry, made.clock).run())
    try:
        yield made
    finally:
        monitor.cancel()
        await made.registry.stop()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What takes minutes with a real camera that refuses us."""
    monkeypatch.setattr(backoff, "SLOW", {})
    patience = replace(rtsp_sources.PATIENCE, connect=1.0, request=1.0)
    monkeypatch.setattr(rtsp_sources, "PATIENCE", patience)
    return iter((None,))


async def run(site: Site, case: Case) -> None:
    """Let a camera fail, wait until that is noticed, end it, wait for pictures."""
    async with rogue.camera(SETTINGS) as camera:
        stream = await site.add(case.fault.replace(" ", "-"), camera)
        await camera.begin(case.fault)
        if case.reason is not None:
            await site.until(lambda: stream.state.reason is case.reason)
        if case.code is not None:
            await site.until(lambda: case.code in stream.verdict.codes)
        await camera.end()
        await site.flows(stream)
        assert stream.reconnects == (0 if case.reason is None else 1), case.fault
        await site.registry.stop_one(stream.id)


@pytest.mark.parametrize(
    "cases",
    [SILENT, ANSWERS, DESCRIPTIONS, WITHOUT_A_NEW_SESSION],
    ids=["silent", "answers", "descriptions", "without a new session"],
)
async def test_every_fault_is_noticed_and_gets_over_and_no_other_stream_minds(
    cases: list[Case],
) -> None:
    async with site() as it, rogue.camera(SETTINGS) as well:
        # Nine encoders may keep this machine busy; that is not what is asked here.
        healthy = await it.add("healthy", well, stall_seconds=10.0)
        gaps = watch_gaps(healthy)
        async with asyncio.TaskGroup() as tasks:
            for case in cases:
                tasks.create_task(run(it, case))
        await it.flows(healthy)
        assert healthy.vitals.failed_attempts.total() == 0
        assert not any(gaps)


def watch_gaps(stream: Stream) -> list[bool]:
    gaps: list[bool] = []
    stream.window.listen(lambda chunk: gaps.append(chunk.gap))
    return gaps


async def test_video_that_stops_while_the_sound_goes_on_is_called_so() -> None:
    async with site() as it, rogue.camera(replace(SETTINGS, audio="aac")) as camera:
        stream = await it.add("sound", camera)
        heard: list[int] = []
        stream.sound.window.listen(lambda chunk: heard.append(chunk.sequence))
        named: set[Code] = set()
        it.registry.listen(lambda _: named.update(stream.verdict.codes))
        await camera.begin("no-video 60")
        before = len(heard)
        await it.until(lambda: stream.state.reason is Reason.STALLED)
        assert len(heard) - before > 20
        await it.until(lambda: Code.VIDEO_STOPPED in named)
        assert Code.NO_DATA not in named
        await camera.end()
        await it.flows(stream)


async def test_an_overflow_of_the_timestamps_is_not_even_noticed() -> None:
    async with site() as it, rogue.camera(SETTINGS) as camera:
        stream = await it.add("wrap", camera)
        await camera.begin("wrap 0.5")
        await it.until(lambda: stream.reconnects == 1)
        gaps = watch_gaps(stream)
        await it.flows(stream, pictures=30)
        assert not any(gaps)
        assert stream.timestamp_jumps == 0


async def test_a_camera_for_one_viewer_is_restarted_at_the_first_try() -> None:
    """The old session is ended in order before the new one begins."""
    async with site() as it, rogue.camera(SETTINGS) as camera:
        stream = await it.add("one", camera)
        await camera.begin("one-viewer 60")
        for _ in range(3):
            await it.registry.restart_one("one")
            await it.flows(stream)
        assert stream.vitals.failed_attempts.total() == 0
        assert stream.reconnects == 0


async def test_parameter_sets_may_come_in_band_only() -> None:
    async with site() as it, rogue.camera(SETTINGS) as camera:
        await camera.begin("sdp-no-sets 60")
        stream = await it.add("sets", camera)
        assert stream.vitals.failed_attempts.total() == 0
