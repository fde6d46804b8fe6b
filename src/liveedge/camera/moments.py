"""One moment on both clocks, for what is captured has to be told on either."""

from math import inf
from typing import Final, NamedTuple

from liveedge.clock import Clock

_APART: Final = 100e-6
"""Seconds between two readings within which they count as one moment."""
_ATTEMPTS: Final = 4


class Moment(NamedTuple):
    """When something was."""

    monotonic: float
    wall: float
    """Unix time in seconds."""

    @property
    def offset(self) -> float:
        """Unix time less monotonic time."""
        return self.wall - self.monotonic


def now(clock: Clock) -> Moment:
    """Read both clocks; again if the process was held up in between, and then the best of all."""
    best, spread = Moment(0.0, 0.0), inf
    for _ in range(_ATTEMPTS):
        before, wall, after = clock.monotonic(), clock.wall(), clock.monotonic()
        if after - before < spread:
            best, spread = Moment((before + after) / 2, wall), after - before
        if spread < _APART:
            break
    return best
