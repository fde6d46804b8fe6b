import pytest

from liveedge.camera.palette import PALETTES, mix, palette_of, yuv


@pytest.mark.parametrize(
    ("rgb", "expected"),
    [
        # ITU-R BT.709, limited range: the values of the colour bars in ITU-R BT.709 §3.
        ((0, 0, 0), (16, 128, 128)),
        ((255, 255, 255), (235, 128, 128)),
        ((255, 0, 0), (63, 102, 240)),
        ((0, 255, 0), (173, 42, 26)),
        ((0, 0, 255), (32, 240, 118)),
    ],
)
def test_colours_are_converted_by_bt709(
    rgb: tuple[int, int, int], expected: tuple[int, int, int]
) -> None:
    assert yuv(rgb) == expected


def test_cameras_that_are_counted_differ() -> None:
    chosen = [palette_of(f"Camera {number}") for number in range(1, len(PALETTES) + 1)]
    assert len(set(chosen)) == len(PALETTES)


def test_a_name_always_has_the_same_colours() -> None:
    assert palette_of("Hof") is palette_of("Hof")


def test_mix_goes_from_the_first_to_the_second() -> None:
    assert mix((0, 10, 20), (100, 110, 120), 0) == (0, 10, 20)
    assert mix((0, 10, 20), (100, 110, 120), 0.5) == (50, 60, 70)
    assert mix((0, 10, 20), (100, 110, 120), 1) == (100, 110, 120)
