"""The moving part of the scene: bands of waves that slide at speeds of their own.

Every row of water is drawn once, wider than the picture, at start; moving it is then one slice
copied a row. The crests are what gives the encoder as much work as a real scene.
"""

from dataclasses import dataclass
from math import sin
from random import Random

from liveedge.camera.palette import Palette, yuv
from liveedge.camera.plane import Plane
from liveedge.camera.scenery import Layout, water_colour


@dataclass(frozen=True, slots=True)
class _Row:
    start: int
    """Offset of the row in the luma plane."""
    calm: bytes
    """The water away from the sun, one period and one picture wide."""
    lit: bytes
    """The same waves in the light of the sun."""


@dataclass(frozen=True, slots=True)
class _Band:
    """Rows that are one wave, and so move together."""

    rows: tuple[_Row, ...]
    speed: float
    """Pixels in a second; negative is to the right."""
    reach: float
    """Half the mean width of the sun's reflection, in pixels."""
    phase: float


class Water:
    """Waves below the horizon."""

    def __init__(self, luma: Plane, layout: Layout, palette: Palette, seed: int) -> None:
        self._luma = luma
        # After how many pixels a row of water repeats.
        self._period = layout.width
        self._centre = layout.sun[0]
        random = Random(seed)  # noqa: S311 - no secret
        self._bands = list(_bands(luma, layout, palette, random, self._period))

    def draw(self, seconds: float) -> None:
        """Draw the water as it is `seconds` after the start."""
        view, width, period, centre = self._luma.view, self._luma.width, self._period, self._centre
        for band in self._bands:
            shift = int(seconds * band.speed) % period
            reach = band.reach * (0.72 + 0.28 * sin(band.phase + seconds * 2.3))
            left, right = max(0, int(centre - reach)), min(width, int(centre + reach))
            end = shift + width
            lit_start, lit_end = shift + left, shift + right
            for row in band.rows:
                start = row.start
                view[start : start + width] = row.calm[shift:end]
                view[start + left : start + right] = row.lit[lit_start:lit_end]


def _bands(
    luma: Plane, layout: Layout, palette: Palette, random: Random, period: int
) -> list[_Band]:
    bands: list[_Band] = []
    y = layout.horizon
    sun, radius = yuv(palette.sun)[0], layout.sun[2]
    while y < layout.height:
        depth = (y - layout.horizon) / (layout.height - layout.horizon)
        rows = min(layout.height - y, max(1, round((1.5 + 9 * depth) * layout.scale)))
        noise = _noise(random, period, max(2.0, (5 + 44 * depth) * layout.scale))
        noise += noise[: luma.width]
        base = yuv(water_colour(depth, palette))[0]
        bands.append(
            _Band(
                rows=tuple(
                    _Row(
                        (y + row) * luma.stride,
                        noise.translate(_crest(base, 10 + 60 * depth, (row + 0.5) / rows)),
                        noise.translate(_crest(base + 6, sun - base - 6, (row + 0.5) / rows)),
                    )
                    for row in range(rows)
                ),
                speed=random.choice((1, 1, -0.6)) * (14 + 150 * depth) * layout.scale,
                reach=radius * (0.55 + 0.9 * depth) * random.uniform(0.6, 1.15),
                phase=random.uniform(0, 6.28),
            )
        )
        y += rows
    return bands


def _crest(base: int, amplitude: float, across: float) -> bytes:
    """Return luma by noise: only what stands above the water line catches light.

    `across` is the place within the wave, 0 to 1; in its middle more is above the line, which gives
    each crest the shape of a lens.
    """
    line = 110 + 120 * (2 * across - 1) ** 2
    return bytes(
        min(235, round(base + amplitude * max(0.0, (noise - line) / 145))) for noise in range(256)
    )


def _noise(random: Random, length: int, cell: float) -> bytes:
    """Return smooth noise that repeats after `length` samples; `cell` is the width of a bump."""
    count = max(2, round(length / cell))
    values = [random.randrange(256) for _ in range(count)]
    values.append(values[0])
    step = count / length
    samples = bytearray(length)
    for x in range(length):
        at = x * step
        cell_index = int(at)
        share = at - cell_index
        share *= share * (3 - 2 * share)
        first = values[cell_index]
        samples[x] = int(first + (values[cell_index + 1] - first) * share)
    return bytes(samples)
