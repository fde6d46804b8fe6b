"""A viewer of many streams without a screen: when each picture comes, and how old it is.

It reads the live socket (docs/reference/live-protocol.md) as the wall of a browser does.
"""

import asyncio
import json
from collections import deque
from collections.abc import Callable, Iterable
from typing import Final

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from liveedge.clock import Clock
from liveedge.errors import LiveEdgeError
from liveedge.media.chunk import FLAG_CAMERA_CLOCK, HEADER, KIND_CHUNK

_DEADLINE: Final = 5.0
_REMEMBERED: Final = 2000
"""Arrivals of one stream: a minute at 30 fps."""
_LARGEST: Final = 16 << 20
"""Octets of one message; a server passes on no larger picture."""


class Feed:
    """The pictures of one stream, as they come."""

    def __init__(self, now: float) -> None:
        self._arrivals = deque[float](maxlen=_REMEMBERED)
        """Monotonic times of the newest ones."""
        self._largest = 0.0
        self._since = now
        self._next: asyncio.Event = asyncio.Event()

    def take(self, now: float) -> None:
        """A picture has come."""
        self._largest = self.gap(now)
        self._since = now
        self._arrivals.append(now)
        self._next.set()

    def begin(self) -> None:
        """Forget the pauses so far; the one that is going on counts in full."""
        self._largest = 0.0

    def gap(self, now: float) -> float:
        """The longest pause since `begin`, in seconds; the one that is going on counts too."""
        return max(self._largest, now - self._since)

    async def after(self, moment: float) -> float:
        """When the first picture after a moment came; wait for it. The moment is a recent one."""
        while not self._arrivals or self._arrivals[-1] <= moment:
            self._next.clear()
            await self._next.wait()
        return next(arrived for arrived in self._arrivals if arrived > moment)


Delayed = Callable[[str, float], None]
"""Takes a stream's id and the seconds from the capture of a picture to its arrival here."""


class LiveWatch:
    """Notes what comes over one live socket."""

    def __init__(self, streams: Iterable[str], clock: Clock) -> None:
        self.feeds = {stream: Feed(clock.monotonic()) for stream in streams}
        self.delayed: Delayed | None = None
        self._clock = clock
        self._streams: dict[int, str] = {}

    def take(self, message: str | bytes) -> None:
        """Take one message of the socket."""
        if isinstance(message, str):
            self._take_control(json.loads(message))
            return
        kind, flags, number, _, _, _, _, capture_us, _, _ = HEADER.unpack_from(message)
        stream = self._streams.get(number)
        if kind != KIND_CHUNK or stream is None:
            return
        self.feeds[stream].take(self._clock.monotonic())
        if self.delayed is not None and flags & FLAG_CAMERA_CLOCK:
            self.delayed(stream, self._clock.wall() - capture_us / 1e6)

    def begin(self) -> None:
        """Forget the pauses of all streams so far."""
        for feed in self.feeds.values():
            feed.begin()

    def gap(self, streams: Iterable[str]) -> float:
        """The longest pause of any of these streams since `begin`, in seconds."""
        now = self._clock.monotonic()
        return max(self.feeds[stream].gap(now) for stream in streams)

    def _take_control(self, message: dict[str, object]) -> None:
        if message.get("type") == "stream":
            self._streams[int(str(message["number"]))] = str(message["stream"])


async def watch_live(address: str, watch: LiveWatch) -> None:
    """Watch until cancelled; raise `LiveEdgeError` when the server hangs up."""
    url = address.replace("http", "ws", 1) + "live"
    try:
        async with connect(
            url, compression=None, proxy=None, max_size=_LARGEST, open_timeout=_DEADLINE
        ) as socket:
            for stream in watch.feeds:
                await socket.send(json.dumps({"type": "subscribe", "stream": stream}))
            async for message in socket:
                watch.take(message)
    except (OSError, TimeoutError, WebSocketException) as error:
        raise LiveEdgeError(f"The server's live socket does not stay open ({error}).") from None
    raise LiveEdgeError("The server has ended; what it wrote above says why.")
