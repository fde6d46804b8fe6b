"""Letters drawn from strokes, smooth at any height, so that no font file is needed."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, hypot

# Strokes on a grid 4 wide and 6 high: each point is two digits, x then y; words are points of one
# polyline, commas separate polylines. A polyline of one point is a dot.
_STROKES = {
    "0": "10 30 41 45 36 16 05 01 10",
    "1": "11 20 26,16 36",
    "2": "01 10 30 41 42 06 46",
    "3": "01 10 30 41 42 33 44 45 36 16 05,23 33",
    "4": "36 30 04 44",
    "5": "40 00 03 33 44 45 36 16 05",
    "6": "41 30 10 01 05 16 36 45 44 33 13 04",
    "7": "00 40 26",
    "8": "13 02 01 10 30 41 42 33 13 04 05 16 36 45 44 33",
    "9": "05 16 36 45 41 30 10 01 02 13 33 42",
    "A": "06 02 20 42 46,04 44",
    "B": "00 30 41 42 33 03,33 44 45 36 06 00",
    "C": "41 30 10 01 05 16 36 45",
    "D": "00 20 42 44 26 06 00",
    "E": "40 00 06 46,03 33",
    "F": "40 00 06,03 33",
    "G": "41 30 10 01 05 16 36 45 43 23",
    "H": "00 06,40 46,03 43",
    "I": "10 30,20 26,16 36",
    "J": "40 45 36 16 05",
    "K": "00 06,40 03 46",
    "L": "00 06 46",
    "M": "06 00 23 40 46",
    "N": "06 00 46 40",
    "O": "10 30 41 45 36 16 05 01 10",
    "P": "06 00 30 41 42 33 03",
    "Q": "10 30 41 45 36 16 05 01 10,24 46",
    "R": "06 00 30 41 42 33 03,23 46",
    "S": "41 30 10 01 02 13 33 44 45 36 16 05",
    "T": "00 40,20 26",
    "U": "00 05 16 36 45 40",
    "V": "00 26 40",
    "W": "00 16 23 36 40",
    "X": "00 46,40 06",
    "Y": "00 23 40,23 26",
    "Z": "00 40 06 46",
    "?": "01 10 30 41 42 23 24,26",
    "!": "20 24,26",
    ".": "26",
    ",": "26 17",
    ":": "22,25",
    "-": "13 33",
    "_": "06 46",
    "+": "21 25,03 43",
    "/": "06 40",
    "#": "10 16,30 36,02 42,04 44",
    "(": "30 21 25 36",
    ")": "10 21 25 16",
    "'": "20 21",
    "&": "46 02 01 10 20 31 03 05 16 26 44",
    " ": "",
}
_GRID_WIDTH, _GRID_HEIGHT = 4, 6
_NARROW = frozenset(".,:!'")
"""Letters that stand on the middle column of the grid, and take half the width of others."""
# Of the height: thickness of a stroke, and the free space to the next letter.
_THICKNESS = 0.105
_SPACING = 0.2


@dataclass(frozen=True, slots=True)
class Glyph:
    """How much of each pixel a letter covers, 0 to 255, row by row."""

    width: int
    """Of the cell, spacing included."""
    rows: tuple[bytes, ...]


def cell_size(height: int, *, narrow: bool = False) -> tuple[int, int]:
    """Return width and height in pixels of the cell of a letter `height` pixels high."""
    stroke = max(1.0, height * _THICKNESS)
    unit = (height - stroke) / _GRID_HEIGHT
    columns = _GRID_WIDTH / 4 if narrow else _GRID_WIDTH
    return ceil(columns * unit + stroke + height * _SPACING), height + ceil(unit)


@lru_cache(maxsize=256)
def glyph(letter: str, height: int) -> Glyph:
    """Draw one letter; small letters look like large ones, unknown ones like "?"."""
    letter = _known(letter)
    width, rows = cell_size(height, narrow=letter in _NARROW)
    stroke = max(1.0, height * _THICKNESS)
    unit = (height - stroke) / _GRID_HEIGHT
    left = stroke / 2 - (unit * 1.5 if letter in _NARROW else 0)
    cover = [bytearray(width) for _ in range(rows)]
    for line in _STROKES[letter].split(","):
        points = [
            (left + int(point[0]) * unit, stroke / 2 + int(point[1]) * unit)
            for point in line.split()
        ]
        for start, end in zip(points, points[1:] or points, strict=False):
            _stroke(cover, start, end, stroke / 2)
    return Glyph(width, tuple(bytes(row) for row in cover))


def _known(letter: str) -> str:
    plain = unicodedata.normalize("NFKD", letter)[0].upper()
    return plain if plain in _STROKES else "?"


def _stroke(
    cover: list[bytearray], start: tuple[float, float], end: tuple[float, float], radius: float
) -> None:
    """Cover the pixels nearer than `radius` to the line from `start` to `end`, edges smoothed."""
    (ax, ay), (bx, by) = start, end
    dx, dy = bx - ax, by - ay
    length2 = dx * dx + dy * dy or 1.0
    left, right = int(min(ax, bx) - radius - 1), int(max(ax, bx) + radius + 2)
    for y in range(max(0, int(min(ay, by) - radius - 1)), int(max(ay, by) + radius + 2)):
        if y >= len(cover):
            return
        row = cover[y]
        py = y + 0.5 - ay
        for x in range(max(0, left), min(len(row), right)):
            px = x + 0.5 - ax
            along = min(1.0, max(0.0, (px * dx + py * dy) / length2))
            inside = radius + 0.5 - hypot(px - along * dx, py - along * dy)
            if inside > 0:
                row[x] = max(row[x], min(255, int(inside * 255)))
