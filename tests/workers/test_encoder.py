from random import Random

import av
import pytest

from liveedge.media.h264 import parse_sps
from liveedge.workers.encoder import LowDelayEncoder


def picture(width: int, height: int, grey: int = 90) -> av.VideoFrame:
    frame = av.VideoFrame(width, height, "yuv420p")
    for plane in frame.planes:
        plane.update(bytes([grey]) * plane.buffer_size)
    return frame


def grain(seed: int) -> av.VideoFrame:
    """A picture that has nothing in common with the one before."""
    frame, random = av.VideoFrame(320, 240, "yuv420p"), Random(seed)
    for plane in frame.planes:
        plane.update(bytes(100 + byte // 8 for byte in random.randbytes(plane.buffer_size)))
    return frame


def kinds(nals: list[bytes]) -> list[int]:
    return [nal[0] & 31 for nal in nals]


def encoder(longer: int = 640) -> LowDelayEncoder:
    return LowDelayEncoder(longer=longer, shorter=640, kbps=500, gop_seconds=0.5, fps=10)


def test_each_picture_leaves_at_once_and_a_sync_frame_comes_by_time() -> None:
    encode = encoder().encode
    seen = [kinds(encode(picture(64, 48, 40 + n), n * 9000)) for n in range(11)]
    assert [index for index, nals in enumerate(seen) if nals == [7, 8, 5]] == [0, 5, 10]
    assert all(nals == [1] for index, nals in enumerate(seen) if index % 5)


def test_time_that_goes_back_or_stands_still_is_no_problem() -> None:
    encode = encoder().encode
    assert [len(encode(picture(64, 48), pts)) > 0 for pts in (9000, 9000, 100, 90000)] == [True] * 4


def test_pictures_are_made_as_small_as_wanted() -> None:
    for longer, size in ((32, (32, 24)), (640, (64, 48)), (33, (32, 24))):
        sps = parse_sps(encoder(longer).encode(picture(64, 48), 0)[0])
        assert (sps.width, sps.height) == size


def test_another_size_begins_with_a_sync_frame() -> None:
    encode = encoder().encode
    encode(picture(64, 48), 0)
    assert kinds(encode(picture(48, 64), 9000)) == [7, 8, 5]


def kilobits(pictures: list[list[bytes]], seconds: float) -> float:
    return sum(len(nal) for nals in pictures for nal in nals) * 8 / 1000 / seconds


def test_busy_pictures_are_held_to_the_bit_rate() -> None:
    it = LowDelayEncoder(kbps=800, gop_seconds=0.5, fps=10)
    pictures = [it.encode(grain(n), n * 9000) for n in range(40)]
    assert kilobits(pictures[10:], 3) == pytest.approx(800, rel=0.2)


def test_another_bit_rate_begins_with_a_sync_frame_and_changes_nothing_else() -> None:
    it = LowDelayEncoder(kbps=800, gop_seconds=0.5, fps=10)
    before = [it.encode(grain(n), n * 9000) for n in range(7)]
    it.kbps = 400
    after = [it.encode(grain(n), n * 9000) for n in range(7, 40)]
    assert [7 + n for n, nals in enumerate(after) if kinds(nals)[-1] == 5][:2] == [10, 15]
    assert after[3][:2] == before[0][:2], "the same parameter sets"
    assert kilobits(after[13:], 2) == pytest.approx(400, rel=0.2)


@pytest.mark.parametrize(
    ("size", "fps", "level"),
    [((640, 360), 30, 30), ((1280, 720), 30, 31), ((1920, 1080), 30, 40), ((1920, 1080), 60, 42)],
)
def test_the_level_fits_size_and_rate(size: tuple[int, int], fps: float, level: int) -> None:
    it = LowDelayEncoder(kbps=8000, gop_seconds=0.5, fps=fps)
    assert it.encode(picture(*size), 0)[0][3] == level
