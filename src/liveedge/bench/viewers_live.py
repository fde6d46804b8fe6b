"""Live viewers that look at headers and at nothing else: RFC 6455 and the live protocol.

A library would unmask, copy and hand over each message, which costs as much as the server does.
"""

import asyncio
import json
from collections.abc import Callable, Sequence
from struct import Struct
from typing import Final, cast

from liveedge.bench.parts import STREAM
from liveedge.bench.viewers_crowd import Crowd, CrowdPlan, Tally
from liveedge.clock import Clock
from liveedge.errors import LiveEdgeError
from liveedge.media.chunk import HEADER, KIND_CHUNK

_OPEN_DEADLINE: Final = 20.0
_SETTLE: Final = 1.0
_LAST_FRAME_DEADLINE: Final = 5.0
_POLL: Final = 0.01

_FIN: Final = 0x80
_TEXT, _BINARY, _CLOSE, _PING, _PONG = 0x1, 0x2, 0x8, 0x9, 0xA
_MASKED: Final = 0x80
_SHORT = Struct(">H")
_LONG = Struct(">Q")
_NEVER: Final = 1 << 62

_HANDSHAKE: Final = (
    "GET /live HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: bGl2ZWVkZ2Ugdmlld2Vycw==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


class LiveViewer(asyncio.Protocol):
    """One WebSocket that takes the frames of one stream."""

    def __init__(self, host: str, tally: Tally, clock: Clock) -> None:
        self._host = host
        self._tally = tally
        self._clock = clock
        self._opened = False
        self._rest = b""
        """The beginning of a frame whose header is not complete."""
        self._skip = 0
        """Octets of the present frame that are still to come."""
        self.last = -1
        """Sequence of the newest chunk."""
        self.first, self.final = _NEVER, _NEVER
        """Chunks after `first` up to `final` count."""
        self.counted = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the WebSocket (RFC 6455 §4.1)."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(_HANDSHAKE.format(host=self._host).encode())

    def connection_lost(self, exc: Exception | None) -> None:
        """Whoever is still counted has been let down."""
        if self._tally.counting:
            self._tally.problem(f"A socket was closed ({exc or 'by the server'}).")

    def close(self) -> None:
        """Leave."""
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Look at each frame's header, and at that of its chunk."""
        if not self._opened:
            data = self._open(data)
            if not self._opened:
                return
        if self._rest:
            data, self._rest = self._rest + data, b""
        at, size = self._skip, len(data)
        while at < size:
            header = parse_header(data, at)
            if header is None:
                break
            opcode, begin, end = header
            if size < min(begin + HEADER.size, end):
                break
            if opcode == _BINARY:
                self._chunk(data, begin, end - begin)
            elif opcode == _PING:
                self._send(_PONG, data[begin:end])
            at = end
        self._skip = max(0, at - size)
        self._rest = data[at:]

    def _open(self, data: bytes) -> bytes:
        head, end, data = (self._rest + data).partition(b"\r\n\r\n")
        if not end:
            self._rest = head
            return b""
        self._opened, self._rest = True, b""
        if not head.startswith(b"HTTP/1.1 101 "):
            self._tally.problem(f"The server opens no WebSocket: {head[:60].decode('latin-1')}")
            return b""
        self._send(_TEXT, json.dumps({"type": "subscribe", "stream": STREAM}).encode())
        return data

    def _send(self, opcode: int, payload: bytes) -> None:
        # A client has to mask what it sends (RFC 6455 §5.3); a mask of noughts changes nothing.
        head = bytes([_FIN | opcode, _MASKED | len(payload), 0, 0, 0, 0])
        self._transport.write(head + payload)

    def _chunk(self, data: bytes, at: int, size: int) -> None:
        if data[at] != KIND_CHUNK:
            return
        header = HEADER.unpack_from(data, at)
        self.last = sequence = header[4]
        if self.first < sequence <= self.final:
            self.counted += 1
            tally = self._tally
            tally.media += 1
            tally.media_bytes += size
            tally.took(self._clock.wall() * 1000 - (header[7] + header[8]) / 1000)


def parse_header(data: bytes, at: int) -> tuple[int, int, int] | None:
    """Opcode, beginning and end of the payload of a server's frame at `at` (RFC 6455 §5.2).

    None if more of it is needed; raises `LiveEdgeError` for a message in pieces, which our server
    does not send.
    """
    size = len(data)
    if size < at + 2:
        return None
    if not data[at] & _FIN:
        raise LiveEdgeError("The server sent a message in several frames.")
    length, begin = data[at + 1], at + 2
    if length == 126:
        begin = at + 4
        if size < begin:
            return None
        (length,) = _SHORT.unpack_from(data, at + 2)
    elif length == 127:
        begin = at + 10
        if size < begin:
            return None
        (length,) = _LONG.unpack_from(data, at + 2)
    return data[at] & 0x0F, begin, begin + length


async def watch_live(
    plan: CrowdPlan, host: str, port: int, clock: Clock, ready: Callable[[], None]
) -> Crowd:
    """Watch with `plan.viewers` sockets; `ready` is called when what is counted begins."""
    loop, tally = asyncio.get_running_loop(), Tally()
    viewers = [LiveViewer(f"{host}:{port}", tally, clock) for _ in range(plan.viewers)]
    try:
        async with asyncio.timeout(_OPEN_DEADLINE):
            for viewer in viewers:
                await loop.create_connection(lambda viewer=viewer: viewer, host, port)  # type: ignore[misc]
        await _first_frames(viewers)
        await asyncio.sleep(_SETTLE)
        ready()
        first, begin = max(viewer.last for viewer in viewers), clock.monotonic()
        for viewer in viewers:
            viewer.first = first
        tally.counting = True
        await asyncio.sleep(plan.seconds)
        final, seconds = max(viewer.last for viewer in viewers), clock.monotonic() - begin
        for viewer in viewers:
            viewer.final = final
        await _all(viewers, final, _LAST_FRAME_DEADLINE)
        tally.missed = missed(viewers, first, final)
        return tally.result(seconds)
    except TimeoutError:
        why = " ".join(tally.problems)
        raise LiveEdgeError(f"Not all {plan.viewers} viewers got a frame in time. {why}") from None
    finally:
        tally.counting = False
        for viewer in viewers:
            viewer.close()


def missed(viewers: Sequence[LiveViewer], first: int, final: int) -> int:
    """How many of the chunks after `first` up to `final` did not reach some viewer, summed up."""
    return sum(final - first - viewer.counted for viewer in viewers)


async def _first_frames(viewers: Sequence[LiveViewer]) -> None:
    await _all(viewers, 0, _OPEN_DEADLINE)
    if min(viewer.last for viewer in viewers) < 0:
        raise TimeoutError


async def _all(viewers: Sequence[LiveViewer], sequence: int, deadline: float) -> None:
    """Wait until everybody has this chunk, or the deadline is over."""
    loop = asyncio.get_running_loop()
    end = loop.time() + deadline
    # Looked up now and then: the viewers have more to do than to tell.
    while min(viewer.last for viewer in viewers) < sequence and loop.time() < end:  # noqa: ASYNC110
        await asyncio.sleep(_POLL)
