"""What a long run says: slopes by least squares, delays by windows of time. Pure."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from liveedge.bench.footprint import Footprint
from liveedge.bench.stats import percentile

LONGEST_WARMUP: Final = 300.0
LONGEST_WINDOW: Final = 600.0
_NEARLY: Final = 0.99
"""Of a window: a timer that ends a run may ring some milliseconds early."""
_HOUR: Final = 3600.0


def slope(points: Sequence[tuple[float, float]]) -> float | None:
    """The rise of y for each unit of x by least squares; None for less than two different x."""
    if not points:
        return None
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    if spread == 0:
        return None
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread


@dataclass(frozen=True, slots=True)
class Schedule:
    """How the seconds of a run are divided."""

    seconds: float

    @property
    def warmup(self) -> float:
        """What does not count: five minutes, or a quarter of a short run."""
        return min(LONGEST_WARMUP, self.seconds / 4)

    @property
    def window(self) -> float:
        """Of delays that are summed up together: ten minutes, or half of a short run's rest."""
        return min(LONGEST_WINDOW, (self.seconds - self.warmup) / 2)


class Delays:
    """The delays of all pictures, a percentile a window of time; keeps those of one window."""

    def __init__(self, began: float, window: float) -> None:
        self.p99: list[float] = []
        """Of each complete window, in seconds."""
        self._end = began + window
        self._window = window
        self._delays = array("f")

    def add(self, now: float, delay: float) -> None:
        """Note one picture's delay; `now` is when it came. Before the beginning none counts."""
        if now >= self._end:
            self.close(now)
        if now >= self._end - self._window:
            self._delays.append(delay)

    def close(self, now: float) -> None:
        """Sum up the windows that are over."""
        while now >= self._end:
            p99 = percentile(self._delays, 99)
            if p99 is not None:
                self.p99.append(p99)
            self._delays = array("f")
            self._end += self._window

    def finish(self, now: float) -> None:
        """The run is over: sum up what is over, or as good as over."""
        self.close(now + (1 - _NEARLY) * self._window)


def slopes(samples: Sequence[Footprint], since: float, cameras: int) -> dict[str, Any]:
    """How memory, descriptors and tasks rose from a moment on, an hour."""
    counted = [sample for sample in samples if sample.at >= since]
    memory = slope([(sample.at, sample.rss_mb) for sample in counted])
    return {
        "samples": len(counted),
        "rss_mb_per_hour_per_camera": _hourly(memory, cameras),
        "fds_per_hour": _hourly(slope([(sample.at, sample.fds) for sample in counted])),
        "tasks_per_hour": _hourly(slope([(sample.at, sample.tasks) for sample in counted])),
    }


def _hourly(rise: float | None, by: int = 1) -> float | None:
    return None if rise is None else round(rise * _HOUR / by, 2)
