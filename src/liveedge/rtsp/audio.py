"""The audio codecs that can be received, and which track of a camera is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from liveedge.errors import ProtocolError
from liveedge.media.audio import (
    OPUS_RATE,
    AudioConfig,
    ForeignAudio,
    aac_config,
    opus_config,
    played,
)
from liveedge.media.latm import parse_stream_mux, plain_mux
from liveedge.rtsp.latm import LatmDepacketizer
from liveedge.rtsp.mpeg_audio import CLOCK_RATE, MpegAudioDepacketizer
from liveedge.rtsp.sdp import PayloadFormat, SessionDescription
from liveedge.rtsp.sound import (
    AacDepacketizer,
    AudioDepacketizer,
    Emit,
    OpusDepacketizer,
    SampleDepacketizer,
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
_MAX_RATE = 96_000
_TELEPHONE_RATE = 8000
_SAMPLED = {
    "PCMU": ("pcm_mulaw", 8, 1),
    "PCMA": ("pcm_alaw", 8, 1),
    # RFC 3551 §4.5.2: the clock of G.722 counts every other sample.
    "G722": ("g722", 8, 2),
    "G726-16": ("g726le", 2, 1),
    "G726-24": ("g726le", 3, 1),
    "G726-32": ("g726le", 4, 1),
    "G726-40": ("g726le", 5, 1),
    # The same with the bits of an octet in the other order (RFC 3551 §4.5.4).
    "AAL2-G726-16": ("g726", 2, 1),
    "AAL2-G726-24": ("g726", 3, 1),
    "AAL2-G726-32": ("g726", 4, 1),
    "AAL2-G726-40": ("g726", 5, 1),
    "L16": ("pcm_s16be", 16, 1),
}
"""FFmpeg's decoder, bits of a channel in one unit of the RTP clock, and samples in it."""
_MPEG_AUDIO_RATE = 48_000
"""Of which its frames may say something else, to the decoder."""
CONVERTED = frozenset(_SAMPLED) | {"MPA"}
"""What browsers do not play, and what is made into AAC."""
_DECODED_AAC = frozenset({"mp4a.40.1", "mp4a.40.4"})
"""Main and Long Term Prediction; nothing decodes Scalable Sampling Rate."""


@dataclass(frozen=True, slots=True)
class AudioTrack:
    """The track to play beside the video."""

    config: AudioConfig | ForeignAudio
    clock_rate: int
    """Units of `AudioUnit.rtp_time` in a second."""
    depacketizer: Callable[[Emit], AudioDepacketizer]
    payload_type: int
    control: str | None
    shares_clock: bool = False
    """Whether its RTP times are on the axis of those of the pictures."""


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


_Found = tuple[AudioConfig | ForeignAudio, int, Callable[[Emit], AudioDepacketizer]]


def _codec(offered: PayloadFormat) -> _Found | None:
    if not 0 < offered.channels <= _MAX_CHANNELS:
        return None
    if offered.encoding == "MPEG4-GENERIC":
        return _aac(offered)
    if offered.encoding == "MP4A-LATM":
        return _latm(offered)
    if offered.encoding == "OPUS":
        # RFC 7587 §7: always announced with two channels, whatever is in it.
        return opus_config(2), OPUS_RATE, OpusDepacketizer
    if offered.encoding == "MPA":
        foreign = ForeignAudio("MPA", "mp3", _MPEG_AUDIO_RATE, min(offered.channels, 2))
        return foreign, CLOCK_RATE, MpegAudioDepacketizer
    return _sampled(offered)


def _sampled(offered: PayloadFormat) -> _Found | None:
    """What comes as samples, one beside the other."""
    name, channels, rate = offered.encoding, offered.channels, offered.clock_rate
    if name not in _SAMPLED:
        return None
    decoder, bits, samples = _SAMPLED[name]
    rate = rate or _TELEPHONE_RATE
    if rate > _MAX_RATE:
        return None
    foreign = ForeignAudio(name, decoder, rate * samples, channels, bits=bits)
    return foreign, rate, partial(SampleDepacketizer, bits=bits * channels)


def _aac(offered: PayloadFormat) -> _Found | None:
    """AAC in the modes of RFC 3640; None for MPEG-4 audio of another kind."""
    fmtp = offered.parameters
    sizes = _HEADER_SIZES.get(fmtp.get("mode", "aac-hbr").lower())
    if sizes is None or any(fmtp.get(name, "0") != "0" for name in _OTHER_HEADERS):
        return None
    try:
        specific = bytes.fromhex(fmtp.get("config", ""))
        config = aac_config(specific)
        size_bits = _bits(fmtp, "sizelength", sizes[0])
        index_bits = _bits(fmtp, "indexlength", sizes[1])
    except (ProtocolError, ValueError):
        return None
    rate = offered.clock_rate or config.sample_rate
    duration = aac_duration(config, rate)
    make = partial(AacDepacketizer, size_bits=size_bits, index_bits=index_bits, duration=duration)
    found = _playable(config, specific)
    return None if found is None or not duration else (found, rate, make)


def _latm(offered: PayloadFormat) -> _Found | None:
    """AAC in the multiplex of RFC 6416; None for what is in it besides, and for other audio.

    A configuration that only comes in band is taken for that of AAC-LC as `a=rtpmap` describes it;
    should it be another one, nothing is played.
    """
    fmtp = offered.parameters
    present = fmtp.get("cpresent", "1") != "0"
    try:
        if "config" in fmtp:
            mux = parse_stream_mux(bytes.fromhex(fmtp["config"]))
        elif present:
            mux = plain_mux(offered.clock_rate, offered.channels)
        else:
            return None
    except (ProtocolError, ValueError):
        return None
    rate = offered.clock_rate or mux.config.sample_rate
    duration = aac_duration(mux.config, rate)
    found = _playable(mux.config, mux.specific)
    if found is None or not duration:
        return None
    return found, rate, partial(LatmDepacketizer, mux=mux, present=present, duration=duration)


def _playable(config: AudioConfig, specific: bytes) -> AudioConfig | ForeignAudio | None:
    """AAC as it is, or what is made into AAC that browsers play."""
    if played(config):
        return config
    if config.codec not in _DECODED_AAC:
        return None
    return ForeignAudio("AAC", "aac", config.sample_rate, config.channels, specific)


def _bits(fmtp: Mapping[str, str], name: str, usual: int) -> int:
    bits = int(fmtp.get(name, usual))
    if not (0 if name == "indexlength" else 1) <= bits <= 32:
        raise ValueError(name)
    return bits
