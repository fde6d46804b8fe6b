"""How long to wait before a camera is tried again."""

from collections.abc import Mapping
from typing import Final

from liveedge.errors import Reason

FIRST: Final = 0.25
LONGEST: Final = 1.6
"""Seconds between the beginnings of two attempts at least: with jitter and the time to connect, a
camera that is back is seen within two seconds."""
SLOW: Final[Mapping[Reason, tuple[float, float]]] = {
    # Cameras lock an account, or an address, after some wrong passwords in a row.
    Reason.UNAUTHORIZED: (10.0, 60.0),
    Reason.NOT_FOUND: (10.0, 30.0),
    Reason.UNTRUSTED: (10.0, 30.0),
}
"""The first and the longest wait for what does not end by itself; somebody has to correct it."""
SHORTEST: Final = 0.1
"""Seconds to wait in any case, so that the camera can end its side of the last session."""
_JITTER: Final = 0.2
_STABLE: Final = 10.0
"""Seconds of pictures after which a failure counts as the first one again."""


class Backoff:
    """0.25 s doubling to 1.6 s, each ±20 %, so that many cameras do not come back in step.

    It counts from the beginning of an attempt: one that has taken its time, because nobody
    answered, is followed by the next one at once. It never gives up. An attempt that was refused
    for its credentials or its path is repeated far more slowly, unless the camera has just accepted
    them, as in a session that it lost while pictures came.
    """

    def __init__(self) -> None:
        self._next = 0.0

    def after(self, reason: Reason, delivered: float, lasted: float, chance: float) -> float:
        """Seconds to wait after an attempt that ended for `reason`.

        It lasted `lasted` seconds and delivered pictures during `delivered` of them; `chance` is
        in [0, 1).
        """
        slow = None if delivered else SLOW.get(reason)
        first, longest = slow or (FIRST, LONGEST)
        if delivered >= _STABLE:
            self._next = 0.0
        interval = min(max(self._next, first), longest)
        self._next = 2 * interval
        jitter = 1 + _JITTER * (2 * chance - 1)
        waited = 0.0 if slow else lasted
        return max(interval * jitter - waited, SHORTEST * jitter)
