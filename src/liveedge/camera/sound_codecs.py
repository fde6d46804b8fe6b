"""What the virtual camera can send sound as: how it is coded, sent and described."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SoundCodec:
    """How sound is coded, sent and described."""

    name: str
    """As the command line says it."""
    payload_type: int
    rtpmap: str
    """Encoding name, clock rate and channels, as its `a=rtpmap` has them."""
    fmtp: str | None
    library: str
    """FFmpeg's name of the encoder."""
    sample_format: str
    rate: int
    """Samples a second; also the RTP clock."""
    duration: int
    """Samples of a unit: what a decoder takes at once, and what goes into a packet."""
    kbps: int | None
    """Bit rate in 1000 bit/s; None where it follows from the rest."""
    payload_of: Callable[[bytes], bytes]
    marked: bool
    """Whether the marker bit of every packet is set."""


def _aac_payload(unit: bytes) -> bytes:
    """One AU-header of 16 bits: AU-size, and AU-Index 0 (RFC 3640 §3.2.1, §3.3.6)."""
    return b"\0\x10" + (len(unit) << 3).to_bytes(2) + unit


def _plain_payload(unit: bytes) -> bytes:
    """RFC 7587 §4.2, RFC 3551 §4.5.14."""
    return unit


AAC = SoundCodec(
    "aac",
    97,
    "MPEG4-GENERIC/48000/1",
    # AudioSpecificConfig (ISO/IEC 14496-3 §1.6.2.1): AAC-LC, 48 kHz, one channel.
    "streamtype=5;profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3;"
    "config=1188",
    "aac",
    "fltp",
    48_000,
    1024,
    64,
    _aac_payload,
    # RFC 3640 §3.1: set on each packet that ends an access unit.
    marked=True,
)
OPUS = SoundCodec(
    "opus",
    97,
    # RFC 7587 §7: always two channels, whatever is sent.
    "opus/48000/2",
    "sprop-stereo=0",
    "libopus",
    "s16",
    48_000,
    960,
    64,
    _plain_payload,
    # RFC 7587 §4.1: only on the first packet after silence.
    marked=False,
)
PCMU = SoundCodec(
    "pcmu",
    0,
    "PCMU/8000",
    None,
    "pcm_mulaw",
    "s16",
    8000,
    160,
    None,
    _plain_payload,
    marked=False,
)
PCMA = SoundCodec(
    "pcma",
    8,
    "PCMA/8000",
    None,
    "pcm_alaw",
    "s16",
    8000,
    160,
    None,
    _plain_payload,
    marked=False,
)
SOUND_CODECS = {codec.name: codec for codec in (AAC, OPUS, PCMU, PCMA)}
