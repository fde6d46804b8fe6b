"""What many tests need: a clock that stands still, and pictures from a real encoder."""

import io
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import av
from av.video.codeccontext import VideoCodecContext

from liveedge.media.access_unit import AccessUnit

_PARAMETER_SETS = {"h264": (7, 8), "h265": (32, 33, 34)}
_SYNC = {"h264": (5,), "h265": (19, 20)}


@dataclass
class FakeClock:
    """A clock that moves only when told."""

    now: float = 1000.0
    unix: float = 1_700_000_000.0

    def monotonic(self) -> float:
        return self.now

    def wall(self) -> float:
        return self.unix

    def advance(self, seconds: float) -> None:
        self.now += seconds
        self.unix += seconds


@dataclass(frozen=True)
class Encoded:
    """What an encoder made: parameter sets, and the NAL units of each picture without them."""

    parameter_sets: tuple[bytes, ...]
    pictures: tuple[tuple[list[bytes], bool], ...]


def split_annex_b(data: bytes) -> list[bytes]:
    """The NAL units of an Annex B byte stream (H.264 Annex B)."""
    nals = []
    for piece in data.split(b"\x00\x00\x01"):
        nal = piece.rstrip(b"\x00")
        if nal:
            nals.append(nal)
    return nals


@cache
def encode(
    frames: int = 12, gop: int = 4, size: tuple[int, int] = (64, 48), codec: str = "h264"
) -> Encoded:
    """Pictures of H.264 baseline or H.265 main, each a different grey."""
    context = _encoder(codec, gop, size)
    parameter_sets: dict[int, bytes] = {}
    pictures = []
    for index in range(frames):
        frame = av.VideoFrame(*size, "yuv420p")
        for plane in frame.planes:
            plane.update(bytes([(40 + 13 * index) % 256]) * plane.buffer_size)
        frame.pts = index
        for packet in context.encode(frame):
            kept = []
            for nal in split_annex_b(bytes(packet)):
                kind = nal[0] & 31 if codec == "h264" else nal[0] >> 1
                if kind in _PARAMETER_SETS[codec]:
                    parameter_sets[kind] = nal
                elif kind in (1, *_SYNC[codec]):
                    kept.append(nal)
            pictures.append((kept, packet.is_keyframe))
    assert len(pictures) == frames
    return Encoded(tuple(parameter_sets[kind] for kind in _PARAMETER_SETS[codec]), tuple(pictures))


def _encoder(codec: str, gop: int, size: tuple[int, int]) -> VideoCodecContext:
    context = av.CodecContext.create({"h264": "libx264", "h265": "libx265"}[codec], "w")
    assert isinstance(context, VideoCodecContext)
    context.width, context.height = size
    context.pix_fmt = "yuv420p"
    context.time_base = Fraction(1, 30)
    context.framerate = Fraction(30, 1)
    common = f"keyint={gop}:min-keyint={gop}:scenecut=0:bframes=0"
    context.options = {
        "preset": "ultrafast",
        "tune": "zerolatency",
        "x264-params": common,
        "x265-params": f"{common}:log-level=none:pools=none:frame-threads=1:open-gop=0:info=0",
    }
    del context.options["x265-params" if codec == "h264" else "x264-params"]
    context.thread_count = 1
    return context


def access_units(
    encoded: Encoded, *, step: int = 3000, start: float = 1000.0, in_band: bool = True
) -> list[AccessUnit]:
    """The pictures as a depacketizer delivers them, `step` ticks of 1/90000 s apart."""
    return [
        AccessUnit(
            nals=nals,
            rtp_time=index * step & 0xFFFFFFFF,
            sync=sync,
            arrival=start + index * step / 90_000,
            parameter_sets=encoded.parameter_sets if sync and in_band else (),
        )
        for index, (nals, sync) in enumerate(encoded.pictures)
    ]


def demux(data: bytes) -> list[tuple[int, int, int, bool]]:
    """Read fragmented MP4 with FFmpeg: (pts, dts, size, key) of each sample."""
    with av.open(io.BytesIO(data), "r", format="mp4") as container:
        return [
            (packet.pts or 0, packet.dts or 0, packet.size, packet.is_keyframe)
            for packet in container.demux(video=0)
            if packet.size
        ]


def decode(data: bytes) -> list[tuple[int, int, int]]:
    """Decode fragmented MP4 with FFmpeg: (pts, width, height) of each picture."""
    with av.open(io.BytesIO(data), "r", format="mp4") as container:
        return [(frame.pts or 0, frame.width, frame.height) for frame in container.decode(video=0)]
