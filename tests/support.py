"""What many tests need: a clock that stands still, and pictures from a real encoder."""

import io
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import av

from liveedge.media.access_unit import AccessUnit


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
def encode(frames: int = 12, gop: int = 4, size: tuple[int, int] = (64, 48)) -> Encoded:
    """Pictures of H.264 baseline, each a different grey."""
    width, height = size
    codec = av.CodecContext.create("libx264", "w")
    codec.width, codec.height, codec.pix_fmt = width, height, "yuv420p"
    codec.time_base = Fraction(1, 30)
    codec.framerate = Fraction(30, 1)
    codec.options = {
        "preset": "ultrafast",
        "tune": "zerolatency",
        "x264-params": f"keyint={gop}:min-keyint={gop}:scenecut=0:bframes=0",
    }
    codec.thread_count = 1
    parameter_sets: dict[int, bytes] = {}
    pictures = []
    for index in range(frames):
        frame = av.VideoFrame(width, height, "yuv420p")
        for plane in frame.planes:
            plane.update(bytes([(40 + 13 * index) % 256]) * plane.buffer_size)
        frame.pts = index
        for packet in codec.encode(frame):
            kept = []
            for nal in split_annex_b(bytes(packet)):
                kind = nal[0] & 31
                if kind in (7, 8):
                    parameter_sets[kind] = nal
                elif kind in (1, 5):
                    kept.append(nal)
            pictures.append((kept, any(nal[0] & 31 == 5 for nal in kept)))
    assert len(pictures) == frames
    return Encoded((parameter_sets[7], parameter_sets[8]), tuple(pictures))


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
