"""What the parameter sets of a video track say, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from liveedge.errors import ProtocolError
from liveedge.media import h264, h265

# ITU-T H.264 §A.2.
_PROFILES: Final = {
    66: "Baseline",
    77: "Main",
    88: "Extended",
    100: "High",
    110: "High 10",
    122: "High 4:2:2",
    244: "High 4:4:4 Predictive",
}
# ITU-T H.265 §A.3.
_H265_PROFILES: Final = {1: "Main", 2: "Main 10", 3: "Main Still Picture", 4: "Range Extensions"}
_CONSTRAINT_SET1 = 0x40
_CONSTRAINT_SET3 = 0x10


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoFacts:
    """One video track; None where the parameter sets did not come, or cannot be read."""

    codec: str
    """`h264`, …"""
    name: str | None = None
    """As browsers call it (RFC 6381), such as `avc1.64001f`."""
    profile: str | None = None
    level: str | None = None
    width: int | None = None
    height: int | None = None
    fps: float | None = None
    """As the parameter sets say."""
    reorder_declared: int = 0
    """Pictures that a decoder is told to be ready to reorder."""
    playable: bool = True
    """False for colour formats and depths that no browser decodes."""


def describe_video(codec: str, parameter_sets: Iterable[bytes]) -> VideoFacts:
    """Read parameter sets in the order in which they came; what is broken says nothing."""
    try:
        if codec == "h264":
            return _h264(parameter_sets)
        if codec == "h265":
            return _h265(parameter_sets)
    except ProtocolError:
        pass
    return VideoFacts(codec=codec)


def _h264(parameter_sets: Iterable[bytes]) -> VideoFacts:
    sets = h264.ParameterSets()
    sets.update(parameter_sets)
    config = sets.config()
    if config is None:
        return VideoFacts(codec="h264")
    said = config.parameters
    return VideoFacts(
        codec="h264",
        name=config.codec,
        profile=_profile(said),
        level=_level(said),
        width=said.width,
        height=said.height,
        fps=float(said.frame_rate) if said.frame_rate else None,
        reorder_declared=said.reorder_frames,
        playable=said.chroma_format in (0, 1) and said.bit_depth_luma == said.bit_depth_chroma == 8,
    )


def _h265(parameter_sets: Iterable[bytes]) -> VideoFacts:
    sets = h265.ParameterSets()
    sets.update(parameter_sets)
    config = sets.config()
    if config is None:
        return VideoFacts(codec="h265")
    said = config.parameters
    profile, level = said.profile_tier_level[0] & 0x1F, said.profile_tier_level[11]
    return VideoFacts(
        codec="h265",
        name=config.codec,
        profile=_H265_PROFILES.get(profile, f"profile {profile}"),
        level=f"{level / 30:.1f}",  # ITU-T H.265 §A.4.1
        width=said.width,
        height=said.height,
        fps=float(said.frame_rate) if said.frame_rate else None,
        reorder_declared=said.reorder_frames,
    )


def _profile(said: h264.SequenceParameters) -> str:
    name = _PROFILES.get(said.profile, f"profile {said.profile}")
    constrained = said.profile == 66 and said.compatibility & _CONSTRAINT_SET1
    return f"Constrained {name}" if constrained else name


def _level(said: h264.SequenceParameters) -> str:
    # §A.3.1: level 1b of these profiles is told from 1.1 by a constraint flag.
    if said.level == 11 and said.profile in (66, 77, 88) and said.compatibility & _CONSTRAINT_SET3:
        return "1b"
    return f"{said.level // 10}.{said.level % 10}"
