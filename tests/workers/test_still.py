import io

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liveedge.errors import ProtocolError
from liveedge.workers.still import make_still
from tests.workers.keyframes import keyframe

GREY = 40
"""Luma of the first picture that tests.support encodes."""


def read(jpeg: bytes) -> av.VideoFrame:
    assert jpeg[:3] == b"\xff\xd8\xff"
    with av.open(io.BytesIO(jpeg), "r", format="mjpeg") as container:
        return next(container.decode(video=0))


@pytest.mark.parametrize(
    ("wanted", "size"),
    [(0, (128, 96)), (64, (64, 48)), (128, (128, 96)), (3840, (128, 96)), (33, (32, 24))],
)
def test_a_picture_is_as_wide_as_asked_and_never_wider(wanted: int, size: tuple[int, int]) -> None:
    jpeg, width, height = make_still(keyframe(), wanted)
    frame = read(jpeg)
    assert (width, height) == (frame.width, frame.height) == size


def test_colours_are_those_of_a_jpeg() -> None:
    jpeg, *_ = make_still(keyframe(), 0)
    luma = bytes(read(jpeg).planes[0])[1000]
    # From 16..235 to 0..255 (JFIF).
    assert abs(luma - (GREY - 16) * 255 / 219) <= 2


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1500), st.binary(min_size=1, max_size=8))
def test_a_damaged_keyframe_is_a_picture_or_an_error(place: int, noise: bytes) -> None:
    data = keyframe()
    place = min(place, len(data) - len(noise))
    try:
        jpeg, *_ = make_still(data[:place] + noise + data[place + len(noise) :], 0)
    except ProtocolError as error:
        assert "keyframe" in str(error)
    else:
        assert jpeg[:2] == b"\xff\xd8"


@pytest.mark.parametrize("data", [b"", b"nonsense" * 20, keyframe()[:300]])
def test_what_is_no_picture_is_an_error(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        make_still(data, 0)
