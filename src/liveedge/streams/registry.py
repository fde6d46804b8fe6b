"""All streams of this server."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Final

from liveedge.clock import Clock
from liveedge.config.health import STALL_SECONDS
from liveedge.config.hls import DEFAULT_HLS, HlsSettings
from liveedge.errors import ConfigError, LiveEdgeError
from liveedge.ingest.source import SourceFactory
from liveedge.streams.sound_converter import SoundConverter
from liveedge.streams.stream import Stream

MAX_STREAMS = 1024
STOP_SECONDS: Final = 2.0
"""For how long a stream may take leave of its camera."""

Listener = Callable[[Stream], None]


class StreamRegistry:
    """Holds the streams by id and runs each in a task of its own."""

    def __init__(self, clock: Clock, hls: HlsSettings = DEFAULT_HLS) -> None:
        self._clock = clock
        self._hls = hls
        self._streams: dict[str, Stream] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._ending: set[str] = set()
        """Streams whose task has been told to end."""
        self._begun: dict[str, int] = defaultdict(int)
        """How often each stream was started."""
        self._locks: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._listeners: list[Listener] = []
        self._numbers = 0
        self.converter = SoundConverter(clock)
        """Makes AAC of the sound of all streams that browsers do not play."""
        self.started = False
        """True from `start` until `stop`."""

    def __iter__(self) -> Iterator[Stream]:
        return iter(tuple(self._streams.values()))

    def get(self, stream_id: str) -> Stream | None:
        """The stream of that id."""
        return self._streams.get(stream_id)

    def next_number(self) -> int:
        """A number that no other stream of this process has."""
        self._numbers += 1
        return self._numbers

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with a stream whose state or health has changed, until told to stop."""
        self._listeners.append(listener)

        def stop() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return stop

    def add(
        self,
        stream_id: str,
        name: str,
        source: SourceFactory,
        *,
        stall_seconds: float = STALL_SECONDS,
    ) -> Stream:
        """Register a stream; it runs after `start`."""
        if stream_id in self._streams:
            raise ConfigError(f'There are two streams called "{stream_id}"; rename one.')
        if len(self._streams) >= MAX_STREAMS:
            raise ConfigError(f"There are more than {MAX_STREAMS} streams; remove some.")
        stream = Stream(
            stream_id,
            self.next_number(),
            name,
            source,
            self._clock,
            self._hls,
            stall_seconds=stall_seconds,
            changed=self._changed,
            converter=self.converter,
        )
        self._streams[stream_id] = stream
        return stream

    def start(self) -> None:
        """Run every stream that is not running."""
        self.started = True
        for stream_id in self._streams:
            if stream_id not in self._tasks:
                self._begin(stream_id)

    async def stop(self) -> None:
        """End all streams and wait for them."""
        self.started = False
        tasks = list(self._tasks.values())
        self._tasks.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.converter.close()

    # --- one stream, by hand; each returns once it is so

    async def start_one(self, stream_id: str) -> None:
        """Run a stream unless it is running."""
        async with self._locks[stream_id]:
            if stream_id in self._ending:
                await self._end(stream_id)
            if stream_id not in self._tasks:
                self._begin(stream_id)
                await asyncio.sleep(0)

    async def stop_one(self, stream_id: str) -> None:
        """End a stream's session with its camera; viewers stay and see that it is stopped.

        Raises `LiveEdgeError` if that takes longer than `STOP_SECONDS`.
        """
        async with self._locks[stream_id]:
            await self._end(stream_id)

    async def restart_one(self, stream_id: str) -> None:
        """End a stream's session with its camera and begin another, without any wait.

        Who asks while a restart is going on gets that one. Raises as `stop_one` does.
        """
        begun = self._begun[stream_id]
        async with self._locks[stream_id]:
            if self._begun[stream_id] == begun:
                await self._end(stream_id)
                self._begin(stream_id)
                await asyncio.sleep(0)

    def _begin(self, stream_id: str) -> None:
        self._begun[stream_id] += 1
        stream = self._streams[stream_id]
        self._tasks[stream_id] = asyncio.create_task(stream.run(), name=f"stream {stream_id}")

    async def _end(self, stream_id: str) -> None:
        task = self._tasks.get(stream_id)
        if task is None:
            return
        if stream_id not in self._ending:
            self._ending.add(stream_id)
            task.cancel()
        # If whoever asked goes away here, the next one finds the task ending and waits for it.
        done, _ = await asyncio.wait({task}, timeout=STOP_SECONDS)
        if not done:
            raise LiveEdgeError(
                f'The stream "{stream_id}" is still taking leave of its camera; try again.'
            )
        self._ending.discard(stream_id)
        self._tasks.pop(stream_id, None)

    def _changed(self, stream: Stream) -> None:
        for listener in tuple(self._listeners):
            listener(stream)
