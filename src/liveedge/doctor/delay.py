"""The delay to expect of each transport, out of what was measured. Pure.

The model: a base, which is what everything but the camera and its network takes, and on top of it
what this camera adds. The bases are medians of `liveedge bench latency --gop 15` with a virtual
camera of 30 pictures a second, on one machine without a network between; the pictures of such a
camera are punctual and in order, so that nothing is counted twice.
"""

from dataclasses import dataclass
from typing import Final

from liveedge.config.hls import HlsSettings
from liveedge.doctor.facts import Facts
from liveedge.media.bmff import VIDEO_TIMESCALE
from liveedge.packaging.targets import frames_per_part, long_enough

BASE_MS: Final = {"webcodecs": 18.0, "mse": 54.0, "llhls": 129.0, "hls": 68.0}
"""Measured by `liveedge bench latency --gop 15`; of plain HLS without its segments of 0.5 s."""
_BASE_FRAME_MS: Final = 1000 / 30
"""The media element is given a frame ahead; that of the base had this duration."""
_BASE_PART_MS: Final = 100.0
_HLS: Final = HlsSettings()


@dataclass(frozen=True, slots=True)
class Share:
    """One reason of a delay."""

    what: str
    ms: float


@dataclass(frozen=True, slots=True)
class Delay:
    """The median delay to expect of one transport."""

    transport: str
    shares: tuple[Share, ...]
    at_least: bool
    """True where something was not measured that can only add to it."""

    @property
    def ms(self) -> float:
        """All shares together."""
        return sum(share.ms for share in self.shares)


def expected_delays(facts: Facts) -> tuple[Delay, ...]:
    """Delays in the order webcodecs, mse, llhls, hls; empty if too few pictures came."""
    figures = facts.figures
    if not figures.fps or not figures.keyframes:
        return ()
    frame = 1000 / figures.fps
    camera = [Share("from capture to arrival", facts.age_ms)] if facts.age_ms is not None else []
    if figures.reordered:
        camera.append(Share("B-frames", figures.reordered * frame))
    jitter = [Share("pictures that come late", figures.jitter_ms or 0.0)]
    own = {
        "webcodecs": [],
        "mse": [*jitter, Share("one picture ahead", frame - _BASE_FRAME_MS)],
        "llhls": [*jitter, Share("parts", _part(frame) - _BASE_PART_MS)],
        "hls": [*jitter, *_segments(facts)],
    }
    return tuple(
        Delay(
            transport,
            tuple(
                _worth_saying([Share("liveedge and the browser", base), *camera, *own[transport]])
            ),
            facts.age_ms is None or (transport == "hls" and figures.keyframes < 2),
        )
        for transport, base in BASE_MS.items()
    )


def _part(frame: float) -> float:
    return frames_per_part(frame, _HLS.part_seconds * 1000) * frame


def _segments(facts: Facts) -> list[Share]:
    """A segment is there when it is complete; the player waits on the server for just that."""
    gop = max(facts.figures.gop_longest or 0.0, 1 / (facts.figures.fps or 1.0))
    ticks = gop * VIDEO_TIMESCALE
    gops = -(-long_enough(_HLS.segment_seconds) // ticks)
    segment = gops * gop * 1000
    return [Share("a whole segment", segment), Share("a tenth of one in reserve", segment / 10)]


def _worth_saying(shares: list[Share]) -> list[Share]:
    return [share for share in shares if abs(share.ms) >= 1]
