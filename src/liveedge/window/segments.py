"""The segments and parts of one rendition that players may ask for: of pictures, or of sound."""

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from liveedge.media.audio_epoch import AudioEpoch
from liveedge.media.bmff import VIDEO_TIMESCALE
from liveedge.media.chunk import Chunk
from liveedge.media.epoch import Epoch
from liveedge.window.kept import Kept
from liveedge.window.numbering import Numbering
from liveedge.window.segment import Part, Rate, Segment, Targets

Listener = Callable[[], None]

SHORTEST_PLAYLIST: Final = 3
"""Target durations that a live playlist lists at least (RFC 8216bis §6.2.2)."""
PART_AVAILABILITY: Final = 3
"""Target durations for which a part can be had after its tag has gone (§6.2.2)."""
_RECENT: Final = 32


class SegmentList:
    """Lists the newest segments, and keeps those that have left the list for late readers.

    The cutter writes it, playlists are rendered from it. It holds references to the chunks that
    live viewers are sent, and no bytes of its own. What it holds is bounded by time and bytes.
    """

    def __init__(
        self, numbering: Numbering, *, wanted: int | None = None, max_bytes: int = 64 << 20
    ) -> None:
        self.token = numbering.token
        self.targets: Targets | None = None
        self.version = 0
        """Counts changes of what a playlist would say."""
        self.listed: deque[Segment] = deque()
        """Complete segments, oldest first."""
        self.open: Segment | None = None
        self.next_msn = numbering.media_sequence
        self.next_serial = 1
        self.recent: deque[Rate] = deque(maxlen=_RECENT)
        """What the newest complete segments took, the listed ones and some before."""
        self.last_closed_at: float | None = None
        """Monotonic seconds at which the newest complete segment was."""
        self.parts_from = numbering.media_sequence
        """Parts of earlier segments are not listed: they are too old, or do not suit `targets`."""
        self.now = 0.0
        """Monotonic seconds of the newest change."""
        self.discontinuities = numbering.discontinuities
        """How many there have been."""
        self._wanted = wanted
        self._max_bytes = max_bytes
        self._listed_duration = 0
        self._longest_playlist = 0
        self._shortened = False
        """Playlists are about to get shorter: what is promised from now on is less."""
        self._retired: deque[tuple[float, Segment]] = deque()
        self._kept = Kept()
        self._listeners: list[Listener] = []

    # --- for readers

    @property
    def size(self) -> int:
        """Bytes held, listed or not."""
        return self._kept.size

    @property
    def segments(self) -> list[Segment]:
        """What a playlist shows: complete segments, and the open one if it has a part."""
        opened = self.open
        return [*self.listed, opened] if opened is not None and opened.parts else [*self.listed]

    @property
    def edge(self) -> int | None:
        """Decode time in 1/90000 s up to which something is listed, None while nothing is."""
        newest = self.open or (self.listed[-1] if self.listed else None)
        return None if newest is None else newest.start + newest.length

    def segment(self, msn: int) -> Segment | None:
        """A complete segment that can still be had; a gap is one without chunks."""
        segment = self._kept.segment(msn)
        return segment if segment is not None and segment.duration is not None else None

    def part(self, serial: int) -> Part | None:
        """A part that can still be had."""
        return self._kept.part(serial)

    def epoch(self, number: int) -> Epoch | AudioEpoch | None:
        """The epoch of a segment that can still be had."""
        return self._kept.epoch(number)

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` after each change until the returned function is called."""
        self._listeners.append(listener)

        def stop() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return stop

    def announce(self) -> None:
        """Tell all listeners that there is something new."""
        for listener in tuple(self._listeners):
            listener()

    # --- for the cutter

    def promise(self, targets: Targets) -> None:
        """Set what playlists promise from now on; another part target begins between segments."""
        if self.targets is not None:
            if self.targets.part != targets.part:
                self.parts_from = self.next_msn
            if self.targets.duration != targets.duration:
                self._shortened = targets.duration < self.targets.duration
        self.targets = targets
        self.version += 1

    def begin(
        self,
        chunk: Chunk,
        epoch: Epoch | AudioEpoch,
        *,
        discontinuity: bool,
        program_us: int | None = None,
    ) -> None:
        """Open the next segment; it begins with `chunk`, at which decoding can begin.

        `program_us` is its date, if that is not the capture time of the chunk.
        """
        if discontinuity:
            self.discontinuities += 1
        segment = Segment(
            self.next_msn,
            epoch,
            chunk.decode_time,
            self._program_time(chunk.capture_us if program_us is None else program_us),
            discontinuity,
            self.discontinuities,
        )
        self.next_msn += 1
        self.open = segment
        self._kept.add(segment)

    def add_part(self, chunks: tuple[Chunk, ...], duration: int) -> None:
        """Append a part to the open segment."""
        segment = self.open
        if segment is None:
            raise AssertionError("a part needs an open segment")
        part = Part(self.next_serial, chunks, duration, any(chunk.sync for chunk in chunks))
        self.next_serial += 1
        self._kept.add_part(segment, part)
        self.version += 1
        self.now = chunks[-1].arrival
        self._bound(self.now)
        self._leave_parts_out()

    def close(self, end: int, now: float) -> None:
        """Complete the open segment; it ends at decode time `end`, and `now` monotonic seconds."""
        segment = self.open
        if segment is None:
            raise AssertionError("only an open segment can be closed")
        self.open = None
        segment.duration = end - segment.start
        self.recent.append(Rate(segment.size, sum(1 for _ in segment.chunks), segment.duration))
        self.last_closed_at = now
        self._list(segment, now)

    def add_gap(self, duration: int, now: float) -> None:
        """List missing media of `duration` 1/90000 s after the newest segment (EXT-X-GAP)."""
        before = self.listed[-1]
        lasted = before.duration or 0
        segment = Segment(
            self.next_msn,
            before.epoch,
            before.start + lasted,
            before.program_us + lasted * 1_000_000 // VIDEO_TIMESCALE,
            discontinuity=False,
            discontinuity_sequence=self.discontinuities,
            gap=True,
            duration=duration,
        )
        self.next_msn += 1
        self._list(segment, now)

    def clear(self) -> None:
        """List nothing, and keep nothing, until the next segment begins."""
        self._kept = Kept()
        self._retired.clear()
        self.listed.clear()
        self.open = None
        self._listed_duration = 0
        self.parts_from = self.next_msn
        self.version += 1

    def follow(self, other: Segment) -> None:
        """Number the next segment as that of another rendition, and what follows it as well."""
        self.next_msn = self.parts_from = other.msn
        self.discontinuities = other.discontinuity_sequence - other.discontinuity

    def add_absent(self, other: Segment, epoch: Epoch | AudioEpoch, now: float) -> None:
        """List a segment of another rendition, of which there is nothing here, as a gap."""
        gap = replace(other.as_gap(), epoch=epoch)
        self.next_msn = gap.msn + 1
        self.discontinuities = gap.discontinuity_sequence
        self._list(gap, now)

    def _list(self, segment: Segment, now: float) -> None:
        self.now = now
        self._kept.add(segment)
        self.listed.append(segment)
        self._listed_duration += segment.duration or 0
        self._longest_playlist = max(self._longest_playlist, self._listed_duration)
        while len(self.listed) > 1 and self._may_leave(self.listed[0]):
            self._retire(now)
        if self._shortened:
            self._longest_playlist, self._shortened = self._listed_duration, False
        self.version += 1
        self._forget(now)
        self._leave_parts_out()

    def _program_time(self, taken_us: int) -> int:
        """The date of a segment whose first chunk was taken then, in Unix microseconds.

        §6.2.1: dates must not become ambiguous. Where a clock has been set back, the dates of
        new segments overlap those of the segments before by half until they are right again.
        """
        before = self.listed[-1] if self.listed else None
        if before is None:
            return taken_us
        lasted_us = (before.duration or 0) * 1_000_000 // VIDEO_TIMESCALE
        return max(taken_us, before.program_us + lasted_us // 2)

    # --- what leaves

    def _leave_parts_out(self) -> None:
        """Stop listing parts that are far from the live edge.

        §6.2.2: a part's tag should go once it is more than three target durations from the end.
        They go by segments, since players count the parts of a segment from its first one, and
        for good, although a segment can turn out shorter than its parts announced.
        """
        targets = self.targets
        if targets is None:
            return
        left = PART_AVAILABILITY * targets.duration * VIDEO_TIMESCALE
        for segment in reversed(self.segments):
            left -= segment.length
            if left < 0:
                self.parts_from = max(self.parts_from, segment.msn + 1)
                return

    def _may_leave(self, oldest: Segment) -> bool:
        if self._wanted is not None:
            return len(self.listed) > self._wanted
        targets = self.targets
        rest = self._listed_duration - (oldest.duration or 0)
        # §6.2.2: no segment may be removed if less than three target durations remained.
        return targets is not None and (
            rest >= SHORTEST_PLAYLIST * targets.duration * VIDEO_TIMESCALE
        )

    def _retire(self, now: float) -> None:
        """Take the oldest segment off the list, and note until when it can be had.

        §6.2.2: a segment can be had until it has been in the playlist for its own duration and
        that of the longest playlist that had it, a part for three target durations after its tag
        has gone. Its tag goes at the latest with its segment, so both count from there.
        """
        segment = self.listed.popleft()
        length = segment.duration or 0
        self._listed_duration -= length
        promised = 0 if self.targets is None else PART_AVAILABILITY * self.targets.duration
        availability = max(self._longest_playlist / VIDEO_TIMESCALE, promised)
        self._retired.append((now + availability + length / VIDEO_TIMESCALE, segment))

    def _forget(self, now: float) -> None:
        """Let go of what no player can be about to ask for."""
        while self._retired and self._retired[0][0] <= now:
            self._kept.drop(self._retired.popleft()[1])

    def _bound(self, now: float) -> None:
        """Keep to `max_bytes`, whatever the camera sends."""
        kept = self._kept
        while kept.size > self._max_bytes and (self._retired or self.listed):
            if not self._retired:
                self._retire(now)
            self._kept.drop(self._retired.popleft()[1])
        opened = self.open
        if opened is not None and kept.size > self._max_bytes:
            # One GOP alone is too much. Its parts cannot be had any more, so it is a gap.
            self._kept.drop(opened)
            self.open = None
            self._list(opened.as_gap(), now)
