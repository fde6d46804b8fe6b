"""Lines of text laid over the background, cheap enough to change with every picture."""

from liveedge.camera.glyphs import cell_size, glyph
from liveedge.camera.plane import Plane


class Lettering:
    """One line of text at one place, in luma only.

    A letter is blended with the background once for each place it appears at, and kept; writing a
    text then copies the rows of those letters that changed since the last one.
    """

    def __init__(self, luma: Plane, x: int, y: int, height: int, ink: int) -> None:
        """`x` and `y` are the top left in pixels, `height` that of a letter, `ink` its luma.

        The background is what the plane holds now.
        """
        self._luma = luma
        self._height = height
        self._ink = ink
        self._left = x
        rows = range(y, min(y + cell_size(height)[1], luma.height))
        self._starts = [row * luma.stride for row in rows]
        self._ground = [bytes(luma.row(row)) for row in rows]
        self._shown: list[tuple[int, str]] = []
        self._end = x
        self._blended: dict[tuple[int, str], list[bytes]] = {}

    def write(self, text: str) -> None:
        """Show `text`; what does not fit in the picture is left out."""
        shown: list[tuple[int, str]] = []
        x = self._left
        for letter in text:
            cell = (x, letter)
            rows = self._blended.get(cell) or self._blend(x, letter)
            end = x + len(rows[0])
            if end > self._luma.width:
                break
            if cell not in self._shown[len(shown) : len(shown) + 1]:
                self._put(x, end, rows)
            shown.append(cell)
            x = end
        if x < self._end:
            self._put(x, self._end, [row[x : self._end] for row in self._ground])
        self._shown, self._end = shown, x

    def _put(self, left: int, right: int, rows: list[bytes]) -> None:
        view = self._luma.view
        for start, row in zip(self._starts, rows, strict=True):
            view[start + left : start + right] = row

    def _blend(self, x: int, letter: str) -> list[bytes]:
        drawn, ink = glyph(letter, self._height), self._ink
        rows = [
            bytes(
                [
                    under + round((ink - under) * cover / 255)
                    for cover, under in zip(covers, ground[x : x + drawn.width], strict=False)
                ]
            )
            for covers, ground in zip(drawn.rows, self._ground, strict=False)
        ]
        self._blended[x, letter] = rows
        return rows
