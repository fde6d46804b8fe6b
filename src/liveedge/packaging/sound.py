"""Audio unit → chunk, on the time axis of the video."""

from typing import Final

from liveedge.media.audio import AudioConfig, AudioUnit
from liveedge.media.audio_epoch import AudioEpoch, make_audio_epoch
from liveedge.media.bmff import VIDEO_TIMESCALE
from liveedge.media.chunk import FLAG_CAMERA_CLOCK, FLAG_GAP, FLAG_SYNC, Chunk, frame_chunk

_MAX_DELAY_US: Final = 0x7FFFFFFF


class SoundPackager:
    """Boxes the sound of one track; a new configuration opens a new epoch."""

    def __init__(self, track: int) -> None:
        self._track = track
        self._clock_rate = 1
        self._sequence = 0
        self._decode_time = -1
        self.epoch: AudioEpoch | None = None

    def configure(self, config: AudioConfig, clock_rate: int) -> None:
        """Take the configuration of what follows; `clock_rate` is that of its units."""
        self._clock_rate = clock_rate
        if self.epoch is None or self.epoch.config != config:
            number = 0 if self.epoch is None else self.epoch.number + 1
            self.epoch = make_audio_epoch(number, self._track, config)

    def add(
        self,
        unit: AudioUnit,
        media_time: int,
        *,
        gap: bool,
        capture_us: int,
        arrival_us: int,
        camera_clock: bool,
    ) -> Chunk | None:
        """Box one unit; None before anything was configured.

        `media_time` is in 1/90000 s, the clock times are Unix microseconds. Decoding can begin at
        every unit.
        """
        epoch = self.epoch
        if epoch is None:
            return None
        decode_time = self._decode_time = max(media_time, self._decode_time + 1)
        duration = unit.duration * VIDEO_TIMESCALE // self._clock_rate
        flags = FLAG_SYNC | FLAG_GAP * gap | FLAG_CAMERA_CLOCK * camera_clock
        delay_us = arrival_us - capture_us
        message = frame_chunk(
            [unit.data],
            stream=self._track,
            epoch=epoch.number,
            sequence=self._sequence,
            flags=flags,
            decode_time=decode_time,
            composition_offset=0,
            duration=duration,
            sample_duration=duration,
            capture_us=capture_us,
            arrival_delay_us=max(-_MAX_DELAY_US, min(delay_us, _MAX_DELAY_US)),
            nal_lengths=False,
        )
        chunk = Chunk(
            self._sequence,
            epoch.number,
            decode_time,
            duration,
            sync=True,
            gap=gap,
            arrival=unit.arrival,
            capture_us=capture_us,
            message=message,
        )
        self._sequence += 1
        return chunk
