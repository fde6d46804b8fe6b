"""An RTSP client for tests: says exactly what it is told to, and hears everything."""

import asyncio
from collections import deque
from types import TracebackType
from typing import Self

from liveedge.rtsp.messages import Headers, Request, Response, parse_head

DEADLINE = 30.0


class Peer:
    """One connection; use as an async context manager."""

    def __init__(self, port: int, path: str = "/cam") -> None:
        self.port = port
        self.url = f"rtsp://127.0.0.1:{port}{path}"
        self.session = ""
        self.frames: deque[tuple[int, bytes]] = deque()
        """Interleaved frames that came while an answer was awaited: channel, packet."""
        self._cseq = 0

    async def __aenter__(self) -> Self:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.writer.close()

    async def ask(
        self, method: str, url: str | None = None, *fields: tuple[str, str], body: bytes = b""
    ) -> Response:
        """Send a request with these header fields, return its answer."""
        self._cseq += 1
        headers = Headers([("CSeq", str(self._cseq)), *fields])
        if self.session and "Session" not in headers:
            headers.add("Session", self.session)
        self.writer.write(Request(method, url or self.url, headers, body).encode())
        response = await self.response()
        assert response.cseq == self._cseq
        return response

    async def response(self) -> Response:
        """Wait for an answer."""
        async with asyncio.timeout(DEADLINE):
            while (first := await self.reader.readexactly(1)) == b"$":
                self.frames.append(await self._rest_of_frame())
            head = parse_head(first + await self.reader.readuntil(b"\r\n\r\n"))
            assert isinstance(head, Response)
            length = int(head.headers.get("Content-Length", "0") or "0")
            head.body = await self.reader.readexactly(length)
        return head

    async def frame(self) -> tuple[int, bytes]:
        """Wait for the next interleaved frame; return its channel and packet."""
        if self.frames:
            return self.frames.popleft()
        async with asyncio.timeout(DEADLINE):
            assert await self.reader.readexactly(1) == b"$"
            return await self._rest_of_frame()

    async def play(self, channels: str = "0-1") -> Response:
        """Do what it takes to play the pictures, return the answer to PLAY."""
        await self.set_up("trackID=0", channels)
        response = await self.ask("PLAY")
        assert response.status == 200
        return response

    async def set_up(self, track: str, channels: str) -> None:
        """Ask for a track on these channels."""
        transport = f"RTP/AVP/TCP;unicast;interleaved={channels}"
        response = await self.ask("SETUP", f"{self.url}/{track}", ("Transport", transport))
        assert response.status == 200
        self.session = (response.headers.get("Session") or "").partition(";")[0]

    async def ended(self) -> bytes:
        """Wait until the server closes the connection; return what still came."""
        async with asyncio.timeout(DEADLINE):
            try:
                return await self.reader.read()
            except ConnectionError:
                return b""

    async def _rest_of_frame(self) -> tuple[int, bytes]:
        channel, high, low = await self.reader.readexactly(3)
        return channel, await self.reader.readexactly(high << 8 | low)
