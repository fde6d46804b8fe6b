"""Sources for tests of streams."""

import asyncio
from typing import Any

from liveedge.errors import SourceError
from liveedge.ingest.source import MediaSink, Source, VideoDescription
from liveedge.media.access_unit import AccessUnit
from liveedge.rtsp.client import Stats
from tests.support import encode


class Idle:
    """A source that is open and delivers nothing."""

    async def run_once(self) -> None:
        await asyncio.Event().wait()


def idle(sink: MediaSink) -> Source:
    """Open an `Idle`."""
    del sink
    return Idle()


class Camera:
    """A camera whose sessions a test leads by hand, one at a time."""

    def __init__(self) -> None:
        self.sink: MediaSink | None = None
        """Of the session that is open, None between two."""
        self.sessions = 0
        self.open_at_once = 0
        self.most_at_once = 0
        self.opened = asyncio.Event()
        self.closed = asyncio.Event()
        self.stats = Stats()
        self.stubborn = False
        """Whether it takes its time to close."""
        self.let_go = asyncio.Event()
        self._failure: asyncio.Future[None] | None = None

    def open(self, sink: MediaSink) -> Source:
        """Be the source factory of a stream."""
        camera = self

        class Session:
            @property
            def stats(self) -> Stats:
                return camera.stats

            async def run_once(self) -> None:
                await camera._run(sink)

        return Session()

    async def _run(self, sink: MediaSink) -> None:
        self.sessions += 1
        self.open_at_once += 1
        self.most_at_once = max(self.most_at_once, self.open_at_once)
        self.sink = sink
        self._failure = asyncio.get_running_loop().create_future()
        self.stats = Stats()
        self.opened.set()
        self.closed.clear()
        try:
            await self._failure
        finally:
            self.sink = None
            self.opened.clear()
            self.closed.set()
            if self.stubborn:
                await self.let_go.wait()
            self.open_at_once -= 1

    async def wait(self) -> MediaSink:
        """Wait for a session."""
        async with asyncio.timeout(5):
            await self.opened.wait()
        assert self.sink is not None
        return self.sink

    def play(self, **description: Any) -> None:
        """Agree to send."""
        assert self.sink is not None
        sets = encode().parameter_sets
        self.sink.playing(VideoDescription("h264", 90_000, sets, **description))

    def send(self, unit: AccessUnit) -> None:
        """Send a picture."""
        assert self.sink is not None
        self.sink.access_unit(unit)

    def fail(self, error: SourceError) -> None:
        """End the session."""
        assert self._failure is not None
        self._failure.set_exception(error)
