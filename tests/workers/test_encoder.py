import av

from liveedge.media.h264 import parse_sps
from liveedge.workers.encoder import LowDelayEncoder


def picture(width: int, height: int, grey: int = 90) -> av.VideoFrame:
    frame = av.VideoFrame(width, height, "yuv420p")
    for plane in frame.planes:
        plane.update(bytes([grey]) * plane.buffer_size)
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
