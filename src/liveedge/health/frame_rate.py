"""The frame rate of now against what was normal for this camera."""

from collections import deque
from typing import Final

BUCKET_SECONDS: Final = 5.0
COLLAPSED: Final = 0.5
"""A rate below this share of the lowest normal one has collapsed."""
LOWEST_BASELINE: Final = 4.0
"""Below so many pictures a second nothing is said: one picture more or less is too much of it."""
_NORMAL_BUCKETS: Final = 12
_FEWEST_BUCKETS: Final = 3
_ADAPT_AFTER: Final = 12
"""Collapsed buckets in a row after which the new rate is the normal one: a minute."""


class FrameRate:
    """Counts pictures in buckets of some seconds, and remembers the normal ones.

    The lowest rate of the last minute is what a new one is compared with, so that a camera whose
    rate varies has a low baseline by itself. A rate that stays low becomes the normal one.
    """

    def __init__(self) -> None:
        self.fps: float | None = None
        """Of the newest full bucket."""
        self._normal: deque[float] = deque(maxlen=_NORMAL_BUCKETS)
        self._collapsed = 0
        self._begin: tuple[float, int] | None = None

    @property
    def usual(self) -> float | None:
        """The lowest normal rate, None while too little is known."""
        return min(self._normal) if len(self._normal) >= _FEWEST_BUCKETS else None

    def observe(self, now: float, pictures: int) -> None:
        """Take the count of all pictures so far at the monotonic time `now`."""
        if self._begin is None:
            self._begin = now, pictures
            return
        since, before = self._begin
        elapsed = now - since
        if elapsed < BUCKET_SECONDS:
            return
        self._begin = now, pictures
        self.fps = (pictures - before) / elapsed
        self._learn(self.fps)

    def interrupt(self) -> None:
        """Pictures do not come for another reason: forget the bucket, keep what is normal."""
        self._begin = None
        self.fps = None
        self._collapsed = 0

    def _learn(self, fps: float) -> None:
        usual = self.usual
        if usual is not None and fps < COLLAPSED * usual:
            self._collapsed += 1
            if self._collapsed < _ADAPT_AFTER:
                return
            self._normal.clear()
        self._collapsed = 0
        self._normal.append(fps)
