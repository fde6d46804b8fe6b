"""Pictures encoded as cameras do: no delay, no B pictures, a constant GOP, sets in band."""

from fractions import Fraction
from typing import cast

import av
from av.codec.context import Flags
from av.error import FFmpegError
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType, VideoFrame

from liveedge.camera.codecs import H264, Codec
from liveedge.camera.plane import Plane, planes_of
from liveedge.errors import ConfigError
from liveedge.media.byte_stream import split_annex_b

_BT709 = 1
_QUANTIZER = 28
"""Of constant quality (ITU-T H.264 §7.4.2.2); about what 2 Mbit/s give at 720p in H.264."""


class Encoder:
    """Encodes pictures drawn into `planes`, with libx264 or libx265."""

    def __init__(
        self,
        width: int,
        height: int,
        fps: int,
        gop: int,
        kbps: int | None,
        codec: Codec = H264,
    ) -> None:
        """Open the encoder; raise `ConfigError` if it does not take these settings.

        Without `kbps`, quality is constant and the bit rate is what that takes: a picture like the
        one before takes next to nothing.
        """
        self.codec = codec
        self._frame = VideoFrame(width, height, "yuv420p")
        self.planes: tuple[Plane, Plane, Plane] = planes_of(self._frame)
        try:
            self._context = _open(width, height, fps, gop, kbps, codec)
        except FFmpegError as error:
            raise ConfigError(
                f"The encoder does not take {width}x{height} at {fps} fps, {kbps or 'any'} kbit/s"
                f" ({error.strerror}); choose other values."
            ) from error
        nals = split_annex_b(self._context.extradata or b"")
        self.parameter_sets = tuple(nal for nal in nals if codec.kind(nal) in codec.parameter_sets)
        """Every sync frame carries them too."""
        self._index = 0

    def encode(self, *, sync: bool = False) -> list[bytes]:
        """Encode what the planes hold, as a sync frame if `sync`; return its NAL units."""
        frame = self._frame
        frame.pts = self._index
        frame.pict_type = PictureType.I if sync else PictureType.NONE
        self._index += 1
        nals = [
            nal for packet in self._context.encode(frame) for nal in split_annex_b(bytes(packet))
        ]
        # x264 tells its version and settings in an SEI message, which no camera does.
        kind, supplement = self.codec.kind, self.codec.supplement
        return [nal for nal in nals if kind(nal) != supplement]


def _open(
    width: int, height: int, fps: int, gop: int, kbps: int | None, codec: Codec
) -> VideoCodecContext:
    context = cast("VideoCodecContext", av.CodecContext.create(codec.library, "w"))
    context.width, context.height, context.pix_fmt = width, height, "yuv420p"
    context.time_base, context.framerate = Fraction(1, fps), Fraction(fps)
    context.bit_rate = 0 if kbps is None else kbps * 1000
    context.gop_size = gop
    context.thread_count = 1
    context.color_primaries = context.color_trc = context.colorspace = _BT709
    # Announces the parameter sets in `extradata`; repeat-headers puts them in band as well.
    context.flags |= Flags.global_header
    context.options = {
        "preset": "ultrafast",
        "tune": "zerolatency",
        "forced-idr": "1",
        codec.options: ":".join(
            (
                f"keyint={gop}:min-keyint={gop}:scenecut=0:bframes=0:repeat-headers=1",
                codec.parameters,
                f"qp={_QUANTIZER}"
                if kbps is None
                else f"vbv-maxrate={kbps}:vbv-bufsize={max(1, kbps // 3)}",
            )
        ),
    }
    context.open()
    return context
