"""When a part ends, when a segment ends, and how long they are said to be.

A part is complete with its last frame, before anybody knows how long that frame will be shown.
Its end is therefore announced as the start of its last frame plus the average frame, and the
next part is measured from that announced end: an error made once is corrected by the part that
follows, and the sum of the announced durations never drifts from the decode times. A segment is
complete when the sync frame of the next one arrives, so that its duration is exact.
"""

from dataclasses import replace
from itertools import pairwise
from typing import Final

from liveedge.config.hls import HlsSettings
from liveedge.media.bmff import VIDEO_TIMESCALE
from liveedge.media.chunk import Chunk
from liveedge.media.epoch import Epoch
from liveedge.packaging import targets
from liveedge.window.segment import Segment, Targets
from liveedge.window.segments import SegmentList

MEASURE_SECONDS: Final = 4.0
"""How much of a stream is looked at, at most, before promises are made about it."""
_SMOOTHING: Final = 8
_HOLE_FRAMES: Final = 3
"""A frame that lasts longer than so many average ones is a pause."""
RELAX_SECONDS: Final = 120.0
"""A target duration is promised anew once all segments have been far shorter for so long."""
_MOST_GAPS: Final = 60
"""Gaps that are listed at once, at most, after this machine has slept."""
_SHORTEST_PART: Final = VIDEO_TIMESCALE // 1000


