"""What the samples of a run say. Pure: numbers in, numbers out."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

FREEZE_MS: Final = 200.0
"""A picture that stays for longer is a freeze to whoever watches."""

MINUTE_MS: Final = 60_000.0


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture on the screen, and what its burned-in clock said. All in milliseconds."""

    at: float
    """When it was presented, on the page's clock."""
    clock: int
    """The burned-in clock: Unix time modulo 2^32."""
    latency: float
    """From the burned-in clock to the screen."""
    reported: float | None = None
    """The delay that the player itself says, without looking at the picture."""


@dataclass(frozen=True, slots=True)
class Viewing:
    """What somebody saw who watched for a while; None where there was no picture."""

    frames: int
    """Different pictures of the camera."""
    fps: float
    shown_percent: float
    """Of the pictures that the camera took."""
    p50_ms: float | None
    p95_ms: float | None
    max_ms: float | None
    first_minute_p50_ms: float | None
    last_minute_p50_ms: float | None
    """Whether the delay grows: the medians of both ends of a run of at least two minutes."""
    player_p50_ms: float | None
    """The median of what the player itself says."""
    freezes_over_200ms: int
    longest_gap_ms: float
    """The longest time without a new picture."""
    backwards: int
    """Pictures older than one that was shown before."""


def percentile(values: Iterable[float], percent: float) -> float | None:
    """The smallest value that `percent` of all values do not exceed (nearest rank)."""
    ordered = sorted(values)
    if not ordered:
        return None
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def new_pictures(samples: Iterable[Picture]) -> list[Picture]:
    """The samples without those that show the same picture as the one before."""
    pictures: list[Picture] = []
    for sample in samples:
        if not pictures or sample.clock != pictures[-1].clock:
            pictures.append(sample)
    return pictures


def viewing(samples: Iterable[Picture], begin: float, seconds: float, fps: float) -> Viewing:
    """Sum up what was seen from `begin` (page clock, ms) on; `fps` is the camera's.

    The edges count: a picture that never changed again before the end is a freeze too.
    """
    end = begin + seconds * 1000
    pictures = [picture for picture in new_pictures(samples) if begin <= picture.at < end]
    gaps = _gaps([begin, *(picture.at for picture in pictures), end])
    frames = len({picture.clock for picture in pictures})
    latencies = [picture.latency for picture in pictures]
    first, last = _minutes(pictures, begin, end)
    return Viewing(
        frames=frames,
        fps=frames / seconds,
        shown_percent=min(100.0, 100 * frames / (fps * seconds)),
        p50_ms=percentile(latencies, 50),
        p95_ms=percentile(latencies, 95),
        max_ms=max(latencies, default=None),
        first_minute_p50_ms=percentile(first, 50),
        last_minute_p50_ms=percentile(last, 50),
        player_p50_ms=percentile([p.reported for p in pictures if p.reported is not None], 50),
        freezes_over_200ms=sum(gap > FREEZE_MS for gap in gaps),
        longest_gap_ms=max(gaps),
        backwards=_backwards([picture.clock for picture in pictures]),
    )


def _minutes(
    pictures: Sequence[Picture], begin: float, end: float
) -> tuple[list[float], list[float]]:
    """The delays of the first and of the last minute; none if these would overlap."""
    if end - begin < 2 * MINUTE_MS:
        return [], []
    first = [picture.latency for picture in pictures if picture.at < begin + MINUTE_MS]
    last = [picture.latency for picture in pictures if picture.at >= end - MINUTE_MS]
    return first, last


def tick_lags(due: float, now: float, period: float) -> list[float]:
    """How late each tick of a periodic timer was, when the one due at `due` came at `now`.

    A loop that was held up for long has missed several ticks; each of them was late, or a long
    hold-up would count as little as a short one.
    """
    late = max(0.0, now - due)
    return [late - missed * period for missed in range(int(late / period) + 1)]


def _gaps(times: Sequence[float]) -> list[float]:
    return [later - earlier for earlier, later in pairwise(times)]


def _backwards(clocks: Sequence[int]) -> int:
    """How many clocks lie before the newest one seen so far, modulo 2^32."""
    count = 0
    newest = clocks[0] if clocks else 0
    for clock in clocks:
        if clock - newest & 0x80000000:
            count += 1
        else:
            newest = clock
    return count
