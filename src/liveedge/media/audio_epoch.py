"""A stretch of sound during which one decoder configuration holds."""

from dataclasses import dataclass

from liveedge.media.audio import AudioConfig
from liveedge.media.bmff import audio_init_segment
from liveedge.media.chunk import frame_init


@dataclass(frozen=True, slots=True)
class AudioEpoch:
    """An init segment, its number within the track, and what players need to know of it."""

    number: int
    config: AudioConfig
    init: bytes
    """`ftyp` and `moov`."""
    message: bytes
    """The same behind the header of the live protocol."""


def make_audio_epoch(number: int, track: int, config: AudioConfig) -> AudioEpoch:
    """Build the init segment of a new epoch, once for all listeners."""
    init = audio_init_segment(config)
    return AudioEpoch(number, config, init, frame_init(init, track, number))
