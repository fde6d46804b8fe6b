"""What a viewer saw whose bandwidth was cut for a while."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any, Final

_AROUND: Final = 3.0
"""Seconds before a change that tell how it was, and after one in which it must go on."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture that was presented; times in milliseconds."""

    at: float
    """Unix time."""
    width: int
    """In pixels."""
    latency: float | None
    """What the player says: a clock in the picture gets lost when that is made smaller."""


@dataclass(frozen=True, slots=True)
class Watched:
    """Everything that was presented, and when the bandwidth was cut and restored."""

    pictures: Sequence[Shown]
    cut: float
    restored: float
    stalls: int
    """That the player has counted since the cut."""


def quality_figures(watched: Watched) -> dict[str, Any]:
    """The figures by their names; `step_*_s` are None for a viewer that kept its quality."""
    pictures, cut, restored = watched.pictures, watched.cut, watched.restored
    before = [p for p in pictures if p.at < cut]
    narrow = [p for p in pictures if cut <= p.at < restored]
    full = max((p.width for p in before), default=0)
    down = next((p.at for p in narrow if p.width < full), None)
    up = next((p.at for p in pictures if p.at >= restored and p.width >= full), None)
    return {
        "step_down_s": _seconds(cut, down),
        "step_up_s": None if down is None else _seconds(restored, up),
        "longest_gap_ms": _gap(pictures, cut, restored),
        "longest_gap_up_ms": _gap(pictures, restored, max(restored, up or 0) + 1000 * _AROUND),
        "stalls": watched.stalls,
        "delay_before_p50_ms": _delay(before, cut),
        "delay_narrow_max_ms": _most(narrow),
        "delay_narrow_p50_ms": _delay(narrow, restored),
        "fps_narrow": round(len(_newest(narrow, restored)) / _AROUND, 1),
    }


def _seconds(begin: float, end: float | None) -> float | None:
    return None if end is None else round((end - begin) / 1000, 2)


def _gap(pictures: Sequence[Shown], begin: float, end: float) -> float:
    """The longest time between two pictures, the later one of which came after `begin`."""
    gaps = [b.at - a.at for a, b in pairwise(pictures) if b.at >= begin and a.at < end]
    return round(max(gaps, default=end - begin), 1)


def _newest(pictures: Sequence[Shown], end: float) -> Sequence[Shown]:
    return [p for p in pictures if end - 1000 * _AROUND <= p.at < end]


def _delay(pictures: Sequence[Shown], end: float) -> float | None:
    delays = [p.latency for p in _newest(pictures, end) if p.latency is not None]
    return round(median(delays), 1) if delays else None


def _most(pictures: Sequence[Shown]) -> float | None:
    delays = [p.latency for p in pictures if p.latency is not None]
    return round(max(delays), 1) if delays else None
