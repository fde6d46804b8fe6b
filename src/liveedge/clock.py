"""Time comes in as an argument: a `Clock` gives the two clocks that the product knows."""

import time
from typing import Protocol


class Clock(Protocol):
    """Monotonic time for ages and deadlines, wall time for what people and playlists read."""

    def monotonic(self) -> float:
        """Seconds that never jump; only differences mean something."""
        ...

    def wall(self) -> float:
        """Unix time in seconds; may jump when the system clock is set."""
        ...


class SystemClock:
    """The clocks of this machine."""

    monotonic = staticmethod(time.monotonic)
    wall = staticmethod(time.time)
