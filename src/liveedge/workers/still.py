"""The task `still`: one keyframe, as an init segment and a chunk, becomes a JPEG."""

import io
from fractions import Fraction
from typing import Final

import av
from av.error import FFmpegError
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, Interpolation

from liveedge.errors import ProtocolError
from liveedge.workers.channel import Channel
from liveedge.workers.confinement import Limits
from liveedge.workers.messages import Message, failure

LIMITS: Final = Limits(memory_mb=1536, niceness=5, new_files=0)
_QUALITY: Final = 4
"""MJPEG quantizer, 2 (best) to 31; 4 is hard to tell from the camera's picture."""
_HD_HEIGHT: Final = 720
_COLOURS: Final = {
    1: Colorspace.ITU709,
    4: Colorspace.FCC,
    5: Colorspace.ITU601,
    6: Colorspace.ITU601,
    7: Colorspace.SMPTE240M,
    9: Colorspace.BT2020,
}
"""By matrix_coefficients (ITU-T H.273 table 4)."""


def work(channel: Channel) -> None:
    """Answer each `keyframe` with a `jpeg`, or say why that cannot be."""
    while True:
        question = channel.receive()
        try:
            jpeg, width, height = make_still(question.payload, question.number("width"))
        except ProtocolError as error:
            channel.send(failure(error))
        else:
            channel.send(Message("jpeg", {"width": width, "height": height}, jpeg))


def make_still(keyframe: bytes, width: int) -> tuple[bytes, int, int]:
    """A JPEG of a keyframe given as fragmented MP4, its width and its height.

    The picture is made smaller to at most `width` pixels (0: as it is) and never larger. Raises
    `ProtocolError` if it cannot be decoded.
    """
    try:
        return _encode(_fit(_decode(keyframe), width))
    except (FFmpegError, LookupError, StopIteration, ValueError):
        # Damage shows in many ways: no track, no picture, sizes and colours that nothing has.
        raise ProtocolError("The camera's newest keyframe cannot be decoded.") from None


def _decode(keyframe: bytes) -> VideoFrame:
    with av.open(io.BytesIO(keyframe), "r", format="mp4") as container:
        codecs = [stream.codec_context for stream in container.streams.video]
        if None in codecs:
            raise LookupError("a track of no known codec")
        codecs[0].thread_count = 1
        return next(container.decode(video=0))


def _fit(frame: VideoFrame, width: int) -> VideoFrame:
    """Size and colours as a JPEG has them (JFIF: ITU-R BT.601, full range)."""
    if not 0 < width < frame.width:
        width = frame.width
    # Chroma has half the size, so both are made even.
    height = max(2, round(frame.height * width / frame.width / 2) * 2)
    width = max(2, width - width % 2)
    likely = Colorspace.ITU709 if frame.height >= _HD_HEIGHT else Colorspace.ITU601
    return frame.reformat(
        width,
        height,
        format="yuvj420p",
        src_colorspace=_COLOURS.get(frame.colorspace, likely),
        dst_colorspace=Colorspace.ITU601,
        dst_color_range=ColorRange.JPEG,
        interpolation=Interpolation.AREA,
    )


def _encode(frame: VideoFrame) -> tuple[bytes, int, int]:
    encoder = VideoCodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt = frame.width, frame.height, "yuvj420p"
    encoder.color_range = ColorRange.JPEG
    encoder.time_base = Fraction(1, 25)
    encoder.qmin = encoder.qmax = _QUALITY
    encoder.thread_count = 1
    frame.pts = 0
    packets = [*encoder.encode(frame), *encoder.encode(None)]
    return b"".join(bytes(packet) for packet in packets), frame.width, frame.height
