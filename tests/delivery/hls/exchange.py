"""One request to an ASGI application, without a server."""

import asyncio
import gzip
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from liveedge.delivery.hls.endpoint import HlsEndpoint
from liveedge.streams.offer import Offer
from liveedge.streams.sound import Sound
from liveedge.streams.viewers import Viewers
from tests.support import FakeClock


@dataclass
class Stream:
    """As much of a stream as HLS needs."""

    segments: Any
    sound: Any = field(default_factory=lambda: Sound(1, FakeClock()))
    qualities: Callable[[], Sequence[Offer]] = tuple
    viewers: Viewers = field(default_factory=lambda: Viewers(FakeClock()))


@dataclass
class Registry:
    """Streams by id."""

    streams: dict[str, Stream] = field(default_factory=dict)

    def get(self, stream_id: str) -> Stream | None:
        return self.streams.get(stream_id)


class Exchange:
    """A request under way and what has been answered so far."""

    def __init__(
        self, endpoint: HlsEndpoint, target: str, *headers: tuple[str, str], method: str = "GET"
    ) -> None:
        path, _, query = target.partition("?")
        self.status: int | None = None
        self.headers: dict[str, str] = {}
        self.body = b""
        self.complete = False
        self._asked = False
        self._leaves = asyncio.Event()
        self._reads = asyncio.Event()
        self._reads.set()
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": query.encode(),
            "client": ("127.0.0.1", 50_000),
            "headers": [(name.encode(), value.encode()) for name, value in headers],
        }
        self.task = asyncio.create_task(endpoint(scope, self._receive, self._send))

    async def _receive(self) -> dict[str, Any]:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._leaves.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: dict[str, Any]) -> None:
        await self._reads.wait()
        assert not self.complete
        if message["type"] == "http.response.start":
            assert self.status is None
            self.status = message["status"]
            for name, value in message["headers"]:
                key, text = name.decode(), value.decode()
                self.headers[key] = f"{self.headers[key]}, {text}" if key in self.headers else text
        else:
            assert self.status is not None
            self.body += message.get("body", b"")
            self.complete = not message.get("more_body", False)

    def leave(self) -> None:
        """The client closes its connection."""
        self._leaves.set()

    def stop_reading(self) -> None:
        """The client takes nothing more."""
        self._reads.clear()

    async def settle(self) -> "Exchange":
        """Let everything happen that happens without waiting."""
        for _ in range(8):
            await asyncio.sleep(0)
        return self

    async def finish(self) -> "Exchange":
        """Wait for the answer."""
        async with asyncio.timeout(10):
            await self.task
        return self

    @property
    def waits(self) -> bool:
        """Whether nothing at all has been answered yet."""
        return not self.task.done() and self.status is None

    @property
    def text(self) -> str:
        zipped = self.headers.get("content-encoding") == "gzip"
        return (gzip.decompress(self.body) if zipped else self.body).decode()
