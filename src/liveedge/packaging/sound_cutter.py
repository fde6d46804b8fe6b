"""When a part and a segment of sound end: where those of the pictures do.

Sound is a rendition of its own. RFC 8216bis §6.2.4 wants renditions to have the same target
duration, the same hold-back, and discontinuities and dates that agree. So a segment of sound has
the number of the segment of pictures that it goes with, and begins with the unit of sound that is
nearest to its first picture.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from math import ceil
from typing import Final

from liveedge.media.audio_epoch import AudioEpoch
from liveedge.media.bmff import VIDEO_TIMESCALE
from liveedge.media.chunk import Chunk
from liveedge.media.silence import silent_unit
from liveedge.packaging.targets import longest_segment
from liveedge.packaging.unbroken import LATE, Unbroken
from liveedge.window.segment import Segment, Targets
from liveedge.window.segments import SegmentList

BACK: Final = 4 * VIDEO_TIMESCALE
"""How far behind the live edge sound begins, at most, when somebody first asks for it."""
_USUAL_UNIT: Final = VIDEO_TIMESCALE // 50
_PART_STEP_MS: Final = 5


def unit_duration(epoch: AudioEpoch, newest: Chunk | None) -> int:
    """How long a unit of sound lasts, in 1/90000 s; where that may vary, as long as the newest."""
    config = epoch.config
    if config.frame_samples:
        return config.frame_samples * VIDEO_TIMESCALE // config.sample_rate
    return newest.duration if newest is not None and newest.duration else _USUAL_UNIT


def sound_targets(pictures: Targets, unit: int) -> Targets:
    """What a playlist of sound promises beside one of pictures; `unit` in 1/90000 s.

    §6.2.4: the target duration is the same, and so is PART-HOLD-BACK, which is to be three part
    targets. So a part is as many units as a part of the pictures has room for, but at least one.
    """
    units = pictures.part * VIDEO_TIMESCALE // 1000 // unit
    fitting = (_part_target(n * unit) for n in range(units, 0, -1))
    part = next((part for part in fitting if part <= pictures.part), _part_target(unit))
    return Targets(pictures.duration, part, pictures.part)


def _part_target(length: int) -> int:
    return ceil(length * 1000 / VIDEO_TIMESCALE / _PART_STEP_MS) * _PART_STEP_MS


class SoundCutter:
    """Cuts sound of one configuration into parts and segments, beside those of the pictures."""

    def __init__(
        self, pictures: SegmentList, segments: SegmentList, epoch: AudioEpoch, unit: int
    ) -> None:
        """`segments` is what is written; `unit` is how long a unit lasts, in 1/90000 s."""
        self._pictures = pictures
        self._segments = segments
        self._epoch = epoch
        self._unit = unit
        self._can_be_silent = silent_unit(epoch.config) is not None
        self._sound: Unbroken | None = None
        """None until there are pictures to go with."""
        self._pending: deque[Chunk] = deque()
        """What is in no part yet."""
        self._begins = 0
        """Decode time at which the segment begins that comes next, or is open."""
        self._announced = 0
        """Decode time at which its last part ends, as announced."""

    def begin(self, chunks: Iterable[Chunk]) -> None:
        """Take what is there already, and as much silence as is missing of it."""
        for chunk in chunks:
            # How late it came cannot be told from where the pictures are now.
            self._take(chunk, chunk.decode_time + chunk.duration)
        self.follow()

    def add(self, chunk: Chunk) -> None:
        """Take the next unit; listeners of the segments are told if it completes anything."""
        version, edge = self._segments.version, self._pictures.edge
        if edge is not None:
            self._take(chunk, edge)
        self._tell(version)

    def follow(self) -> None:
        """Take note of what is new of the pictures."""
        version, pictures = self._segments.version, self._pictures
        if self._sound is None and self._can_be_silent:
            self._anchor(None)
        sound, edge = self._sound, pictures.edge
        if sound is not None and edge is not None and pictures.targets is not None:
            self._promise()
            sound.skip_to(self._resumed())
            if pictures.open is not None:
                self._pending += sound.go_on(edge, pictures.now)
            self._cut(sound)
        self._tell(version)

    def _take(self, chunk: Chunk, edge: int) -> None:
        if self._sound is None:
            self._anchor(chunk.decode_time)
        if self._sound is not None:
            self._sound.skip_to(self._resumed())
            self._pending += self._sound.place(chunk, edge)
            self._cut(self._sound)

    @property
    def lost(self) -> bool:
        """Whether the pictures that the next sound goes with have left: there is no going on."""
        listed = self._pictures.listed
        return self._sound is not None and bool(listed) and self._segments.next_msn < listed[0].msn

    def _tell(self, version: int) -> None:
        if self._segments.version != version:
            self._segments.announce()

    # --- where sound begins

    def _anchor(self, first: int | None) -> None:
        """Begin with a segment of the pictures, at best one that begins when sound does.

        `first` is where the sound begins that is known; silence may come before it.
        """
        pictures, edge = self._pictures, self._pictures.edge
        if pictures.targets is None or edge is None or pictures.open is None:
            return
        earliest = edge - BACK
        if first is not None and not self._can_be_silent:
            earliest = first - self._unit // 2
        found = pictures.open
        for segment in reversed(pictures.listed):
            if segment.gap or segment.start < earliest:
                break
            found = segment
        self._segments.promise(sound_targets(pictures.targets, self._unit))
        self._segments.follow(found)
        begin = found.start
        if first is not None:
            begin = first - round((first - begin) / self._unit) * self._unit
        self._sound = Unbroken(self._epoch, self._unit, begin)

    def _resumed(self) -> int:
        """Where the pictures begin that have come without a hole since, if there was one."""
        pictures = self._pictures
        later = pictures.open
        for segment in reversed(pictures.listed):
            if segment.gap:
                return later.start if later is not None else segment.start + segment.length
            if later is not None and later.start - segment.start - segment.length > LATE:
                return later.start
            later = segment
        return 0

    # --- parts and segments

    def _cut(self, sound: Unbroken) -> None:
        """Cut as much as there is."""
        while self._step(sound):
            pass

    def _step(self, sound: Unbroken) -> bool:
        """Add a part, or end a segment; False if it is too early for either."""
        opened, half = self._segments.open, self._unit // 2
        model = self._model(self._segments.next_msn if opened is None else opened.msn)
        if opened is None:
            if model is None:
                return False
            if model.gap:
                self._segments.add_absent(model, self._epoch, self._pictures.now)
                return True
            self._prepare(model)
        boundary: int | None = None
        if model is None:
            # Pictures that have left may have ended anywhere: what there is of sound is all.
            boundary = sound.end
        elif model.duration is not None:
            boundary = model.start + model.duration
        number, until = self._next_part(boundary)
        is_over = boundary is not None and sound.end >= boundary - half
        if not number:
            if is_over and boundary is not None:
                self._end(model, boundary)
            return is_over
        complete = is_over or until - self._announced + self._unit > self._longest_part
        if model is not None and boundary is None:
            complete |= self._is_expected_end(model, until)
            complete &= self._is_in_time(until)
        if complete:
            self._add_part(model, number, until)
        return complete

    def _model(self, msn: int) -> Segment | None:
        """The segment of pictures with that number, None if it has not come, or has left."""
        opened = self._pictures.open
        if opened is not None and opened.msn == msn:
            return opened
        return self._pictures.segment(msn)

    def _prepare(self, model: Segment) -> None:
        """The next segment goes with these pictures."""
        self._promise()
        pending, half = self._pending, self._unit // 2
        while model.discontinuity and pending and pending[0].decode_time < model.start - half:
            # Nothing is heard of the time of which nothing was seen.
            pending.popleft()
        self._begins = self._announced = pending[0].decode_time if pending else model.start

    def _promise(self) -> None:
        """Promise what suits the pictures now; only between segments parts may become others."""
        promised, segments = self._pictures.targets, self._segments
        if promised is None:
            return
        wanted = sound_targets(promised, self._unit)
        if segments.open is not None and segments.targets is not None:
            wanted = replace(segments.targets, duration=wanted.duration)
        if wanted != segments.targets:
            segments.promise(wanted)

    @property
    def _longest_part(self) -> int:
        promised = self._segments.targets
        return 0 if promised is None else promised.part * VIDEO_TIMESCALE // 1000

    def _next_part(self, boundary: int | None) -> tuple[int, int]:
        """How many of the pending units fit into the next part of this segment, and their end."""
        longest, half = self._longest_part, self._unit // 2
        number, until = 0, self._announced
        for chunk in self._pending:
            end = chunk.decode_time + chunk.duration
            if boundary is not None and chunk.decode_time >= boundary - half:
                break
            if number and end - self._announced > longest:
                break
            number, until = number + 1, end
        return number, until

    def _is_expected_end(self, model: Segment, until: int) -> bool:
        """Whether pictures like those before would end here: a part that goes further would keep
        the next segment from beginning with its first picture."""
        listed = self._pictures.listed
        return bool(listed) and abs(model.start + listed[-1].length - until) <= self._unit // 2

    def _is_in_time(self, until: int) -> bool:
        """Whether sound is not too far ahead of the pictures, or of what a segment may last."""
        promised, edge = self._pictures.targets, self._pictures.edge
        if promised is None or edge is None:
            return False
        is_near = until - edge <= promised.part * VIDEO_TIMESCALE // 1000
        return is_near and until - self._begins < longest_segment(promised.duration) - self._unit

    def _add_part(self, model: Segment | None, number: int, until: int) -> None:
        chunks = tuple(self._pending.popleft() for _ in range(number))
        if self._segments.open is None and model is not None:
            offset_us = (self._begins - model.start) * 1_000_000 // VIDEO_TIMESCALE
            self._segments.begin(
                chunks[0],
                self._epoch,
                discontinuity=model.discontinuity,
                program_us=model.program_us + offset_us,
            )
        duration = max(1, min(until - self._announced, self._longest_part))
        self._announced += duration
        self._segments.add_part(chunks, duration)

    def _end(self, model: Segment | None, boundary: int) -> None:
        """Complete a segment: it lasts as long as its sound or, if that has a hole, the pictures
        do. Without any sound it is missing."""
        now = self._pictures.now
        if self._segments.open is not None:
            end = boundary if self._announced < boundary - self._unit else self._announced
            if self._segments.targets is not None:
                # §4.4.3.1: half a unit more than the pictures may be too much.
                longest = ceil(longest_segment(self._segments.targets.duration)) - 1
                end = min(end, self._begins + longest)
            self._segments.close(max(end, self._begins + 1), now)
        elif model is not None:
            self._segments.add_absent(model, self._epoch, now)
