"""The qualities of a stream: `door~low` is a stream of its own that exists while it is watched."""

import asyncio
from collections.abc import Iterator, Mapping
from typing import Final, Protocol

from liveedge.clock import Clock
from liveedge.config.hls import DEFAULT_HLS, HlsSettings
from liveedge.ingest.source import SourceFactory
from liveedge.streams.registry import StreamRegistry
from liveedge.streams.stream import Stream
from liveedge.streams.transcode import QUALITIES, RelayedClock, Slots, transcode_source

MARK: Final = "~"
"""Between the id of a stream and a quality; no id contains it."""
LINGER_SECONDS: Final = 10.0
"""For how long a quality goes on when nobody asks for it any more."""


class Finder(Protocol):
    """Finds the stream that a viewer asks for."""

    def get(self, stream_id: str, /) -> Stream | None:
        """The stream of that id."""
        ...


class Qualities:
    """Finds streams for viewers, and runs the qualities that somebody watches.

    A quality has the id of its stream, `~` and its name. It begins when it is asked for, and ends
    `LINGER_SECONDS` after the last viewer has left and the last request was made. It is made once
    for all its viewers: by a sub-stream of the camera where one is configured, else by a worker.
    """

    def __init__(
        self,
        registry: StreamRegistry,
        clock: Clock,
        *,
        hls: HlsSettings = DEFAULT_HLS,
        transcodes: int = 4,
        sub_streams: Mapping[str, SourceFactory] | None = None,
    ) -> None:
        """`sub_streams` are the cameras' own low qualities, by stream."""
        self.slots = Slots(transcodes)
        self._registry = registry
        self._clock = clock
        self._hls = hls
        self._sub_streams = sub_streams or {}
        self._streams: dict[str, Stream] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._ending: dict[str, asyncio.Task[None]] = {}
        """The last run of each quality, which may still be taking its leave."""
        self._asked_at: dict[str, float] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def __iter__(self) -> Iterator[Stream]:
        """All streams that may need care: those of the registry, and qualities that run."""
        yield from self._registry
        for stream_id in tuple(self._tasks):
            yield self._streams[stream_id]

    def get(self, stream_id: str, /) -> Stream | None:
        """A stream of the registry, or a quality of one, which then runs."""
        stream = self._registry.get(stream_id)
        if stream is not None:
            return stream
        base, mark, name = stream_id.partition(MARK)
        original = self._registry.get(base) if mark else None
        if original is None or name not in QUALITIES or not self._registry.started:
            return None
        stream = self._streams.get(stream_id)
        if stream is None:
            stream = self._streams[stream_id] = self._make(original, name)
        self._want(stream)
        return stream

    async def stop(self) -> None:
        """End all of them and wait."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        tasks = [*self._tasks.values(), *self._ending.values()]
        self._tasks.clear()
        self._ending.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _make(self, original: Stream, name: str) -> Stream:
        stream_id, number = f"{original.id}{MARK}{name}", self._registry.next_number()
        shown = f"{original.name} ({name})"
        sub_stream = self._sub_streams.get(original.id) if name == "low" else None
        if sub_stream is not None:
            return Stream(
                stream_id,
                number,
                shown,
                sub_stream,
                self._clock,
                self._hls,
                converter=self._registry.converter,
            )
        relayed = RelayedClock()
        source = transcode_source(original, QUALITIES[name], self.slots, relayed)
        return Stream(stream_id, number, shown, source, self._clock, self._hls, capture=relayed)

    def _want(self, stream: Stream) -> None:
        self._asked_at[stream.id] = self._clock.monotonic()
        if stream.id not in self._tasks:
            running = _run(stream, self._ending.get(stream.id))
            self._tasks[stream.id] = asyncio.create_task(running, name=f"stream {stream.id}")
            self._look_again(stream, LINGER_SECONDS)

    def _look_again(self, stream: Stream, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        self._timers[stream.id] = loop.call_later(seconds, self._look, stream)

    def _look(self, stream: Stream) -> None:
        """End a quality that nobody watches."""
        now = self._clock.monotonic()
        if len(stream.viewers):
            self._asked_at[stream.id] = now
        left = self._asked_at[stream.id] + LINGER_SECONDS - now
        if left > 0:
            self._look_again(stream, left)
            return
        self._retire(stream)

    def _retire(self, stream: Stream) -> None:
        self._timers.pop(stream.id).cancel()
        task = self._ending[stream.id] = self._tasks.pop(stream.id)
        task.cancel()


async def _run(stream: Stream, before: asyncio.Task[None] | None) -> None:
    """Run a stream once its last run has taken its leave."""
    if before is not None:
        await asyncio.wait({before})
    await stream.run()
