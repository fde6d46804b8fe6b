import io
from fractions import Fraction
from functools import cache

import av
import pytest

from liveedge.doctor.codec import VideoFacts, describe_video
from liveedge.doctor.pictures import Picture, measure
from tests.support import encode, split_annex_b

H264 = encode(2).parameter_sets


@cache
def h265_sets() -> tuple[bytes, ...]:
    """The parameter sets of a real encoder."""
    codec = av.CodecContext.create("libx265", "w")
    codec.width, codec.height, codec.pix_fmt = 320, 240, "yuv420p"
    codec.time_base, codec.framerate = Fraction(1, 25), Fraction(25, 1)
    codec.options = {"preset": "ultrafast", "x265-params": "bframes=0:log-level=none"}
    frame = av.VideoFrame(320, 240, "yuv420p")
    frame.pts = 0
    stream = io.BytesIO()
    for packet in [*codec.encode(frame), *codec.encode(None)]:
        stream.write(bytes(packet))
    return tuple(nal for nal in split_annex_b(stream.getvalue()) if nal[0] >> 1 in (32, 33, 34))


def test_h264() -> None:
    facts = describe_video("h264", H264)
    assert facts.name is not None
    assert facts.name.startswith("avc1.42")
    assert (facts.width, facts.height) == (64, 48)
    assert facts.profile == "Constrained Baseline"
    assert facts.fps == 30
    assert facts.reorder_declared == 0
    assert facts.playable


def test_h265() -> None:
    facts = describe_video("h265", h265_sets())
    assert facts.name is not None
    assert facts.name.startswith("hvc1.1.")
    assert (facts.width, facts.height, facts.profile) == (320, 240, "Main")
    assert facts.level == "2.0"


@pytest.mark.parametrize("level", [(0x10, "1b"), (0x00, "1.1")])
def test_level_1b_is_told_by_a_flag(level: tuple[int, str]) -> None:
    flag, name = level
    sps = bytearray(H264[0])
    sps[2], sps[3] = sps[2] & ~0x10 | flag, 11
    assert describe_video("h264", (bytes(sps), H264[1])).level == name


def test_colour_that_browsers_do_not_play() -> None:
    # High 4:4:4 Predictive: profile_idc 244, 4:4:4 (ue 3), 8 bits.
    codec = av.CodecContext.create("libx264", "w")
    codec.width, codec.height, codec.pix_fmt = 64, 48, "yuv444p"
    codec.time_base = Fraction(1, 25)
    codec.options = {"preset": "ultrafast"}
    frame = av.VideoFrame(64, 48, "yuv444p")
    frame.pts = 0
    data = b"".join(bytes(packet) for packet in [*codec.encode(frame), *codec.encode(None)])
    sets = [nal for nal in split_annex_b(data) if nal[0] & 31 in (7, 8)]
    facts = describe_video("h264", sets)
    assert facts.profile == "High 4:4:4 Predictive"
    assert not facts.playable


@pytest.mark.parametrize("sets", [(), (H264[0],), (b"\x67",), (b"\x00", b"nonsense"), (b"",)])
@pytest.mark.parametrize("codec", ["h264", "h265", "vp8"])
def test_what_is_missing_or_broken_says_nothing(codec: str, sets: tuple[bytes, ...]) -> None:
    assert describe_video(codec, sets) == VideoFacts(codec=codec)


@pytest.mark.parametrize(
    ("b_frames", "depth"), [("bframes=3:b-pyramid=normal", 2), ("bframes=1", 1), ("bframes=0", 0)]
)
def test_the_order_of_the_pictures_says_what_the_parameter_sets_say(
    b_frames: str, depth: int
) -> None:
    codec = av.CodecContext.create("libx264", "w")
    codec.width, codec.height, codec.pix_fmt = 64, 48, "yuv420p"
    codec.time_base, codec.framerate = Fraction(1, 25), Fraction(25, 1)
    codec.options = {"preset": "ultrafast", "x264-params": f"keyint=25:b-adapt=0:{b_frames}"}
    packets = []
    for number in range(50):
        frame = av.VideoFrame(64, 48, "yuv420p")
        frame.pts = number
        packets += codec.encode(frame)
    packets += codec.encode(None)
    pictures = [
        Picture(number / 25, (packet.pts or 0) * 3600, packet.size, packet.is_keyframe)
        for number, packet in enumerate(packets)
    ]
    sets = [
        nal for packet in packets for nal in split_annex_b(bytes(packet)) if nal[0] & 31 in (7, 8)
    ]
    assert measure(pictures, 90_000).reordered == depth
    assert describe_video("h264", sets).reorder_declared == depth
