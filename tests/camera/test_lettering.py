from hypothesis import given
from hypothesis import strategies as st

from liveedge.camera.lettering import Lettering
from liveedge.camera.plane import Plane

WIDTH, HEIGHT, STRIDE = 160, 40, 192


def ground() -> Plane:
    samples = bytes((x * 3 + y * 5) % 100 + 20 for y in range(HEIGHT) for x in range(STRIDE))
    return Plane(memoryview(bytearray(samples)), STRIDE, WIDTH, HEIGHT)


def drawn(*texts: str) -> bytes:
    plane = ground()
    line = Lettering(plane, 8, 6, 16, ink=230)
    for text in texts:
        line.write(text)
    return bytes(plane.view)


TEXTS = st.text("0189:. AW", max_size=14)


@given(TEXTS, TEXTS)
def test_a_text_leaves_nothing_of_the_one_before(before: str, text: str) -> None:
    assert drawn(before, text) == drawn(text)


def test_an_empty_text_gives_the_background_back() -> None:
    assert drawn("12:59", "") == bytes(ground().view)


def test_letters_are_light() -> None:
    assert max(drawn("8")) == 230


def test_what_does_not_fit_is_left_out() -> None:
    plane = ground()
    Lettering(plane, 8, HEIGHT - 9, 16, ink=230).write("W" * 50)
    before = ground()
    for y in range(HEIGHT):
        padding = slice(y * STRIDE + WIDTH, (y + 1) * STRIDE)
        assert plane.view[padding] == before.view[padding]
