"""H.264 as cameras make it: no delay, no B pictures, a constant GOP, parameter sets in band."""

from fractions import Fraction

import av
from av.codec.context import Flags
from av.error import FFmpegError
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType, VideoFrame

from liveedge.camera.plane import Plane, planes_of
from liveedge.errors import ConfigError

_IDR, _SEI, _SPS, _PPS = 5, 6, 7, 8
_SMALL_START_CODE = b"\x00\x00\x01"
_BT709 = 1
_QUANTIZER = 28
"""Of constant quality (ITU-T H.264 §7.4.2.2); about what 2 Mbit/s give at 720p."""


class Encoder:
    """Encodes pictures drawn into `planes`, with libx264."""

    def __init__(self, width: int, height: int, fps: int, gop: int, kbps: int | None) -> None:
        """Open the encoder; raise `ConfigError` if it does not take these settings.

        Without `kbps`, quality is constant and the bit rate is what that takes: a picture like the
        one before takes next to nothing.
        """
        self._frame = VideoFrame(width, height, "yuv420p")
        self.planes: tuple[Plane, Plane, Plane] = planes_of(self._frame)
        try:
            self._context = _open(width, height, fps, gop, kbps)
        except FFmpegError as error:
            raise ConfigError(
                f"The encoder does not take {width}x{height} at {fps} fps, {kbps or 'any'} kbit/s"
                f" ({error.strerror}); choose other values."
            ) from error
        nals = split_annex_b(self._context.extradata or b"")
        self.parameter_sets = tuple(nal for nal in nals if nal[0] & 0x1F in (_SPS, _PPS))
        """SPS and PPS; every IDR picture carries them too."""
        self._index = 0

    def encode(self, *, sync: bool = False) -> list[bytes]:
        """Encode what the planes hold, as an IDR picture if `sync`; return its NAL units."""
        frame = self._frame
        frame.pts = self._index
        frame.pict_type = PictureType.I if sync else PictureType.NONE
        self._index += 1
        nals = [
            nal for packet in self._context.encode(frame) for nal in split_annex_b(bytes(packet))
        ]
        # x264 tells its version and settings in an SEI message, which no camera does.
        return [nal for nal in nals if nal[0] & 0x1F != _SEI]


def is_sync(nals: list[bytes]) -> bool:
    """Return whether an access unit is an IDR picture."""
    return any(nal[0] & 0x1F == _IDR for nal in nals)


def split_annex_b(stream: bytes) -> list[bytes]:
    """Return the NAL units between the start codes of ITU-T H.264 Annex B."""
    # A zero before a start code belongs to it, for no NAL unit ends with one (§7.4.1).
    return [nal for piece in stream.split(_SMALL_START_CODE) if (nal := piece.rstrip(b"\x00"))]


def _open(width: int, height: int, fps: int, gop: int, kbps: int | None) -> VideoCodecContext:
    context = av.CodecContext.create("libx264", "w")
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
        "x264-params": ":".join(
            (
                f"keyint={gop}:min-keyint={gop}:scenecut=0:bframes=0:repeat-headers=1",
                "threads=1:sliced-threads=0",
                f"qp={_QUANTIZER}"
                if kbps is None
                else f"vbv-maxrate={kbps}:vbv-bufsize={max(1, kbps // 3)}",
            )
        ),
    }
    context.open()
    return context
