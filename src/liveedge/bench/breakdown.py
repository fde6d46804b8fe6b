"""How the delay of a picture is made up. Pure: time stamps in, figures out.

All times are Unix time in milliseconds on the one clock of the machine that runs everything.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from liveedge.bench.stats import Picture, percentile
from liveedge.media.chunk import HEADER

STAGES: Final = {
    "camera": "drawn and encoded, until its packets are sent",
    "rtsp": "until the server has the whole picture",
    "packaging": "until viewers may have it: boxed, and for LL-HLS its part complete",
    "transfer": "until its bytes are in the page",
    "decoder": "until the decoder, or the media source, has taken them",
    "player": "until the page presents it: decoded, and held by the player",
    "screen": "until the browser expects it on the screen",
}
"""From one moment of a picture to the next, in order."""

_SAME_MS: Final = 1.5
"""Two clocks of one capture differ by less: one of them counts in whole milliseconds."""
_SHOWN_MS: Final = 5.0
_TAIL: Final = 5
"""Percent of the pictures at either end that the means leave out."""

Moments = tuple[float, ...]
"""One more than there are stages; the last but one is when it was presented."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What the live protocol's header says of a picture, in milliseconds."""

    capture: float
    complete: float
    """When the server had the whole of it."""


class ChunkLog:
    """The headers of the chunks that left a server."""

    def __init__(self) -> None:
        self.chunks: dict[int, Taken] = {}
        """By decode time."""

    def take(self, message: bytes) -> None:
        """Note one chunk of the live protocol."""
        header = HEADER.unpack_from(message)
        decode_time, capture_us, arrival_us = header[6:9]
        self.chunks[decode_time] = Taken(capture_us / 1000, (capture_us + arrival_us) / 1000)


class Nearest:
    """Finds the value whose key is nearest."""

    def __init__(self, pairs: Iterable[tuple[float, float]], tolerance: float) -> None:
        self._pairs = sorted(pairs)
        self._keys = [key for key, _ in self._pairs]
        self._tolerance = tolerance

    def get(self, key: float) -> float | None:
        """Its value, None if nothing is near enough."""
        at = bisect_left(self._keys, key)
        near = self._pairs[max(0, at - 1) : at + 1]
        best = min(near, key=lambda pair: abs(pair[0] - key), default=None)
        return None if best is None or abs(best[0] - key) > self._tolerance else best[1]


def moments(
    pictures: Sequence[Picture],
    chunks: dict[int, Taken],
    sent: Iterable[tuple[float, float]],
    notes: dict[str, Any],
    boxing_ms: float,
) -> list[Moments]:
    """What became of each picture, of which everything is known.

    `sent` is when each was captured and when the camera had sent it; `notes` are those of
    `notes.js`; `boxing_ms` is what a picture costs from the depacketizer into the window.
    """
    decode_times = {round(taken.capture): time for time, taken in chunks.items()}
    sent_at = Nearest(sent, _SAME_MS)
    shown_at = Nearest(notes["shown"], _SHOWN_MS)
    handed = _first(notes["handed"])
    arrived = _first(notes["arrived"])
    complete = _complete(notes["arrived"], chunks)
    found: list[Moments] = []
    for picture in pictures:
        captured = round(picture.at - picture.latency)
        time = next(
            (decode_times[ms] for ms in _around(captured) if ms in decode_times),
            None,
        )
        if time is None or time not in arrived or time not in handed:
            continue
        sent_ms = sent_at.get(chunks[time].capture)
        expected = shown_at.get(picture.at)
        if sent_ms is None or expected is None:
            continue
        found.append(
            (
                chunks[time].capture,
                sent_ms,
                chunks[time].complete,
                complete[time] + boxing_ms,
                arrived[time],
                handed[time],
                picture.at,
                max(expected, picture.at),
            )
        )
    return found


def breakdown_figures(found: Sequence[Moments]) -> dict[str, Any]:
    """The stages of some pictures: means that add up, and medians.

    The means are those of the pictures without the 5 % that were quickest and the 5 % that were
    slowest: means of stages add up to the mean of the whole, medians do not.
    """
    totals = [each[-1] - each[0] for each in found]
    low, high = percentile(totals, _TAIL), percentile(totals, 100 - _TAIL)
    if low is None or high is None:
        return {"pictures": 0}
    usual = [each for each, total in zip(found, totals, strict=True) if low <= total <= high]
    means, medians = {}, {}
    for at, stage in enumerate(STAGES):
        means[stage] = sum(each[at + 1] - each[at] for each in usual) / len(usual)
        medians[stage] = percentile([each[at + 1] - each[at] for each in found], 50) or 0.0
    return {
        "pictures": len(found),
        "p50_ms": round(percentile([each[-2] - each[0] for each in found], 50) or 0.0, 1),
        "total_ms": round(sum(means.values()), 1),
        "stages_ms": {stage: round(value, 2) for stage, value in means.items()},
        "stages_p50_ms": {stage: round(value, 2) for stage, value in medians.items()},
    }


def in_order(each: Moments) -> bool:
    """Whether no stage takes less than nothing, but for what clocks of one machine differ."""
    return all(later - earlier > -_SAME_MS for earlier, later in pairwise(each))


def _around(milliseconds: int) -> tuple[int, int, int]:
    return milliseconds, milliseconds + 1, milliseconds - 1


def _first(notes: Sequence[tuple[float, list[int]]]) -> dict[int, float]:
    """When each picture was noted first."""
    return {time: at for at, times in reversed(notes) for time in times}


def _complete(
    notes: Sequence[tuple[float, list[int]]], chunks: dict[int, Taken]
) -> dict[int, float]:
    """When the last picture that came together with each was complete at the server."""
    complete = {}
    for _, times in reversed(notes):
        known = [chunks[time].complete for time in times if time in chunks]
        for time in times:
            if known:
                complete[time] = max(known)
    return complete
