import string

import pytest

from liveedge.camera.glyphs import cell_size, glyph


@pytest.mark.parametrize("letter", string.ascii_uppercase + string.digits + ":.-_/#?!+()'&,")
@pytest.mark.parametrize("height", [8, 30, 64])
def test_each_letter_is_drawn_inside_its_cell(letter: str, height: int) -> None:
    drawn = glyph(letter, height)
    assert len(drawn.rows) == cell_size(height)[1]
    assert {len(row) for row in drawn.rows} == {drawn.width}
    assert max(max(row) for row in drawn.rows) > 120
    # The spacing to the next letter stays free.
    assert not any(row[-1] for row in drawn.rows)


def test_letters_differ() -> None:
    letters = string.ascii_uppercase + string.digits.replace("0", "")
    assert len({glyph(letter, 40).rows for letter in letters}) == len(letters)


def test_small_and_accented_letters_look_like_capitals() -> None:
    assert glyph("a", 20).rows == glyph("A", 20).rows == glyph("ä", 20).rows


def test_unknown_letters_look_like_question_marks() -> None:
    assert glyph("猫", 20).rows == glyph("?", 20).rows


def test_a_blank_is_blank() -> None:
    assert not any(any(row) for row in glyph(" ", 20).rows)


def test_digits_are_equally_wide_so_that_a_clock_stands_still() -> None:
    assert len({glyph(digit, 64).width for digit in string.digits}) == 1
    assert glyph(":", 64).width < glyph("0", 64).width
