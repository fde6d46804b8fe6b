"""What every video codec has in common, as packaging, players and status need it."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Protocol

from liveedge.media import h264, h265


class Parameters(Protocol):
    """What the sequence parameter set of a codec says, whichever it is."""

    @property
    def width(self) -> int:
        """Pixels, cropped."""
        ...

    @property
    def height(self) -> int:
        """Pixels, cropped."""
        ...

    @property
    def frame_rate(self) -> Fraction | None:
        """Pictures a second, None if the stream does not say."""
        ...

    @property
    def reorder_frames(self) -> int:
        """How many pictures may precede a picture in decoding order but follow it in output."""
        ...


class VideoConfig(Protocol):
    """One decoder configuration."""

    @property
    def parameters(self) -> Parameters:
        """What it means."""
        ...

    @property
    def codec(self) -> str:
        """The `codecs` parameter of RFC 6381."""
        ...

    @property
    def sample_entry(self) -> bytes:
        """Four characters: the sample entry of ISO/IEC 14496-15 that keeps parameter sets in it."""
        ...

    @property
    def record(self) -> tuple[bytes, bytes]:
        """Type and payload of the box with the decoder configuration record."""
        ...

    @property
    def brand(self) -> bytes:
        """The brand (ISO/IEC 14496-12 §4.3) to claim for it; may be empty."""
        ...


class ParameterSets(Protocol):
    """The parameter sets that a stream has sent so far."""

    def update(self, nals: Iterable[bytes]) -> bool:
        """Take bare NAL units; True if they change the decoder configuration."""
        ...

    def config(self) -> VideoConfig | None:
        """The configuration they make, None while one is missing."""
        ...


PARAMETER_SETS: Mapping[str, type[ParameterSets]] = {
    "h264": h264.ParameterSets,
    "h265": h265.ParameterSets,
}
"""By codec, as `VideoDescription.codec` names it."""
