"""Who plays a track, and how the same octets reach all of them."""

import struct
from typing import Protocol

_FRAME = struct.Struct("!BBH")
_DOLLAR = 0x24


class Listener(Protocol):
    """A client that plays a track."""

    @property
    def channels(self) -> tuple[int, int] | None:
        """Channels of its RTP and its RTCP packets; None if they go over UDP."""
        ...

    def send_access_unit(self, frames: bytes, now: float, *, sync: bool) -> None:
        """Take all interleaved frames of one access unit at the monotonic time `now`."""
        ...

    def send_datagrams(self, packets: list[bytes], now: float, *, sync: bool) -> None:
        """Take the packets of one access unit, for UDP."""
        ...

    def send_report(self, packet: bytes) -> None:
        """Take a compound RTCP packet."""
        ...


class Audience:
    """The clients that play one track.

    An access unit is framed once for each channel number in use, which is one in practice, so
    that another client costs one write.
    """

    def __init__(self) -> None:
        self._listeners: set[Listener] = set()

    def __len__(self) -> int:
        return len(self._listeners)

    def add(self, listener: Listener) -> None:
        """Let a client have what is sent from now on."""
        self._listeners.add(listener)

    def remove(self, listener: Listener) -> None:
        """Send a client nothing further; no harm if it is not here."""
        self._listeners.discard(listener)

    def send_access_unit(self, packets: list[bytes], now: float, *, sync: bool) -> None:
        """Send the RTP packets of one access unit; `sync` if decoding can begin with it."""
        framed: dict[int, bytes] = {}
        for listener in self._listeners:
            channels = listener.channels
            if channels is None:
                listener.send_datagrams(packets, now, sync=sync)
                continue
            channel = channels[0]
            frames = framed.get(channel)
            if frames is None:
                frames = framed[channel] = interleave(packets, channel)
            listener.send_access_unit(frames, now, sync=sync)

    def send_report(self, report: bytes) -> None:
        """Send a compound RTCP packet."""
        for listener in self._listeners:
            listener.send_report(report)


def interleave(packets: list[bytes], channel: int) -> bytes:
    """Return packets as interleaved frames of one channel (RFC 2326 §10.12), in one piece."""
    pieces: list[bytes] = []
    for packet in packets:
        pieces += (_FRAME.pack(_DOLLAR, channel, len(packet)), packet)
    return b"".join(pieces)


class Backlog:
    """Decides which access units a client gets, so that a slow one costs only itself.

    A client begins with a sync frame. One whose unsent octets exceed `limit` loses whole access
    units until it has caught up and the next sync frame comes; one that stays behind for
    `patience` seconds is to be disconnected.
    """

    def __init__(self, limit: int, patience: float) -> None:
        self.limit = limit
        """Unsent octets from which on the client loses access units."""
        self._patience = patience
        self._awaits_sync = True
        self._behind_since: float | None = None
        self.skipped = 0
        """Access units that the client lost because it was behind."""

    def admit(self, unsent: int, now: float, *, sync: bool) -> bool:
        """Return whether to send an access unit, while `unsent` octets are still in the buffer."""
        if unsent > self.limit:
            self._awaits_sync = True
            if self._behind_since is None:
                self._behind_since = now
        elif sync or not self._awaits_sync:
            self._awaits_sync = False
            self._behind_since = None
            return True
        self.skipped += self._behind_since is not None
        return False

    def is_hopeless(self, now: float) -> bool:
        """Return whether the client has been behind for longer than anybody should wait."""
        return self._behind_since is not None and now - self._behind_since > self._patience
