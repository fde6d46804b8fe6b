"""The audio codecs that can be received, and which track of a camera is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from liveedge.errors import ProtocolError
from liveedge.media.audio import (
    G711_RATE,
    OPUS_RATE,
    AudioConfig,
    aac_config,
    g711_config,
    opus_config,
)
from liveedge.rtsp.sdp import PayloadFormat, SessionDescription
from liveedge.rtsp.sound import (
    AacDepacketizer,
    AudioDepacketizer,
    Emit,
    G711Depacketizer,
    OpusDepacketizer,
    aac_duration,
)

_HEADER_SIZES = {"aac-hbr": (13, 3), "aac-lbr": (6, 2)}
"""Bits of AU-size and AU-Index by mode (RFC 3640 §3.3.5, §3.3.6)."""
_OTHER_HEADERS = (
    "ctsdeltalength",
    "dtsdeltalength",
    "randomaccessindication",
    "streamstateindication",
    "auxiliarydatasizelength",
)
_MAX_CHANNELS = 8
_LAWS = {"PCMU": "ulaw", "PCMA": "alaw"}


@dataclass(frozen=True, slots=True)
class AudioTrack:
    """The track to play beside the video."""

    config: AudioConfig
    clock_rate: int
    """Units of `AudioUnit.rtp_time` in a second."""
    depacketizer: Callable[[Emit], AudioDepacketizer]
    payload_type: int
    control: str | None


def choose_audio(session: SessionDescription) -> AudioTrack | None:
    """Return the first audio track that can be received, None if there is none."""
    for media in session.media:
        if media.kind != "audio" or not media.protocol.startswith("RTP/AVP"):
            continue
        for offered in media.formats:
            found = _codec(offered)
            if found is not None:
                config, clock_rate, depacketizer = found
                return AudioTrack(
                    config, clock_rate, depacketizer, offered.payload_type, media.control
                )
    return None


_Found = tuple[AudioConfig, int, Callable[[Emit], AudioDepacketizer]]


def _codec(offered: PayloadFormat) -> _Found | None:
    if not 0 < offered.channels <= _MAX_CHANNELS:
        return None
    if offered.encoding == "MPEG4-GENERIC":
        return _aac(offered)
    if offered.encoding == "OPUS":
        # RFC 7587 §7: always announced with two channels, whatever is in it.
        return opus_config(2), OPUS_RATE, OpusDepacketizer
    if offered.encoding in _LAWS:
        rate = offered.clock_rate or G711_RATE
        config = g711_config(_LAWS[offered.encoding], offered.channels, rate)
        return config, rate, partial(G711Depacketizer, channels=offered.channels)
    return None


def _aac(offered: PayloadFormat) -> _Found | None:
    """AAC in the modes of RFC 3640; None for MPEG-4 audio of another kind."""
    fmtp = offered.parameters
    sizes = _HEADER_SIZES.get(fmtp.get("mode", "aac-hbr").lower())
    if sizes is None or any(fmtp.get(name, "0") != "0" for name in _OTHER_HEADERS):
        return None
    try:
        config = aac_config(bytes.fromhex(fmtp.get("config", "")))
        size_bits = _bits(fmtp, "sizelength", sizes[0])
        index_bits = _bits(fmtp, "indexlength", sizes[1])
    except (ProtocolError, ValueError):
        return None
    rate = offered.clock_rate or config.sample_rate
    duration = aac_duration(config, rate)
    make = partial(AacDepacketizer, size_bits=size_bits, index_bits=index_bits, duration=duration)
    return (config, rate, make) if duration else None


def _bits(fmtp: Mapping[str, str], name: str, usual: int) -> int:
    bits = int(fmtp.get(name, usual))
    if not (0 if name == "indexlength" else 1) <= bits <= 32:
        raise ValueError(name)
    return bits
