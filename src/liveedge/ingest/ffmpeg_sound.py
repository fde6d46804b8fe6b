"""The sound of what FFmpeg's libraries open, as a worker hands it out."""

from typing import Any, Final

from liveedge.errors import ProtocolError
from liveedge.media.audio import (
    AudioConfig,
    AudioUnit,
    ForeignAudio,
    aac_config,
    opus_config,
    played,
)
from liveedge.rtsp.audio import AudioTrack
from liveedge.rtsp.sound import MAX_UNIT, OpusDepacketizer
from liveedge.rtsp.sound_reception import SoundHandler
from liveedge.workers.messages import Message

_CLOCK_RATE: Final = 90_000
_MOST_CHANNELS: Final = 8
_HIGHEST_RATE: Final = 192_000
_DECODED: Final = {
    "mp2": 0,
    "mp3": 0,
    "ac3": 0,
    "eac3": 0,
    "flac": 0,
    "aac_latm": 0,
    "adpcm_g722": 0,
    "pcm_mulaw": 8,
    "pcm_alaw": 8,
    "pcm_u8": 8,
    "pcm_s16le": 16,
    "pcm_s16be": 16,
}
"""What may be decoded, and the bits of a sample where samples can be joined."""


class FfmpegSound:
    """Hands the sound that a worker sends to a handler."""

    def __init__(self, handler: SoundHandler, described: object) -> None:
        """`described` is what the worker says of it: a mapping, or None if there is none."""
        self._handler = handler
        self._playing = False
        config = _config(described) if isinstance(described, dict) else None
        if config is not None:
            self._playing = True
            # The depacketizer is libav's.
            handler.begins(
                AudioTrack(config, _CLOCK_RATE, OpusDepacketizer, 0, None, shares_clock=True)
            )

    def take(self, message: Message) -> None:
        """Take a `sound`; raise `WorkerError` if it makes no sense."""
        rtp_time, duration = message.number("rtp_time"), message.number("duration")
        arrival, data = message.real("arrival"), message.payload
        if self._playing and 0 < len(data) <= MAX_UNIT and 0 <= duration <= _CLOCK_RATE:
            self._handler.unit(AudioUnit(data, rtp_time & 0xFFFFFFFF, duration, arrival))


def _config(described: dict[str, Any]) -> AudioConfig | ForeignAudio | None:
    """What comes, as browsers play it or as it is made into that; None if neither can be."""
    codec, setup = described.get("codec"), described.get("setup")
    rate, channels = described.get("sample_rate"), described.get("channels")
    if (
        not isinstance(codec, str)
        or not isinstance(setup, str)
        or not isinstance(rate, int)
        or not isinstance(channels, int)
        or not (0 < rate <= _HIGHEST_RATE and 0 < channels <= _MOST_CHANNELS)
    ):
        return None
    try:
        octets = bytes.fromhex(setup)
        if codec == "aac":
            config = aac_config(octets)
            return config if played(config) else ForeignAudio("AAC", "aac", rate, channels, octets)
    except (ProtocolError, ValueError):
        return None
    if codec == "opus":
        return opus_config(channels) if channels <= 2 else None
    if codec in _DECODED:
        return ForeignAudio(codec.upper(), codec, rate, channels, octets, _DECODED[codec])
    return None
