"""How a camera's pictures come: rate, evenness, keyframes, order, size. Pure."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import Final

_LATE_SHARE: Final = 0.95
_DEEPEST_REORDER: Final = 16
"""ITU-T H.264 §A.3.1: a decoded picture buffer holds 16 pictures at most."""
_B_SHARE: Final = 0.05
"""Of all pictures, at least so many are B-pictures where there are any."""
_PLAUSIBLE: Final = (0.5, 2.0)
"""Media time passes between these multiples of real time, or the timestamps mean nothing."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What counts of one access unit."""

    arrival: float
    """Monotonic seconds."""
    rtp_time: int
    octets: int
    sync: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What some seconds of pictures come to; None where there are too few to tell."""

    pictures: int = 0
    keyframes: int = 0
    fps: float | None = None
    jitter_ms: float | None = None
    """By how much the latest twentieth of the pictures comes later than the most punctual one."""
    longest_gap_ms: float | None = None
    gop_shortest: float | None = None
    gop_longest: float | None = None
    """Seconds from keyframe to keyframe. With one keyframe in all, the shortest is None and the
    longest is what has been heard since: the true one is not shorter."""
    reordered: int = 0
    """Pictures that a decoder must have before it can show an earlier one (B-pictures)."""
    kbps: float | None = None
    peak_kbps: float | None = None
    """Of the busiest second."""
    keyframe_kilobytes: float | None = None
    """The largest keyframe."""
    timestamps_plausible: bool = True
    """Whether RTP time passes as fast as real time does."""


NOTHING: Final = Figures()
"""No picture came."""


def measure(pictures: Sequence[Picture], clock_rate: int) -> Figures:
    """Figures of pictures in the order of their arrival; `clock_rate` is that of RTP, in Hz."""
    keyframes = [picture.octets for picture in pictures if picture.sync]
    counts = Figures(
        pictures=len(pictures),
        keyframes=len(keyframes),
        keyframe_kilobytes=max(keyframes) / 1000 if keyframes else None,
    )
    if len(pictures) < 2:
        return counts
    arrivals = [picture.arrival for picture in pictures]
    media = _unwrapped([picture.rtp_time for picture in pictures], clock_rate)
    lasted = arrivals[-1] - arrivals[0]
    plausible = _is_plausible(max(media) - min(media), lasted)
    presented = sorted(media) if plausible else arrivals
    span = presented[-1] - presented[0]
    gops = _gops(pictures, media if plausible else arrivals)
    return Figures(
        pictures=counts.pictures,
        keyframes=counts.keyframes,
        fps=(len(pictures) - 1) / span if span > 0 else None,
        jitter_ms=_jitter(arrivals, presented) * 1000 if plausible else None,
        longest_gap_ms=max(after - before for before, after in pairwise(arrivals)) * 1000,
        gop_shortest=min(gops) if gops else None,
        gop_longest=max(gops) if gops else _since_keyframe(pictures),
        reordered=_reordered(media) if plausible else 0,
        kbps=_kbps(pictures, lasted),
        peak_kbps=_peak_kbps(pictures) if lasted >= 1 else None,
        keyframe_kilobytes=counts.keyframe_kilobytes,
        timestamps_plausible=plausible,
    )


def _unwrapped(rtp_times: Sequence[int], clock_rate: int) -> list[float]:
    """Seconds since the first picture; 32 bits of RTP time overflow within hours."""
    seconds, ticks = [0.0], 0
    for before, after in pairwise(rtp_times):
        ticks += (after - before + 0x80000000 & 0xFFFFFFFF) - 0x80000000
        seconds.append(ticks / clock_rate)
    return seconds


def _is_plausible(media: float, lasted: float) -> bool:
    least, most = _PLAUSIBLE
    return least * lasted <= media <= most * max(lasted, 0.1)


def _jitter(arrivals: Sequence[float], presented: Sequence[float]) -> float:
    """The n-th arrival is held against the n-th time to show one: B-pictures come in pairs."""
    late = sorted(arrival - time for arrival, time in zip(arrivals, presented, strict=True))
    return late[ceil(_LATE_SHARE * len(late)) - 1] - late[0]


def _gops(pictures: Sequence[Picture], times: Sequence[float]) -> list[float]:
    sync = [time for picture, time in zip(pictures, times, strict=True) if picture.sync]
    return [after - before for before, after in pairwise(sync)]


def _since_keyframe(pictures: Sequence[Picture]) -> float | None:
    sync = [picture.arrival for picture in pictures if picture.sync]
    return pictures[-1].arrival - sync[-1] if sync else None


def _reordered(media: Sequence[float]) -> int:
    """Of any picture, how many that are shown after it come before it; the most of them."""
    recent: deque[float] = deque(maxlen=_DEEPEST_REORDER)
    depths = []
    for time in media:
        depths.append(sum(1 for other in recent if other > time))
        recent.append(time)
    # A timestamp that goes back once is a camera in trouble, not a B-picture.
    often = sum(1 for depth in depths if depth) >= _B_SHARE * len(depths)
    return max(depths) if often else 0


def _kbps(pictures: Sequence[Picture], lasted: float) -> float | None:
    # The last one begins an interval that has not been heard to its end.
    octets = sum(picture.octets for picture in pictures[:-1])
    return octets * 8 / 1000 / lasted if lasted > 0 else None


def _peak_kbps(pictures: Sequence[Picture]) -> float:
    second: deque[Picture] = deque()
    octets = most = 0
    for picture in pictures:
        second.append(picture)
        octets += picture.octets
        while picture.arrival - second[0].arrival >= 1:
            octets -= second.popleft().octets
        most = max(most, octets)
    return most * 8 / 1000
