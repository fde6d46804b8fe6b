"""Puts RTP packets that came over UDP back into their order (RFC 3550 §5.1). No I/O.

A packet in its turn passes at once. One that comes too early waits for those before it, for `WAIT`
seconds and behind `MAX_HELD` others at most; then what is missing counts as lost, and the receiver
behind sees a gap.
"""

from liveedge.rtsp.framing import FrameSink

WAIT = 0.05
"""Seconds: more than packets overtake each other in a local network, and not much more than the
time of a picture."""
MAX_HELD = 64
"""Packets that wait at a time."""
MAX_AHEAD = 512
"""A larger step forward is no gap that could close, but another sequence."""
MAX_LATE = 100
"""A larger step back, too. `RtpReceiver` decides on both."""


class ReorderBuffer:
    """Takes the packets of one socket and hands them to a sink, in order as far as they come."""

    def __init__(self, sink: FrameSink) -> None:
        self.duplicates = 0
        """Packets that came again while the first one waited; later ones the receiver counts."""
        self._sink = sink
        self._next = -1
        """Sequence number of the packet whose turn it is, -1 before the first one."""
        self._held: dict[int, tuple[bytes, float]] = {}
        """Packets ahead of their turn, with their arrival, by sequence number."""
        self._since = 0.0
        """Arrival of the first packet behind the gap."""

    @property
    def due(self) -> float | None:
        """When to call `give_up` (monotonic seconds), None while nothing is missing."""
        return self._since + WAIT if self._held else None

    def push(self, data: bytes, start: int, end: int, arrival: float) -> None:
        """Take the packet `data[start:end]`."""
        if end - start < 4:
            self._sink(data, start, end, arrival)
            return
        sequence = data[start + 2] << 8 | data[start + 3]
        if sequence == self._next:
            self._next = sequence + 1 & 0xFFFF
            self._sink(data, start, end, arrival)
            if self._held:
                self._drain(arrival)
        else:
            self._push_out_of_turn(data[start:end], sequence, arrival)

    def give_up(self, now: float) -> None:
        """Wait no longer for what is overdue at `now` (monotonic seconds)."""
        while self._held and now >= self._since + WAIT:
            self._skip(now)

    def _push_out_of_turn(self, packet: bytes, sequence: int, arrival: float) -> None:
        ahead = sequence - self._next & 0xFFFF
        if self._next < 0 or MAX_AHEAD <= ahead <= 0xFFFF - MAX_LATE:
            while self._held:
                self._skip(arrival)
            self._next = sequence + 1 & 0xFFFF
            self._sink(packet, 0, len(packet), arrival)
        elif ahead >= MAX_AHEAD:
            # Too late: the receiver counts it.
            self._sink(packet, 0, len(packet), arrival)
        elif sequence in self._held:
            self.duplicates += 1
        else:
            if not self._held:
                self._since = arrival
            self._held[sequence] = packet, arrival
            if len(self._held) > MAX_HELD:
                self._skip(arrival)

    def _skip(self, now: float) -> None:
        """Go on behind the gap."""
        expected = self._next
        self._next = min(self._held, key=lambda sequence: sequence - expected & 0xFFFF)
        self._drain(now)

    def _drain(self, now: float) -> None:
        """Hand out what waits up to the next gap; it arrives, for what follows, at `now`."""
        held = self._held
        while (found := held.pop(self._next, None)) is not None:
            self._next = self._next + 1 & 0xFFFF
            self._sink(found[0], 0, len(found[0]), now)
        if held:
            self._since = min(arrival for _, arrival in held.values())
