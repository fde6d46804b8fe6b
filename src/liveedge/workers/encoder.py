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
_LEVELS: Final = (
    (30, 1_620, 40_500),
    (31, 3_600, 108_000),
    (32, 5_120, 216_000),
    (40, 8_192, 245_760),
    (42, 8_704, 522_240),
    (50, 22_080, 589_824),
    (51, 36_864, 983_040),
    (52, 36_864, 2_073_600),
)
"""Level, macroblocks of a picture and in a second; each allows 10 Mbit/s at least."""
_ANY_LENGTH: Final = 1 << 16
_SEI: Final = 6
_QUALITY: Final = 23
"""Constant rate factor of x264, for pictures that need less than the bit rate."""


class LowDelayEncoder:
    """libx264 with neither look-ahead nor B pictures, and a sync frame after a given time.

    The encoder is opened with the first picture, anew when the size changes, and with the next
    sync frame after another bit rate was set.
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
        self.kbps = kbps
        """What busy pictures are held to, in 1000 bit/s; may be set at any time."""
        self._longer = longer
        self._shorter = shorter
        self._gop = round(gop_seconds * CLOCK_RATE)
        self._fps = Fraction(fps).limit_denominator(1001)
        self._context: VideoCodecContext | None = None
        self._opened_for: tuple[int, int, int] | None = None
        """Size of the pictures, and bit rate."""
        self._last_sync: int | None = None
        self._last_pts = -1

    def encode(self, frame: VideoFrame, pts: int) -> list[bytes]:
        """The NAL units of a picture, parameter sets in front of a sync frame; pts in 1/90000 s."""
        sync = self._last_sync is None or not 0 <= pts - self._last_sync < self._gop
        context = self._context
        if context is None or not self._suits(frame, sync=sync):
            context = self._context = self._open(frame)
            sync = True
        scaled = frame.reformat(
            context.width, context.height, "yuv420p", interpolation=Interpolation.FAST_BILINEAR
        )
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

    def _suits(self, frame: VideoFrame, *, sync: bool) -> bool:
        wanted = frame.width, frame.height, self.kbps
        return wanted == self._opened_for if sync else wanted[:2] == (self._opened_for or ())[:2]

    def _open(self, frame: VideoFrame) -> VideoCodecContext:
        width, height = fit(frame.width, frame.height, self._longer, self._shorter)
        self._opened_for, self._last_pts = (frame.width, frame.height, self.kbps), -1
        context = av.CodecContext.create("libx264", "w")
        context.width, context.height, context.pix_fmt = width, height, "yuv420p"
        context.time_base, context.framerate = Fraction(1, CLOCK_RATE), self._fps
        context.thread_count = 1
        context.options = {
            "preset": "superfast",
            "tune": "zerolatency",
            "forced-idr": "1",
            "x264-params": ":".join(
                (
                    "keyint=infinite:scenecut=0:bframes=0:repeat-headers=1:threads=1",
                    f"sliced-threads=0:crf={_QUALITY}:level={_level(width, height, self._fps)}",
                    f"vbv-maxrate={self.kbps}:vbv-bufsize={self.kbps // 2}",
                )
            ),
        }
        context.open()
        return context


def _level(width: int, height: int, fps: Fraction) -> int:
    """The lowest level for pictures of a size (ITU-T H.264 table A-1), in tenths.

    x264 by itself would make it follow the bit rate, and with it the parameter sets.
    """
    blocks = -(-width // 16) * -(-height // 16)
    for level, most, most_in_a_second in _LEVELS:
        if blocks <= most and blocks * fps <= most_in_a_second:
            return level
    return _LEVELS[-1][0]
