"""Follows `GET /api/events`: what a server says about its streams, and when it says so."""

import asyncio
import json
from collections import deque
from collections.abc import Iterable
from typing import Final, NamedTuple
from urllib.parse import urlsplit

import httptools

from liveedge.clock import Clock
from liveedge.errors import LiveEdgeError

_REMEMBERED: Final = 1000
_PIECE: Final = 64 * 1024
_DEADLINE: Final = 5.0


class News(NamedTuple):
    """What the server said of one stream."""

    at: float
    """Monotonic seconds."""
    stream: str
    state: str
    words: frozenset[str]
    """The codes of everything that health found, and why the stream is offline."""


class EventWatch:
    """The newest events of all streams."""

    def __init__(self, clock: Clock) -> None:
        self.newest: dict[str, News] = {}
        self._clock = clock
        self._news: deque[News] = deque(maxlen=_REMEMBERED)
        self._changed = asyncio.Event()
        self._text = b""

    # --- the callback of httptools

    def on_body(self, body: bytes) -> None:
        """Take a piece of the event stream (HTML Standard §9.2)."""
        *blocks, self._text = (self._text + body).split(b"\n\n")
        for block in blocks:
            event, _, data = block.partition(b"\ndata: ")
            if event == b"event: stream":
                self._take(json.loads(data))

    def since(self, stream: str, moment: float) -> Iterable[News]:
        """What was said of a stream from a moment on."""
        return (news for news in self._news if news.stream == stream and news.at >= moment)

    async def first(self, stream: str, words: Iterable[str], moment: float) -> News:
        """The first news from a moment on that has one of the words; wait for it."""
        wanted = frozenset(words)
        while True:
            for news in self.since(stream, moment):
                if news.words & wanted:
                    return news
            await self._next()

    async def calm(self, stream: str, words: Iterable[str]) -> News:
        """Wait until a stream is live and none of the words is said of it; what is said then."""
        unwanted = frozenset(words)
        while True:
            news = self.newest.get(stream)
            if news is not None and news.state == "live" and not news.words & unwanted:
                return news
            await self._next()

    async def _next(self) -> None:
        self._changed.clear()
        await self._changed.wait()

    def _take(self, data: dict[str, object]) -> None:
        reasons = data["reasons"]
        codes = [reason["code"] for reason in reasons] if isinstance(reasons, list) else []
        words = frozenset(str(word) for word in (*codes, data["reason"]) if word)
        stream = str(data["stream_id"])
        news = News(self._clock.monotonic(), stream, str(data["state"]), words)
        self.newest[stream] = news
        self._news.append(news)
        self._changed.set()


async def follow_events(address: str, watch: EventWatch) -> None:
    """Follow the events until cancelled; raise `LiveEdgeError` when the server ends them."""
    url = urlsplit(address)
    parser = httptools.HttpResponseParser(watch)
    try:
        async with asyncio.timeout(_DEADLINE):
            reader, writer = await asyncio.open_connection(url.hostname, url.port)
        try:
            writer.write(f"GET /api/events HTTP/1.1\r\nHost: {url.netloc}\r\n\r\n".encode())
            while data := await reader.read(_PIECE):
                parser.feed_data(data)
        finally:
            writer.close()
    except (OSError, TimeoutError, httptools.HttpParserError) as error:
        raise LiveEdgeError(f"The server's events cannot be followed ({error}).") from None
    raise LiveEdgeError("The server's events have ended; what it wrote above says why.")
