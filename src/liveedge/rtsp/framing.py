"""Takes one TCP stream apart into RTSP messages and interleaved frames (RFC 2326 §10.12).

    "$" | channel (1 octet) | length (2 octets, big-endian) | that many octets of RTP or RTCP

Fed with what `asyncio.Protocol.data_received` gives. Measured with uvloop on access units of 8 kB,
a `BufferedProtocol` with a fixed buffer saved nothing (27 µs each way): the copy it avoids is paid
again where a slice of the buffer becomes bytes.
"""

import re
from collections.abc import Callable

from liveedge.errors import LimitError, ProtocolError
from liveedge.rtsp.messages import MAX_HEAD, Message, body_length, parse_head, shown

MAX_BODY = 128 * 1024
MAX_JUNK = 64 * 1024
"""Octets in a row that are passed over in search of the next frame."""

FrameSink = Callable[[bytes, int, int, float], None]
"""Takes one packet: a buffer, its start and end there, and its arrival in monotonic seconds."""

_DOLLAR = 0x24
_LINE_ENDS = re.compile(rb"[\r\n]+")
_HEAD_END = re.compile(rb"\n\r{0,2}\n")
_HEAD_END_LENGTH = 4
# "RTSP/", or a method and its blank.
_MESSAGE_START = re.compile(rb"[A-Z_]{1,20}[ /]")
_MESSAGE_START_CUT = re.compile(rb"[A-Z_]{1,20}\Z")
# Where the stream may be taken up after junk: a frame with RTP's version 2, or a response.
_RESTART = re.compile(rb"\$.{3}[\x80-\xbf]|RTSP/1\.", re.DOTALL)
_RESTART_LENGTH = 7


class Demultiplexer:
    """Hands each frame to the sink of its channel and each message to `on_message`.

    Holds at most one message or frame beside what it is fed. `feed` raises `ProtocolError` or
    `LimitError` on what cannot be RTSP; the stream cannot be read any further then.
    """

    def __init__(self, on_message: Callable[[Message], None], *, max_body: int = MAX_BODY) -> None:
        self.sinks: dict[int, FrameSink] = {}
        """Who takes the packets of a channel. May change while `feed` is under way."""
        self.stray_frames = 0
        """Frames on channels without a sink."""
        self.junk = 0
        """Octets passed over because they were neither frame nor message."""
        self._on_message = on_message
        self._max_body = max_body
        self._pending: list[bytes] = []
        """The beginning of a frame or body, or the last octets of junk, as they came."""
        self._held = 0
        """Octets in `_pending`."""
        self._need = 0
        """Octets that it must hold to be complete; 0 while that is unknown."""
        self._head = bytearray()
        """A head whose end has not come; for this, `_pending` is empty."""
        self._message: Message | None = None
        """A message of which only the body is still to come."""
        self._in_sync = False
        """True after the first message: only then is junk worth passing over."""
        self._skipped = 0
        """Octets of junk since the last frame or message; 0 while there is none."""

    def feed(self, data: bytes, arrival: float) -> None:
        """Take what the socket gave at `arrival` (monotonic seconds)."""
        if self._pending:
            self._pending.append(data)
            self._held += len(data)
            if self._held < self._need:
                return
            data = b"".join(self._pending)
            self._pending.clear()
        elif self._head:
            if not self._find_head_end(data):
                return
            data = bytes(self._head)
            self._head.clear()
        rest = self._parse(data, arrival)
        if rest < len(data):
            self._pending.append(data[rest:])
            self._held = len(data) - rest

    def _find_head_end(self, data: bytes) -> bool:
        """Add to a head, and return whether it holds its end now; octets are searched once."""
        head = self._head
        begin = max(0, len(head) - _HEAD_END_LENGTH + 1)
        head += data
        if _HEAD_END.search(head, begin, MAX_HEAD):
            return True
        if len(head) >= MAX_HEAD:
            raise LimitError(f"The headers of an RTSP message exceed {MAX_HEAD} octets.")
        return False

    def _parse(self, data: bytes, arrival: float) -> int:
        """Hand out all that is complete; return where the incomplete rest begins."""
        position, size = 0, len(data)
        if self._message is not None or self._skipped:
            position, going_on = self._parse_other(data, position)
            if not going_on:
                return position
        sinks = self.sinks
        while position < size:
            if data[position] != _DOLLAR:
                position, going_on = self._parse_other(data, position)
                if not going_on:
                    return position
                continue
            if position + 4 > size:
                self._need = 4
                return position
            end = position + 4 + (data[position + 2] << 8 | data[position + 3])
            if end > size:
                self._need = end - position
                return position
            sink = sinks.get(data[position + 1])
            if sink is None:
                self.stray_frames += 1
            else:
                sink(data, position + 4, end, arrival)
            position = end
        return position

    def _parse_other(self, data: bytes, position: int) -> tuple[int, bool]:
        """Pass by what is no frame; return where it ends, and whether that is a frame's place."""
        if self._message is not None:
            return self._take_body(self._message, data, position)
        if self._skipped:
            return self._skip_junk(data, position)
        if line_ends := _LINE_ENDS.match(data, position):
            return line_ends.end(), True
        if _MESSAGE_START.match(data, position):
            return self._take_head(data, position)
        if _MESSAGE_START_CUT.match(data, position):
            self._need = 0
            return position, False
        if not self._in_sync:
            words = shown(data[position : position + 24].decode("latin-1"))
            raise ProtocolError(f"What listens there does not speak RTSP; it sent {words}.")
        return self._skip_junk(data, position)

    def _take_head(self, data: bytes, position: int) -> tuple[int, bool]:
        end = _HEAD_END.search(data, position, position + MAX_HEAD)
        if end is None:
            if len(data) - position >= MAX_HEAD:
                raise LimitError(f"The headers of an RTSP message exceed {MAX_HEAD} octets.")
            self._head += data[position:]
            return len(data), False
        message = parse_head(data[position : end.end()])
        self._in_sync = True
        return self._take_body(message, data, end.end())

    def _take_body(self, message: Message, data: bytes, position: int) -> tuple[int, bool]:
        length = body_length(message.headers, self._max_body)
        if len(data) - position < length:
            self._message, self._need = message, length
            return position, False
        self._message = None
        message.body = data[position : position + length]
        self._on_message(message)
        return position + length, True

    def _skip_junk(self, data: bytes, position: int) -> tuple[int, bool]:
        begin = position
        found = _RESTART.search(data, position)
        while found and found[0][0] == _DOLLAR and found[0][1] not in self.sinks:
            found = _RESTART.search(data, found.start() + 1)
        # Without a find, the last octets may still be the beginning of one.
        rest = found.start() if found else max(position, len(data) - _RESTART_LENGTH + 1)
        self._need = 0
        self.junk += rest - begin
        self._skipped = 0 if found else self._skipped + max(1, rest - begin)
        if self._skipped > MAX_JUNK:
            raise ProtocolError(f"More than {MAX_JUNK} octets were neither RTSP nor RTP.")
        return rest, found is not None