class Cutter:
    """Cuts the chunks of one stream into parts and segments."""

    def __init__(self, segments: SegmentList, settings: HlsSettings) -> None:
        self._segments = segments
        self._settings = settings
        self._long_enough = targets.long_enough(settings.segment_seconds)
        self._measured: list[tuple[Chunk, Epoch]] = []
        self._measured_bytes = 0
        self._pending: list[Chunk] = []
        self._last: Chunk | None = None
        self._frame = 0.0
        """The average frame duration in 1/90000 s."""
        self._discontinuity = False
        """The next segment does not continue the one before."""
        self._absent_since: float | None = None
        """Monotonic seconds up to which missing media is listed, None while nothing is missing."""
        self._announced_end = 0.0
        """Decode time at which the last part ends, as announced."""
        self._long_at: float | None = None
        """Monotonic seconds at which the target duration was last needed."""
        self._longest_part = 0.0
        self._complete_part = 0.0
        """A part that has come to this length, in 1/90000 s, is complete."""

    def add(self, chunk: Chunk, epoch: Epoch) -> None:
        """Take the next chunk; listeners of the segments are told if it completes anything."""
        segments = self._segments
        version = segments.version
        if segments.targets is None:
            self._measure(chunk, epoch)
        else:
            self._place(chunk, epoch, segments.targets)
        if segments.version != version:
            segments.announce()

    def absent(self, now: float) -> float | None:
        """No pictures come any more: list what is missing up to `now` in monotonic seconds.

        §6.2.1: absent media should be listed as segments with EXT-X-GAP, so that a playlist
        without an end goes on. Returns when to call again, None if there is no playlist.
        """
        segments, last = self._segments, self._last
        if segments.targets is None or last is None:
            return None
        version, step = segments.version, segments.targets.duration
        if segments.open is not None:
            self._break_off(now)
        since = last.arrival if self._absent_since is None else self._absent_since
        since = max(since, now - _MOST_GAPS * step)
        while segments.listed and now - since >= step:
            since += step
            segments.add_gap(step * VIDEO_TIMESCALE, now)
        self._absent_since = since
        if segments.version != version:
            segments.announce()
        return since + step

    def end(self) -> None:
        """The stream ends for now: nothing is listed, and what comes next is a new beginning."""
        self._measured.clear()
        self._measured_bytes = 0
        self._pending.clear()
        self._last = self._absent_since = self._long_at = None
        self._discontinuity = self._segments.targets is not None
        self._segments.clear()

    # --- promises

    def _measure(self, chunk: Chunk, epoch: Epoch) -> None:
        """Look at the first GOP, make promises, and cut what has come so far."""
        if chunk.gap or chunk.damaged or (self._measured and epoch is not self._measured[0][1]):
            self._measured.clear()
            self._measured_bytes = 0
        if not self._measured and not chunk.sync:
            return
        self._measured.append((chunk, epoch))
        self._measured_bytes += len(chunk.message)
        start = self._measured[0][0].decode_time
        elapsed = chunk.decode_time - start
        if len(self._measured) == 1 or elapsed <= 0:
            return
        self._frame = elapsed / (len(self._measured) - 1)
        if chunk.sync and elapsed >= self._long_enough:
            syncs = [c.decode_time for c, _ in self._measured if c.sync]
            gop = max(b - a for a, b in pairwise(syncs))
        elif (
            elapsed >= MEASURE_SECONDS * VIDEO_TIMESCALE
            or self._measured_bytes > self._settings.max_bytes // 2
        ):
            gop = 2 * elapsed  # longer than what we have seen
        else:
            return
        wish = self._settings
        self._promise(
            Targets(
                targets.target_duration(gop, wish.segment_seconds),
                targets.part_target(self._frame, wish.part_seconds),
            )
        )
        measured, self._measured = self._measured, []
        for earlier, its_epoch in measured:
            if self._segments.targets is not None:
                self._place(earlier, its_epoch, self._segments.targets)

    def _promise(self, promised: Targets) -> None:
        self._segments.promise(promised)
        wish = self._settings.part_seconds * VIDEO_TIMESCALE
        self._longest_part = promised.part * VIDEO_TIMESCALE / 1000
        self._complete_part = max(
            targets.SHORTEST_PART_RATIO * self._longest_part,
            (targets.frames_per_part(self._frame, wish) - 0.5) * self._frame,
        )

    def _misfits(self, promised: Targets) -> bool:
        return targets.misfits(promised.part, self._frame, self._settings.part_seconds)

    def _relax(self, promised: Targets, now: float) -> Targets:
        """Promise shorter segments once a camera's keyframes come as often as they used to.

        Else plain players would stay as far behind, and as much be kept, as its longest GOP asked.
        """
        lengths = [segment.length for segment in self._segments.listed]
        wish = self._settings.segment_seconds
        duration = targets.target_duration(max(lengths, default=VIDEO_TIMESCALE), wish)
        if not lengths or 2 * duration > promised.duration or self._long_at is None:
            self._long_at = now
        elif now - self._long_at >= RELAX_SECONDS:
            promised = replace(promised, duration=duration)
            self._promise(promised)
        return promised

    def _suit_parts(self, promised: Targets) -> None:
        """Promise parts that suit the camera's new frame rate, if all of a segment had it."""
        listed = self._segments.listed
        frames = sorted(chunk.duration for chunk in listed[-1].chunks) if listed else []
        if frames:
            self._frame = frames[len(frames) // 2]
            if self._misfits(promised):
                part = targets.part_target(self._frame, self._settings.part_seconds)
                self._promise(replace(promised, part=part))

    # --- the way of a chunk

    def _place(self, chunk: Chunk, epoch: Epoch, promised: Targets) -> None:
        segment = self._segments.open
        if segment is not None and self._ends(segment, chunk, epoch, promised):
            segment = None
        if segment is None:
            if not chunk.sync:
                return
            self._begin(chunk, epoch)
        self._last, self._absent_since = chunk, None
        # A pause says little about the frame rate; only if it lasts is it one.
        self._frame += (min(chunk.duration, _HOLE_FRAMES * self._frame) - self._frame) / _SMOOTHING
        self._pending.append(chunk)
        end = chunk.decode_time + self._frame
        if end - self._announced_end >= self._complete_part:
            self._cut(end)

    def _ends(self, segment: Segment, chunk: Chunk, epoch: Epoch, promised: Targets) -> bool:
        """Complete the open segment if it ends before this chunk."""
        length: float = chunk.decode_time - segment.start
        if chunk.gap or chunk.damaged:
            # Players of playlists have buffers to bridge a pause; nobody needs to see faults.
            return self._break_off(chunk.arrival)
        complete = epoch is not segment.epoch or (chunk.sync and length >= self._long_enough)
        if not complete:
            length += self._frame
        if length >= targets.longest_segment(promised.duration):
            if self._is_after_pause(chunk):
                return self._break_off(chunk.arrival)
            # §6.2.1: a target duration never changes, so this is another playlist.
            wish = self._settings.segment_seconds
            duration = targets.target_duration(2 * length, wish)
            self._promise(replace(promised, duration=duration))
        if complete:
            self._close(chunk.decode_time, chunk.arrival)
            self._discontinuity |= epoch is not segment.epoch
        return complete

    def _is_after_pause(self, chunk: Chunk) -> bool:
        last = self._last
        return last is not None and (
            chunk.decode_time - last.decode_time > _HOLE_FRAMES * self._frame
        )

    def _break_off(self, now: float) -> bool:
        """End the open segment with its last picture, for media after that is missing."""
        if self._last is not None:
            self._close(self._last.decode_time + self._frame, now)
        self._discontinuity = True
        return True

    def _begin(self, chunk: Chunk, epoch: Epoch) -> None:
        promised = self._segments.targets
        if promised is not None:
            promised = self._relax(promised, chunk.arrival)
            if self._misfits(promised):
                self._suit_parts(promised)
        self._announced_end = chunk.decode_time
        self._segments.begin(chunk, epoch, discontinuity=self._discontinuity)
        self._discontinuity = False

    def _close(self, end: float, now: float) -> None:
        """Complete the open segment, and before it the part that has not come to its length."""
        if self._pending:
            self._cut(end)
        if self._segments.open is not None:
            self._segments.close(round(end), now)

    def _cut(self, end: float) -> None:
        """Announce a part that ends at `end`, as far as PART-TARGET lets it (§4.4.4.9).

        What it may not say, the next part says.
        """
        duration = round(min(end - self._announced_end, self._longest_part))
        duration = max(duration, _SHORTEST_PART)
        self._announced_end += duration
        self._segments.add_part(tuple(self._pending), duration)
        self._pending.clear()
        # A GOP may be more than the list may hold.
        self._discontinuity |= self._segments.open is None
