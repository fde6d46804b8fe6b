"""Segments and parts: some chunks in a row (RFC 8216bis §3), of pictures or of sound."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from liveedge.media.audio_epoch import AudioEpoch
from liveedge.media.chunk import Chunk
from liveedge.media.epoch import Epoch

PART_HOLD_BACK: Final = 3
"""Part targets that players should keep away from the live edge."""
LEAST_HOLD_BACK: Final = 2


@dataclass(frozen=True, slots=True)
class Targets:
    """What a media playlist promises once and never changes (§6.2.1, §4.4.3.7)."""

    duration: int
    """EXT-X-TARGETDURATION in seconds: every segment, rounded, is at most so long."""
    part: int
    """PART-TARGET in milliseconds: every part is at most so long."""
    beside: int | None = None
    """That of the pictures, where these are promises about their sound."""

    @property
    def hold_back(self) -> int:
        """PART-HOLD-BACK in milliseconds.

        §4.4.3.8 demands two parts and advises three, Apple's authoring rules demand three. §6.2.4
        wants sound to say what the pictures say, unless two parts of it are more than that.
        """
        if self.beside is None:
            return PART_HOLD_BACK * self.part
        return max(PART_HOLD_BACK * self.beside, LEAST_HOLD_BACK * self.part)


class Rate(NamedTuple):
    """What one segment took."""

    size: int
    """Bytes."""
    pictures: int
    duration: int
    """In 1/90000 s."""


@dataclass(slots=True, eq=False)
class Part:
    """A partial segment (§3.2): some chunks in a row. Never changed once made."""

    serial: int
    """Counts the parts of a run; the next part has the next serial, whatever comes."""
    chunks: tuple[Chunk, ...]
    duration: int
    """In 1/90000 s, as announced: see `liveedge.packaging.cutter`."""
    independent: bool
    """True if it contains a sync frame."""


@dataclass(slots=True, eq=False)
class Segment:
    """A media segment (§3): its parts in a row. Open, and growing, while `duration` is None."""

    msn: int
    epoch: Epoch | AudioEpoch
    start: int
    """Decode time of its first chunk in 1/90000 s."""
    program_us: int
    """EXT-X-PROGRAM-DATE-TIME in Unix microseconds."""
    discontinuity: bool
    discontinuity_sequence: int
    gap: bool = False
    """True if its media is missing: EXT-X-GAP. Then it has no parts."""
    parts: list[Part] = field(default_factory=list)
    size: int = 0
    duration: int | None = None
    """In 1/90000 s."""

    @property
    def length(self) -> int:
        """Its duration in 1/90000 s, or what its parts have come to."""
        if self.duration is not None:
            return self.duration
        return sum(part.duration for part in self.parts)

    def as_gap(self) -> "Segment":
        """The same stretch of time without its media."""
        return replace(self, parts=[], size=0, gap=True, duration=self.length)

    @property
    def chunks(self) -> Iterator[Chunk]:
        """All its chunks."""
        return (chunk for part in self.parts for chunk in part.chunks)
