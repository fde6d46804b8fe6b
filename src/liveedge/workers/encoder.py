"""H.264 out of pictures of any kind, without delay: each picture leaves when it is encoded."""

from fractions import Fraction
from typing import Final

import av
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType, VideoFrame
from av.video.reformatter import Interpolation

from liveedge.media.byte_stream import split_annex_b
from liveedge.media.scaling import fit

CLOCK_RATE: Final = 90_000
_ANY_LENGTH: Final = 1 << 16
_SEI: Final = 6
_QUALITY: Final = 23
"""Constant rate factor of x264; `kbps` is what a busy picture is held to."""


class LowDelayEncoder:
    """libx264 with neither look-ahead nor B pictures, and a sync frame after a given time.

    The encoder is opened with the first picture, and anew when the size changes.
    """

    def __init__(
        self,
        *,
        kbps: int,
        gop_seconds: float,
        fps: float,
        longer: int = _ANY_LENGTH,
        shorter: int = _ANY_LENGTH,
    ) -> None:
        """The sides of the pictures have at most `longer` and `shorter` pixels."""
        self._longer = longer
        self._shorter = shorter
        self._kbps = kbps
        self._gop = round(gop_seconds * CLOCK_RATE)
        self._fps = Fraction(fps).limit_denominator(1001)
        self._context: VideoCodecContext | None = None
        self._source: tuple[int, int] | None = None
        self._last_sync: int | None = None
        self._last_pts = -1

    def encode(self, frame: VideoFrame, pts: int) -> list[bytes]:
        """The NAL units of a picture, parameter sets in front of a sync frame; pts in 1/90000 s."""
        if self._context is None or (frame.width, frame.height) != self._source:
            self._source = frame.width, frame.height
            self._context = self._open(*fit(frame.width, frame.height, self._longer, self._shorter))
            self._last_sync, self._last_pts = None, -1
        context = self._context
        scaled = frame.reformat(
            context.width, context.height, "yuv420p", interpolation=Interpolation.FAST_BILINEAR
        )
        sync = self._last_sync is None or not 0 <= pts - self._last_sync < self._gop
        if sync:
            self._last_sync = pts
        # x264 wants time to rise; only how much matters to its rate control.
        self._last_pts = max(pts, self._last_pts + 1)
        scaled.pts, scaled.time_base = self._last_pts, Fraction(1, CLOCK_RATE)
        scaled.pict_type = PictureType.I if sync else PictureType.NONE
        packets = context.encode(scaled)
        nals = [nal for packet in packets for nal in split_annex_b(bytes(packet))]
        # x264 tells its version and settings in an SEI message.
        return [nal for nal in nals if nal[0] & 0x1F != _SEI]

    def _open(self, width: int, height: int) -> VideoCodecContext:
        context = av.CodecContext.create("libx264", "w")
        context.width, context.height, context.pix_fmt = width, height, "yuv420p"
        context.time_base, context.framerate = Fraction(1, CLOCK_RATE), self._fps
        context.thread_count = 1
        kbps = self._kbps
        context.options = {
            "preset": "superfast",
            "tune": "zerolatency",
            "forced-idr": "1",
            "x264-params": ":".join(
                (
                    "keyint=infinite:scenecut=0:bframes=0:repeat-headers=1:threads=1",
                    f"sliced-threads=0:crf={_QUALITY}:vbv-maxrate={kbps}:vbv-bufsize={kbps // 2}",
                )
            ),
        }
        context.open()
        return context
