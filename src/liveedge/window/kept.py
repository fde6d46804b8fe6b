"""What players can have of one rendition, listed or not, by the names that it has."""

from liveedge.media.audio_epoch import AudioEpoch
from liveedge.media.epoch import Epoch
from liveedge.window.segment import Part, Segment


class Kept:
    """Segments, their parts, and the epochs that they belong to."""

    def __init__(self) -> None:
        self.size = 0
        """Bytes of all parts."""
        self._segments: dict[int, Segment] = {}
        self._parts: dict[int, Part] = {}
        self._epochs: dict[int, Epoch | AudioEpoch] = {}

    def segment(self, msn: int) -> Segment | None:
        """The segment of that media sequence number, complete or open."""
        return self._segments.get(msn)

    def part(self, serial: int) -> Part | None:
        """The part of that serial."""
        return self._parts.get(serial)

    def epoch(self, number: int) -> Epoch | AudioEpoch | None:
        """The epoch of a segment that is here."""
        return self._epochs.get(number)

    def add(self, segment: Segment) -> None:
        """Keep a segment; what it was under that number before, it is no more."""
        self._segments[segment.msn] = segment
        self._epochs[segment.epoch.number] = segment.epoch

    def add_part(self, segment: Segment, part: Part) -> None:
        """Append a part to a segment that is kept."""
        size = sum(len(chunk.message) for chunk in part.chunks)
        segment.parts.append(part)
        segment.size += size
        self.size += size
        self._parts[part.serial] = part

    def drop(self, segment: Segment) -> None:
        """Let go of a segment, and of the epochs that only older ones had."""
        self.size -= segment.size
        del self._segments[segment.msn]
        for part in segment.parts:
            del self._parts[part.serial]
        oldest = min((s.epoch.number for s in self._segments.values()), default=0)
        for number in [number for number in self._epochs if number < oldest]:
            del self._epochs[number]
