"""Sound without holes: where it is missing, or too late, there is silence.

Players stop the pictures where the sound beside them has a hole, and wait for sound that does not
come. What a camera's microphone does must not stop its pictures.
"""

from typing import Final

from liveedge.media.audio_epoch import AudioEpoch
from liveedge.media.bmff import VIDEO_TIMESCALE
from liveedge.media.chunk import FLAG_SYNC, Chunk, frame_chunk
from liveedge.media.silence import silent_unit

LATE: Final = VIDEO_TIMESCALE // 4
"""What comes so much later than usual is not waited for."""
MOST_LAG: Final = 2 * VIDEO_TIMESCALE
"""How late sound may usually be."""
MOST_AHEAD: Final = 2 * VIDEO_TIMESCALE
"""Sound that is so far ahead of the pictures is let go."""
LONGEST_FILL: Final = 10 * VIDEO_TIMESCALE
_FORGETTING: Final = 8
"""What is usual forgets 2⁻⁸ of itself with each unit."""


class Unbroken:
    """Places units of sound one behind the other; all times are decode times in 1/90000 s."""

    def __init__(self, epoch: AudioEpoch, unit: int, begin: int) -> None:
        """`unit` is how long a unit lasts, `begin` is where sound begins."""
        self.end = begin
        """What is before this has been placed, or will never be."""
        self._half = unit // 2
        self._lag = 0
        """How far sound comes behind the pictures, at most, lately."""
        self._epoch = epoch
        self._silent = silent_unit(epoch.config)
        self._silent_sequence = 0

    def place(self, chunk: Chunk, edge: int) -> list[Chunk]:
        """The chunk and silence before it, nothing if it has no place; `edge` of the pictures."""
        end = chunk.decode_time + chunk.duration
        lag = min(edge - end, MOST_LAG)
        self._lag = max(lag, self._lag - (self._lag - lag >> _FORGETTING), 0)
        if chunk.decode_time < self.end - self._half or end > edge + MOST_AHEAD:
            return []
        placed = [*self._silence(chunk.decode_time - self._half, chunk.arrival), chunk]
        self.end = end
        return placed

    def go_on(self, edge: int, now: float) -> list[Chunk]:
        """Silence instead of what is too late, now that the pictures have come to `edge`."""
        due = edge - self._lag - LATE
        silence = self._silence(due, now)
        if self._silent is None:
            self.end = max(self.end, due)
        return silence

    def skip_to(self, begin: int) -> None:
        """There are no pictures before that time, so nothing is heard either."""
        self.end = max(self.end, begin)

    def _silence(self, until: int, now: float) -> list[Chunk]:
        if self._silent is None or until - self.end > LONGEST_FILL:
            return []
        data, samples = self._silent
        duration = samples * VIDEO_TIMESCALE // self._epoch.config.sample_rate
        made = []
        while self.end < until:
            made.append(self._box(data, duration, now))
            self.end += duration
        return made

    def _box(self, data: bytes, duration: int, now: float) -> Chunk:
        sequence, epoch = self._silent_sequence, self._epoch.number
        self._silent_sequence += 1
        message = frame_chunk(
            [data],
            stream=0,
            epoch=epoch,
            sequence=sequence,
            flags=FLAG_SYNC,
            decode_time=self.end,
            composition_offset=0,
            duration=duration,
            sample_duration=duration,
            capture_us=0,
            arrival_delay_us=0,
            nal_lengths=False,
        )
        return Chunk(sequence, epoch, self.end, duration, True, False, now, 0, message)
