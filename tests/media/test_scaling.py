import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveedge.media.scaling import fit


@pytest.mark.parametrize(
    ("size", "box", "fitted"),
    [
        ((1280, 720), (640, 640), (640, 360)),
        ((1280, 960), (640, 640), (640, 480)),
        ((720, 1280), (640, 640), (360, 640)),
        ((3840, 2160), (1920, 1080), (1920, 1080)),
        ((2160, 3840), (1920, 1080), (1080, 1920)),
        ((2560, 1920), (1920, 1080), (1440, 1080)),
        ((320, 240), (640, 640), (320, 240)),
        ((35, 3), (640, 640), (34, 2)),
    ],
)
def test_a_picture_keeps_its_shape(
    size: tuple[int, int], box: tuple[int, int], fitted: tuple[int, int]
) -> None:
    assert fit(*size, *box) == fitted


sides = st.integers(2, 8192)


@given(sides, sides, sides, sides)
def test_a_picture_is_even_and_never_blown_up(w: int, h: int, longer: int, shorter: int) -> None:
    fitted = fit(w, h, max(longer, shorter), min(longer, shorter))
    assert all(length >= 2 and length % 2 == 0 for length in fitted)
    assert fitted[0] <= w
    assert fitted[1] <= h
    # To the nearest even number, so by one at most.
    assert max(fitted) <= max(longer, shorter) + 1
