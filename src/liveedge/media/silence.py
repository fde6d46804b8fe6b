"""What a decoder makes silence of, where sound is missing."""

from typing import Final

from liveedge.media.audio import AudioConfig

_AAC: Final = {
    1: bytes.fromhex("00c800802380"),
    2: bytes.fromhex("210049900219002380"),
}
"""By channels: one element without any spectral band (ISO/IEC 14496-3 §4.4.2.1)."""
_OPUS: Final = b"\xf8\xff\xfe"
"""CELT, full band, 20 ms, with nothing in it (RFC 6716 §3.1)."""
_OPUS_SAMPLES: Final = 960


def silent_unit(config: AudioConfig) -> tuple[bytes, int] | None:
    """A unit of silence and its samples; None if none is known for this configuration."""
    if config.codec == "opus":
        return _OPUS, _OPUS_SAMPLES
    data = _AAC.get(config.channels)
    if config.codec != "mp4a.40.2" or data is None or not config.frame_samples:
        return None
    return data, config.frame_samples
