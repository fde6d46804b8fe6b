"""What worker processes cost: processor time, as they tell it themselves."""

from collections import deque
from typing import Final

_STRIDE: Final = 1.0
"""Seconds between two marks."""
_MARKS: Final = 5


class Cost:
    """The processor time of workers that do one job, one after the other."""

    def __init__(self) -> None:
        self.seconds = 0.0
        """Of all of them so far."""
        self._told = 0.0
        self._marks: deque[tuple[float, float]] = deque(maxlen=_MARKS)

    def tell(self, seconds: float, now: float) -> None:
        """The worker has used so much since it began; `now` is monotonic."""
        self.seconds += max(0.0, seconds - self._told)
        self._told = seconds
        if not self._marks or now - self._marks[-1][0] >= _STRIDE:
            self._marks.append((now, seconds))

    def end(self) -> None:
        """The worker has ended; the next one that tells something is another."""
        self._told = 0.0
        self._marks.clear()

    def percent(self, now: float) -> float | None:
        """Of one processor core over the last seconds; None without a worker, or too early."""
        if not self._marks:
            return None
        (began, before), (ended, after) = self._marks[0], self._marks[-1]
        # One that tells nothing for longer does nothing.
        ended = max(ended, now - _STRIDE)
        return 100 * (after - before) / (ended - began) if ended > began else None
