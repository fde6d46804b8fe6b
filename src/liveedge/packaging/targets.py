"""What a media playlist promises, chosen from what the camera does.

Both promises hold for as long as the playlist does (RFC 8216bis §6.2.1, §4.4.3.7), so they are
made with some room, and out of measured values rounded so far that the same camera leads to the
same promises after a restart.
"""

from math import ceil, sqrt
from typing import Final

from liveedge.media.bmff import VIDEO_TIMESCALE

_PART_HEADROOM: Final = 1.03
"""A part may be this much longer than its frames nominally are, for timestamps jitter."""
_PART_STEP_MS: Final = 5
_SEGMENT_HEADROOM: Final = 1.1
_WISH_TOLERANCE: Final = 0.9
_TOLERATED_FRAME: Final = 1.05
_TOLERATED_PART: Final = 2.0
SHORTEST_PART_RATIO: Final = 0.85
"""§4.4.4.9: a part is at least this share of PART-TARGET, with few exceptions."""


def frames_per_part(frame: float, wish: float) -> int:
    """The whole number of frames whose duration is nearest to the wish, as a ratio.

    Both in the same unit. Nearest as a ratio, so that frame rates which lie between two numbers
    (25 fps: 80 or 120 ms for 100) are not decided by the noise of a measurement.
    """
    fewer = max(1, int(wish / frame))
    return fewer + 1 if wish / frame > sqrt(fewer * (fewer + 1)) else fewer


def part_target(frame: float, wish_seconds: float) -> int:
    """PART-TARGET in milliseconds for frames of `frame` 1/90000 s."""
    wish = wish_seconds * VIDEO_TIMESCALE
    nominal_ms = frames_per_part(frame, wish) * frame * 1000 / VIDEO_TIMESCALE
    return max(_PART_STEP_MS, ceil(nominal_ms * _PART_HEADROOM / _PART_STEP_MS) * _PART_STEP_MS)


def long_enough(wish_seconds: float) -> float:
    """The duration in 1/90000 s from which a segment counts as long as wished.

    A GOP that is a hair shorter than the wish makes a segment: cameras' sync frames jitter.
    """
    return _WISH_TOLERANCE * wish_seconds * VIDEO_TIMESCALE


def target_duration(gop: float, wish_seconds: float) -> int:
    """EXT-X-TARGETDURATION in seconds for a camera with GOPs of `gop` 1/90000 s.

    §4.4.3.1: at least 1, and no less than any segment's duration rounded to the nearest integer.
    """
    gops = max(1, ceil(long_enough(wish_seconds) / gop))
    segment = gops * gop / VIDEO_TIMESCALE
    return max(1, ceil(segment * _SEGMENT_HEADROOM - 0.5))


def longest_segment(target_duration_s: int) -> float:
    """The duration in 1/90000 s below which a segment rounds to its target duration or less."""
    return (target_duration_s + 0.5) * VIDEO_TIMESCALE


def misfits(part_ms: int, frame: float, wish_seconds: float) -> bool:
    """Whether frames of `frame` 1/90000 s call for another PART-TARGET than `part_ms`.

    They do if a single one is longer than a part may be, or if parts are far longer than wished.
    A frame rate of which no whole number of frames fits exactly is not worth a new playlist:
    then the number of frames in a part varies, and players do not notice.
    """
    frame_ms = frame * 1000 / VIDEO_TIMESCALE
    too_short = frame_ms > part_ms * _TOLERATED_FRAME
    return too_short or part_ms > _TOLERATED_PART * part_target(frame, wish_seconds)
