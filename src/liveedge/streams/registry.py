"""All streams of this server."""

import asyncio
from collections.abc import Iterator

from liveedge.clock import Clock
from liveedge.config.hls import DEFAULT_HLS, HlsSettings
from liveedge.errors import ConfigError
from liveedge.ingest.source import SourceFactory
from liveedge.streams.stream import Stream

MAX_STREAMS = 1024


class StreamRegistry:
    """Holds the streams by id and runs each in a task of its own."""

    def __init__(self, clock: Clock, hls: HlsSettings = DEFAULT_HLS) -> None:
        self._clock = clock
        self._hls = hls
        self._streams: dict[str, Stream] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._numbers = 0

    def __iter__(self) -> Iterator[Stream]:
        return iter(tuple(self._streams.values()))

    def get(self, stream_id: str) -> Stream | None:
        """The stream of that id."""
        return self._streams.get(stream_id)

    def add(self, stream_id: str, name: str, source: SourceFactory) -> Stream:
        """Register a stream; it runs after `start`."""
        if stream_id in self._streams:
            raise ConfigError(f'There are two streams called "{stream_id}"; rename one.')
        if len(self._streams) >= MAX_STREAMS:
            raise ConfigError(f"There are more than {MAX_STREAMS} streams; remove some.")
        self._numbers += 1
        stream = Stream(stream_id, self._numbers, name, source, self._clock, self._hls)
        self._streams[stream_id] = stream
        return stream

    def start(self) -> None:
        """Run every stream that is not running."""
        for stream_id, stream in self._streams.items():
            if stream_id not in self._tasks:
                self._tasks[stream_id] = asyncio.create_task(
                    stream.run(), name=f"stream {stream_id}"
                )

    async def stop(self) -> None:
        """End all streams and wait for them."""
        tasks = list(self._tasks.values())
        self._tasks.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
