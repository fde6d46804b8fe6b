"""How long to wait before a camera is tried again."""

from typing import Final

FIRST: Final = 0.25
LONGEST: Final = 2.0
_JITTER: Final = 0.2
_STABLE: Final = 10.0
"""Seconds of pictures after which a failure counts as the first one again."""


class Backoff:
    """0.25 s doubling to 2 s, each ±20 %, so that many cameras do not come back in step.

    It never gives up, and never waits long: a camera that is back should be seen within two
    seconds, and one connection attempt every two seconds costs nothing.
    """

    def __init__(self) -> None:
        self._next = FIRST

    def after(self, uptime: float, chance: float) -> float:
        """Seconds to wait after a session that delivered for `uptime` s; `chance` is in [0, 1)."""
        if uptime >= _STABLE:
            self._next = FIRST
        delay = self._next
        self._next = min(2 * delay, LONGEST)
        return delay * (1 + _JITTER * (2 * chance - 1))
