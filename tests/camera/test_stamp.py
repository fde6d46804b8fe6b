from hypothesis import given
from hypothesis import strategies as st

from liveedge.camera.plane import Plane
from liveedge.camera.stamp import (
    BLOCK,
    DARK,
    LIGHT,
    WIDTH,
    delay_ms,
    draw_stamp,
    read_stamp,
    stamp_value,
)

VALUES = st.integers(0, 0xFFFFFFFF)


def blank(stride: int = 640) -> Plane:
    return Plane(memoryview(bytearray(stride * 32)), stride, 600, 32)


@given(VALUES)
def test_what_is_drawn_is_read(value: int) -> None:
    plane = blank()
    draw_stamp(plane, value)
    assert read_stamp(plane) == value


def test_the_most_significant_bit_is_on_the_left_and_light_is_one() -> None:
    plane = blank()
    draw_stamp(plane, 0x8000_0001)
    row = bytes(plane.row(BLOCK - 1))
    light, dark = bytes([LIGHT]) * BLOCK, bytes([DARK]) * BLOCK
    assert row[:WIDTH] == light + dark * 30 + light


def test_only_the_stamp_itself_is_drawn() -> None:
    plane = blank()
    draw_stamp(plane, 0xFFFF_FFFF)
    assert not any(plane.row(0)[WIDTH:])
    assert not any(plane.row(BLOCK))


@given(VALUES, st.integers(DARK, 90), st.integers(160, LIGHT))
def test_what_compression_does_to_the_blocks_is_survived(value: int, dark: int, light: int) -> None:
    plane = blank()
    draw_stamp(plane, value)
    coded = bytes(plane.view).replace(bytes([DARK]), bytes([dark]))
    coded = coded.replace(bytes([LIGHT]), bytes([light]))
    assert read_stamp(Plane(memoryview(coded), plane.stride, plane.width, plane.height)) == value


def test_the_value_is_unix_milliseconds_modulo_two_to_the_32() -> None:
    assert stamp_value(1.5) == 1500
    assert stamp_value((1 << 32) / 1000 + 0.25) == 250


@given(st.floats(1e9, 2e9), st.integers(-100_000, 100_000))
def test_the_delay_is_right_across_the_wrap(wall: float, delay: int) -> None:
    value = (int(wall * 1000) - delay) & 0xFFFFFFFF
    assert delay_ms(value, wall) == delay
