"""What a loss did to the pictures that a server sent and a page showed. Pure: no I/O."""

from collections.abc import Iterable
from typing import Final

from liveedge.bench.stats import Picture, percentile
from liveedge.media.bmff import VIDEO_TIMESCALE
from liveedge.media.chunk import FLAG_DAMAGED, FLAG_GAP, HEADER

WRONG_MS: Final = 40.0
"""A clock that is further from what the server says of its picture has a fault in it."""


class Damages:
    """Notes of the live protocol's pictures when there was damage, and for how long."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        """For each stretch, the media time from the last right picture to the next one."""
        self.pictures = 0
        """That were sent."""
        self.damaged = 0
        """Of these, with faults."""
        self._right: int | None = None
        """Decode time of the newest picture without a fault."""
        self._is_damaged = False

    def take(self, message: bytes) -> None:
        """Take the message of a picture."""
        fields = HEADER.unpack_from(message)
        flags, decode_time = fields[1], fields[6]
        self.pictures += 1
        if flags & FLAG_DAMAGED:
            self.damaged += 1
            self._is_damaged = True
            return
        if self._right is not None and (self._is_damaged or flags & FLAG_GAP):
            self.seconds.append((decode_time - self._right) / VIDEO_TIMESCALE)
        self._right, self._is_damaged = decode_time, False

    def figures(self, gop_seconds: float) -> dict[str, float | int | None]:
        """By their names; a stretch that is longer than a GOP had a keyframe in it that was hit."""
        longest = max(self.seconds, default=None)
        median = percentile(self.seconds, 50)
        return {
            "damaged_percent": round(100 * self.damaged / max(1, self.pictures), 1),
            "damages": len(self.seconds),
            "clean_again_p50_s": None if median is None else round(median, 2),
            "clean_again_max_s": None if longest is None else round(longest, 2),
            "longer_than_a_gop": sum(s > gop_seconds * 1.05 + 0.1 for s in self.seconds),
        }


def wrong_clock_percent(pictures: Iterable[Picture]) -> float | None:
    """The share of pictures whose burned-in clock is not what it was when the picture was taken.

    The server knows the latter from the camera's reports. None without pictures.
    """
    known = [p.latency - p.reported for p in pictures if p.reported is not None]
    if not known:
        return None
    # What both clocks and the page add is the same for all, and shown by most.
    usual = percentile(known, 50) or 0.0
    wrong = sum(abs(difference - usual) > WRONG_MS for difference in known)
    return round(100 * wrong / len(known), 1)
