"""What stands still in the picture: sky, sun, hills and the colour of the water.

Drawn once into all three planes. Afterwards only luma changes, which keeps each picture cheap.
Lengths are in luma pixels; chroma planes have half of them in both directions (4:2:0).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import pi, sin
from random import Random

from liveedge.camera.palette import Palette, Rgb, mix, yuv
from liveedge.camera.plane import Plane
from liveedge.camera.stamp import BLOCK

BLACK: Rgb = (0, 0, 0)
# Shares of the sun's light that reach a pixel, 0 to 255: up to _RIM it is the glow around the sun,
# beyond it the smoothed edge of the disc, and at 255 the disc itself.
_RIM = 120
_GLOW_REACH = 3.4
"""Radii of the sun at which its glow ends."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things stand in a picture of this size."""

    width: int
    height: int

    @property
    def scale(self) -> float:
        """Size of details; 1 at 1280x720."""
        return min(self.width / 1280, self.height / 720)

    @property
    def horizon(self) -> int:
        """First row of the water; even, so that chroma agrees."""
        return int(self.height * 0.62) & ~1

    @property
    def sun(self) -> tuple[float, float, float]:
        """Centre (x, y) and radius of the sun."""
        return self.width * 0.74, self.horizon - 62 * self.scale, 104 * self.scale


@dataclass(frozen=True, slots=True)
class _Target:
    """One plane, which of Y, Cb, Cr it is, and by which power of two it is smaller than luma."""

    plane: Plane
    component: int
    shift: int


def draw_scenery(
    planes: tuple[Plane, Plane, Plane], layout: Layout, palette: Palette, seed: int
) -> None:
    """Draw the background into Y, Cb and Cr; the same `seed` gives the same hills and stars."""
    luma, blue, red = planes
    colours = (_Target(blue, 1, 1), _Target(red, 2, 1))
    for targets in ((_Target(luma, 0, 0),), colours):
        _draw_sky(targets, layout, palette)
        for target in targets:
            _draw_hills(target, layout, palette, Random(seed))  # noqa: S311 - no secret
            _draw_water(target, layout, palette)
            _draw_top(target)
    _draw_stars(luma, layout, Random(seed))  # noqa: S311 - no secret


def water_colour(depth: float, palette: Palette) -> Rgb:
    """Return the colour of calm water; `depth` is 0 at the horizon and 1 at the lower edge."""
    return mix(mix(palette.dusk, palette.sea, 0.35), palette.sea, depth**0.6)


def _draw_sky(targets: tuple[_Target, ...], layout: Layout, palette: Palette) -> None:
    _, centre_y, radius = layout.sun
    shift = targets[0].shift
    for row in range(layout.horizon >> shift):
        y = row << shift
        sky = mix(palette.zenith, palette.dusk, (y / layout.horizon) ** 1.7)
        halo = mix(sky, palette.glow, 0.55)
        low = max(0.0, min(1.0, (y - centre_y) / radius))
        disc = mix(palette.sun, palette.glow, low * 0.75)
        light = _light(y, layout, shift)
        for target in targets:
            stops = [yuv(colour)[target.component] for colour in (sky, halo, disc)]
            target.plane.fill_row(row, light.translate(_ramp(*stops)))


def _ramp(sky: int, halo: int, disc: int) -> bytes:
    """Return one component of the colour for each share of the sun's light."""
    return bytes(
        [sky + round((halo - sky) * share / _RIM) for share in range(_RIM)]
        + [halo + round((disc - halo) * share / (255 - _RIM)) for share in range(256 - _RIM)]
    )


def _light(y: int, layout: Layout, shift: int) -> bytes:
    """Return the share of the sun's light, 0 to 255, for each pixel of the row at luma row `y`."""
    centre_x, centre_y, radius = layout.sun
    row = bytearray(layout.width >> shift)
    step = 1 << shift
    off2 = (y - centre_y) ** 2
    reach = radius * _GLOW_REACH
    fade = radius - reach
    middle = round(centre_x) >> shift
    # The right half, mirrored to the left.
    for index in range(int(max(0.0, reach * reach - off2) ** 0.5) >> shift):
        distance = ((index * step) ** 2 + off2) ** 0.5
        inside = radius - distance
        if inside >= step:
            light = 255
        elif inside > 0:
            light = int(_RIM + (255 - _RIM) * inside / step)
        else:
            light = int(_RIM * max(0.0, 1 - inside / fade) ** 2.2)
        if middle + index < len(row):
            row[middle + index] = light
        if index <= middle:
            row[middle - index] = light
    return bytes(row)


def _draw_hills(target: _Target, layout: Layout, palette: Palette, random: Random) -> None:
    plane, shift = target.plane, target.shift
    far = yuv(mix(palette.dusk, palette.zenith, 0.55))[target.component]
    near = yuv(mix(palette.zenith, BLACK, 0.45))[target.component]
    for colour, peak, waves in ((far, 74, (2.1, 5.3, 13.0)), (near, 40, (3.2, 8.1, 23.0))):
        heights = list(_ridge(plane.width, peak * layout.scale, waves, random))
        top = layout.horizon - int(max(heights)) - 1
        for row in range(top >> shift, layout.horizon >> shift):
            above = layout.horizon - (row << shift)
            old = plane.row(row)
            hill = [
                colour if height >= above else was for height, was in zip(heights, old, strict=True)
            ]
            plane.fill_row(row, bytes(hill))


def _ridge(width: int, peak: float, waves: tuple[float, ...], random: Random) -> Iterator[float]:
    """Give the height of a range of hills at each of `width` places."""
    # What each wave adds halves its neighbour's, roughly; its phase is chance.
    parts = [
        (2 * pi * wave / width, random.uniform(0, 2 * pi), 1 / (3.2 + 4.8 * place))
        for place, wave in enumerate(waves)
    ]
    for x in range(width):
        yield peak * (0.5 + sum(share * sin(x * angle + phase) for angle, phase, share in parts))


def _draw_water(target: _Target, layout: Layout, palette: Palette) -> None:
    plane, shift, component = target.plane, target.shift, target.component
    centre_x, _, radius = layout.sun
    across = [abs((x << shift) - centre_x) for x in range(plane.width)]
    for row in range(layout.horizon >> shift, plane.height):
        depth = ((row << shift) - layout.horizon) / (layout.height - layout.horizon)
        water = water_colour(depth, palette)
        calm = yuv(water)[component]
        lit = yuv(mix(water, palette.glow, 0.6 - 0.35 * depth))[component]
        spread = radius * (0.9 + 1.3 * depth)
        shades = bytes([lit + round((calm - lit) * share / 31) for share in range(32)])
        narrow = 31 / spread
        plane.fill_row(row, bytes([shades[min(31, int(x * narrow))] for x in across]))


def _draw_top(target: _Target) -> None:
    black = bytes([yuv(BLACK)[target.component]]) * target.plane.width
    for row in range(BLOCK >> target.shift):
        target.plane.fill_row(row, black)


def _draw_stars(luma: Plane, layout: Layout, random: Random) -> None:
    for _ in range(int(110 * layout.width / 1280)):
        x = random.randrange(luma.width)
        y = random.randrange(2 * BLOCK, max(3 * BLOCK, int(layout.horizon * 0.7)))
        at = y * luma.stride + x
        luma.view[at] = min(235, luma.view[at] + random.randrange(20, 90))
