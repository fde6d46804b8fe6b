"""One moment on both clocks, for what is captured has to be told on either."""

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
    """Read both clocks; once more if the process was held up in between."""
    for _ in range(_ATTEMPTS):
        monotonic, wall = clock.monotonic(), clock.wall()
        if clock.monotonic() - monotonic < _APART:
            break
    return Moment(monotonic, wall)
