"""How much a counter has risen recently."""

from collections import deque


class Recent:
    """Remembers the rises of a counter for a while; what it holds is bounded by that.

    A counter that falls has begun anew; that is no rise.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._value = 0
        self._rises: deque[tuple[float, int]] = deque()
        self.rise = 0
        """By how much it rose, as of the last `observe`."""

    def observe(self, now: float, value: int) -> None:
        """Take the counter's value at the monotonic time `now`; it began at 0."""
        if value != self._value:
            if value > self._value:
                self._rises.append((now, value - self._value))
                self.rise += value - self._value
            self._value = value
        rises = self._rises
        while rises and now - rises[0][0] >= self._seconds:
            self.rise -= rises.popleft()[1]
