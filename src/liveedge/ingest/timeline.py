"""Media time: the camera's RTP clock, unwrapped, kept going across jumps and reconnects."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

TIMESCALE: Final = 90_000
_MAX_JUMP: Final = 1.0
"""Seconds that RTP time may run ahead of real time, or back, before it counts as a jump."""


@dataclass(slots=True)
class _Anchor:
    rtp_time: int
    media_time: int
    arrival: float


class Timeline:
    """Places access units on one time axis, in 1/90000 s, beginning at 0.

    RTP time is trusted from one picture to the next, for its spacing is better than that of
    arrivals. Where it jumps, and after `restart`, the axis goes on where real time has gone, so
    that viewers see a gap and then live pictures. Media time may go back a little between two
    pictures (B-pictures); across a jump it never does.
    """

    def __init__(self, axis: Callable[[float], int | None] = lambda _: None) -> None:
        """`axis` says which media time belongs to a moment of arrival, where this axis shall be
        that of another stream; None while that is not known."""
        self._axis = axis
        self.jumps = 0
        """How often RTP time jumped within a session."""
        self._origin: float | None = None
        self._last: _Anchor | None = None
        self._highest = -1

    def restart(self) -> None:
        """Forget the RTP clock: the next access unit comes from a new session."""
        self._last = None

    def place(self, rtp_time: int, arrival: float) -> tuple[int, bool]:
        """Media time of an access unit, and whether media before it is missing.

        `rtp_time` is the 32-bit RTP timestamp, `arrival` monotonic seconds.
        """
        last = self._last
        if last is not None:
            step = (rtp_time - last.rtp_time + 0x80000000 & 0xFFFFFFFF) - 0x80000000
            elapsed = arrival - last.arrival
            if -_MAX_JUMP * TIMESCALE <= step <= (elapsed + _MAX_JUMP) * TIMESCALE:
                media_time = last.media_time + step
                if media_time >= 0:
                    last.rtp_time, last.media_time, last.arrival = rtp_time, media_time, arrival
                    self._highest = max(self._highest, media_time)
                    return media_time, False
            self.jumps += 1
        resumed = self._highest >= 0
        media_time = max(self._at(arrival), self._highest + 1)
        self._last = _Anchor(rtp_time, media_time, arrival)
        self._highest = media_time
        return media_time, resumed

    def _at(self, arrival: float) -> int:
        """Media time of a moment of arrival."""
        shared = self._axis(arrival)
        if shared is not None:
            self._origin = arrival - shared / TIMESCALE
        elif self._origin is None:
            self._origin = arrival
        return round((arrival - self._origin) * TIMESCALE)
