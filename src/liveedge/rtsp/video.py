"""The video codecs that can be received. Another one is a file and a line in `VIDEO_CODECS`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from liveedge.errors import Reason, SourceError
from liveedge.media.access_unit import AccessUnit
from liveedge.rtsp import h264, h265
from liveedge.rtsp.rtp import Depacketizer
from liveedge.rtsp.sdp import PayloadFormat, SessionDescription

DEFAULT_CLOCK_RATE = 90000


@dataclass(frozen=True, slots=True)
class VideoDescription:
    """What is known of a video track before its first picture."""

    codec: str
    """`h264` or `h265`."""
    clock_rate: int
    """Units of `AccessUnit.rtp_time` in a second."""
    parameter_sets: tuple[bytes, ...]
    """From the session description; may be empty, for they may come in band."""
    framerate: float | None = None
    """Frames a second as the camera says, None if it does not."""


class VideoDepacketizer(Depacketizer, Protocol):
    """A depacketizer with the figures that a client watches."""

    access_units: int
    damaged: int
    skipped: int
    unknown: int
    shows_damage: bool
    completed_at: float | None
    emitted_at: float | None

    def push_picture(self, nals: list[bytes], timestamp: int, arrival: float) -> None:
        """Take the NAL units of one picture, not empty."""
        ...

    def forget(self) -> None:
        """Let go of what has come of a picture; nothing comes any more."""
        ...


@dataclass(frozen=True, slots=True)
class VideoCodec:
    """How a codec is carried by RTP."""

    name: str
    parameter_sets: Callable[[Mapping[str, str]], tuple[bytes, ...]]
    depacketizer: Callable[[Callable[[AccessUnit], None]], VideoDepacketizer]
    interleaves: Callable[[Mapping[str, str]], bool]
    """Whether NAL units are sent in another order than that of decoding, which nobody needs live
    and which is not received."""
    mendable: bool = False
    """Whether pictures that refer to lost ones can be made fit to be shown; libavcodec paints those
    of H.265 grey."""


VIDEO_CODECS = {
    "H264": VideoCodec(
        "h264", h264.parameter_sets, h264.H264Depacketizer, h264.interleaves, mendable=True
    ),
    "H265": VideoCodec("h265", h265.parameter_sets, h265.H265Depacketizer, h265.interleaves),
}
"""By encoding name (the `a=rtpmap` of the session description)."""


@dataclass(frozen=True, slots=True)
class VideoTrack:
    """The track to play."""

    codec: VideoCodec
    description: VideoDescription
    payload_type: int
    control: str | None


def choose_video(session: SessionDescription) -> VideoTrack:
    """Return the first video track that can be received.

    Raises `SourceError`: NO_VIDEO without a video track, UNSUPPORTED if all are of other codecs.
    """
    videos = [media for media in session.media if media.kind == "video"]
    for media in videos:
        for offered in media.formats:
            codec = VIDEO_CODECS.get(offered.encoding)
            if (
                codec is not None
                and media.protocol.startswith("RTP/AVP")
                and not codec.interleaves(offered.parameters)
            ):
                description = VideoDescription(
                    codec.name,
                    offered.clock_rate or DEFAULT_CLOCK_RATE,
                    codec.parameter_sets(offered.parameters),
                    media.framerate,
                )
                return VideoTrack(codec, description, offered.payload_type, media.control)
    if not videos:
        raise SourceError(
            Reason.NO_VIDEO,
            "The camera offers no video track; check that the path names a video stream.",
        )
    names = sorted({_name(offered) for media in videos for offered in media.formats})
    raise SourceError(
        Reason.UNSUPPORTED,
        f"The camera offers only {', '.join(names) or 'video of no known kind'}, which cannot be"
        f" received; set it to {' or '.join(VIDEO_CODECS)}.",
    )


def _name(offered: PayloadFormat) -> str:
    name = offered.encoding
    plain = name.isascii() and name.replace("-", "").isalnum() and len(name) <= 32
    codec = VIDEO_CODECS.get(name)
    if codec is not None and codec.interleaves(offered.parameters):
        return f"{name} in interleaved mode"
    return name if plain else f"payload type {offered.payload_type}"
