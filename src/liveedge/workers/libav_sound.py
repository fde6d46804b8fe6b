"""The sound beside the pictures of what `libav` has opened: handed out as it is coded."""

import time
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from av.container import InputContainer
from av.video.stream import VideoStream

from liveedge.media.audio import low_complexity_specific
from liveedge.workers.channel import Channel
from liveedge.workers.encoder import CLOCK_RATE
from liveedge.workers.messages import Message

if TYPE_CHECKING:
    from av.audio.codeccontext import AudioCodecContext
    from av.audio.stream import AudioStream
    from av.packet import Packet
    from av.stream import Stream

MAX_SETUP: Final = 1024
"""Octets of what a decoder is given first."""
_ADTS_SYNC, _ADTS_MASK = 0xFFF0, 0xFFF6
_LONG_HEADER, _SHORT_HEADER = 9, 7
_MODULUS: Final = 1 << 32


class LibavSound:
    """The first audio stream of a container, on the time axis of its pictures, if it is wanted."""

    def __init__(self, container: InputContainer, channel: Channel, *, wanted: bool) -> None:
        streams = container.streams.audio
        self.shift: int | None = 0
        """Added to times, in 1/90000 s; what comes while it is None is left out."""
        self._stream = streams[0] if wanted and streams else None
        self._channel = channel
        self._begun = False

    def beside(self, video: VideoStream) -> "list[VideoStream | AudioStream]":
        """What to demultiplex."""
        return [video] if self._stream is None else [video, self._stream]

    def begin(self) -> dict[str, Any] | None:
        """Hand out what comes from now on; returns what a decoder has to know of it, if any."""
        described = None if self._stream is None else _described(self._stream.codec_context)
        self._begun = described is not None
        return described

    def takes(self, packet: "Packet[Stream]") -> bool:
        """Whether a packet is one of sound, which is handed out then."""
        stream = self._stream
        if stream is None or packet.stream_index != stream.index:
            return False
        if self._begun and packet.size and packet.pts is not None and self.shift is not None:
            time_base = stream.time_base or Fraction(1, CLOCK_RATE)
            values = {
                "rtp_time": (round(packet.pts * time_base * CLOCK_RATE) + self.shift) % _MODULUS,
                "duration": round((packet.duration or 0) * time_base * CLOCK_RATE),
                "arrival": time.monotonic(),
            }
            data = bytes(packet)
            if stream.codec_context.codec.canonical_name == "aac":
                data = _without_header(data)
            self._channel.send(Message("sound", values, data))
        return True


def _described(context: "AudioCodecContext") -> dict[str, Any] | None:
    setup = context.extradata or b""
    name = context.codec.canonical_name
    if name == "aac" and not setup:
        setup = _specific(context.profile or "", context.sample_rate, context.channels)
    if not context.sample_rate or not context.channels or len(setup) > MAX_SETUP:
        return None
    return {
        "codec": name,
        "sample_rate": context.sample_rate,
        "channels": context.channels,
        "setup": setup.hex(),
    }


def _without_header(data: bytes) -> bytes:
    """AAC without the header of ADTS (ISO/IEC 14496-3 §1.A.3.2.1), as MPEG-TS has it."""
    if len(data) > _LONG_HEADER and (data[0] << 8 | data[1]) & _ADTS_MASK == _ADTS_SYNC:
        return data[_SHORT_HEADER if data[1] & 1 else _LONG_HEADER :]
    return data


def _specific(profile: str, sample_rate: int, channels: int) -> bytes:
    """The AudioSpecificConfig of AAC in ADTS, whose headers have only the coded bands."""
    if profile.startswith("HE"):
        sample_rate //= 2
    if profile.endswith("v2"):
        channels = 1
    try:
        return low_complexity_specific(sample_rate, channels)
    except ValueError:
        return b""
