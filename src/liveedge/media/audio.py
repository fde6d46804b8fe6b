"""Sound as it comes from a camera, and what a decoder has to know of it."""

from dataclasses import dataclass
from struct import pack

from liveedge.errors import ProtocolError
from liveedge.media.bits import BitReader

_SAMPLING_FREQUENCIES = (
    *(96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350),
)
"""ISO/IEC 14496-3 table 1.18."""
_EXPLICIT_FREQUENCY = 15
_EXTENDED_OBJECT_TYPE = 31
_SPECTRAL_BAND_REPLICATION = (5, 29)
_GENERAL_AUDIO = (1, 2, 3, 4)
_CHANNELS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 6, 7: 8}
"""By channelConfiguration (table 1.19); 0 is described elsewhere and is not taken."""
_MAX_CONFIG = 64
OPUS_RATE = 48_000
"""Hz of all Opus times, whatever was recorded (RFC 7587 §4.1)."""
_PLAYED = ("mp4a.40.2", "mp4a.40.5", "mp4a.40.29", "opus")
_LOW_COMPLEXITY = 2
SYNC_EXTENSION = 0x2B7
"""Eleven bits before what is appended to an AudioSpecificConfig (ISO/IEC 14496-3 §1.6.2.1)."""


@dataclass(slots=True)
class AudioUnit:
    """What a decoder takes at once: an AAC access unit, an Opus packet, or some samples."""

    data: bytes
    rtp_time: int
    """RTP timestamp, 32 bits, not unwrapped, in units of the track's clock."""
    duration: int
    """In the same units."""
    arrival: float
    """Monotonic time in seconds at which its last byte was read."""
    gap: bool = False
    """Sound of the same session before this was lost."""


@dataclass(frozen=True, slots=True)
class AudioConfig:
    """One decoder configuration."""

    codec: str
    """As in RFC 6381: `mp4a.40.2`, `opus`."""
    sample_rate: int
    """Hz."""
    channels: int
    sample_entry: bytes
    """Four characters (ISO/IEC 14496-12 §12.2.3)."""
    description: bytes = b""
    """The box in the sample entry that a decoder needs, whole; empty if it needs none."""
    frame_samples: int = 0
    """Samples of every unit, 0 if that varies."""


@dataclass(frozen=True, slots=True)
class ForeignAudio:
    """Sound that browsers do not play, and how FFmpeg's libraries decode it."""

    codec: str
    """As in SDP: `PCMU`."""
    decoder: str
    """FFmpeg's name."""
    sample_rate: int
    """Hz."""
    channels: int
    setup: bytes = b""
    """What the decoder has to be given before the first unit."""
    bits: int = 0
    """Of a coded sample; 0 where a decoder takes whole units, and none that were joined."""


def played(config: AudioConfig) -> bool:
    """Whether browsers play it: of AAC only Low Complexity, with or without bands made up."""
    return config.codec in _PLAYED


def low_complexity_config(sample_rate: int, channels: int) -> AudioConfig:
    """The configuration of AAC-LC out of FFmpeg's encoder, which rules out bands made up.

    Raises `ValueError` for a sampling rate that has no index.
    """
    # The extension of §1.6.2.1, with its flag unset.
    extension = pack(">HB", SYNC_EXTENSION << 5 | 5, 0)
    return aac_config(low_complexity_specific(sample_rate, channels) + extension)


def low_complexity_specific(sample_rate: int, channels: int) -> bytes:
    """An AudioSpecificConfig of AAC-LC; raise `ValueError` for a rate that has no index."""
    index = _SAMPLING_FREQUENCIES.index(sample_rate)
    # GASpecificConfig is three zeros.
    return pack(">H", _LOW_COMPLEXITY << 11 | index << 7 | channels << 3)


def aac_config(specific: bytes) -> AudioConfig:
    """Read an AudioSpecificConfig (ISO/IEC 14496-3 §1.6.2.1); raise `ProtocolError` if it is none.

    `sample_rate` is what is coded; bands that are made up from it double it for the listener.
    """
    if not 2 <= len(specific) <= _MAX_CONFIG:
        raise ProtocolError("The camera describes its AAC by a configuration that is none.")
    kind, rate, channels, samples = read_specific(BitReader(specific))
    return AudioConfig(
        f"mp4a.40.{kind}", rate, channels, b"mp4a", _elementary_stream(specific), samples
    )


def read_specific(reader: BitReader) -> tuple[int, int, int, int]:
    """Read an AudioSpecificConfig: object type, sampling rate, channels, samples of a unit.

    An extension that some writers append to it is left unread. Raises `ProtocolError` for what is
    no AAC.
    """
    kind = _object_type(reader)
    rate = read_frequency(reader)
    channels = _CHANNELS.get(reader.bits(4))
    core = kind
    if kind in _SPECTRAL_BAND_REPLICATION:
        read_frequency(reader)
        core = _object_type(reader)
    if channels is None or core not in _GENERAL_AUDIO:
        raise ProtocolError("The camera sends a kind of MPEG-4 audio other than AAC.")
    samples = 960 if reader.flag() else 1024  # frameLengthFlag
    if reader.flag():  # dependsOnCoreCoder
        reader.bits(14)
    if reader.flag():  # extensionFlag
        reader.bits(1)
    return kind, rate, channels, samples


def opus_config(channels: int) -> AudioConfig:
    """Opus, with OpusSpecificBox (Encapsulation of Opus in ISO-BMFF §4.3.2)."""
    # Nothing is skipped: the beginning of a live stream is not that of a recording.
    body = pack(">BBHIhB", 0, channels, 0, OPUS_RATE, 0, 0)
    box = pack(">I4s", 8 + len(body), b"dOps") + body
    return AudioConfig("opus", OPUS_RATE, channels, b"Opus", box)


def _object_type(reader: BitReader) -> int:
    kind = reader.bits(5)
    return 32 + reader.bits(6) if kind == _EXTENDED_OBJECT_TYPE else kind


def read_frequency(reader: BitReader) -> int:
    """Read a sampling frequency, by its index or in full; raise `ProtocolError` if none is so."""
    index = reader.bits(4)
    rate = (
        reader.bits(24) if index == _EXPLICIT_FREQUENCY else (*_SAMPLING_FREQUENCIES, 0, 0)[index]
    )
    if not 0 < rate <= 96000:
        raise ProtocolError("The camera sends sound at an impossible sampling rate.")
    return rate


def _elementary_stream(specific: bytes) -> bytes:
    """The `esds` box: an ES_Descriptor (ISO/IEC 14496-1 §7.2.6.5) around the configuration."""
    aac, audio_stream, predefined = 0x40, 0x15, 0x02
    decoder = pack(">BBxHII", aac, audio_stream, 0, 0, 0) + _descriptor(0x05, specific)
    stream = pack(">HB", 0, 0) + _descriptor(0x04, decoder)
    stream += _descriptor(0x06, bytes((predefined,)))
    body = bytes(4) + _descriptor(0x03, stream)
    return pack(">I4s", 8 + len(body), b"esds") + body


def _descriptor(tag: int, body: bytes) -> bytes:
    return bytes((tag, len(body))) + body
