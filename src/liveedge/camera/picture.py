"""The picture of the virtual camera: the sea at dusk, a clock to read and a clock to measure.

Cheap on purpose, so that the camera can be the source of a benchmark without being its load: the
background is drawn once, and a new picture changes luma only.
"""

import zlib
from collections.abc import Iterator
from datetime import datetime

from liveedge.camera.flash import Flash
from liveedge.camera.lettering import Lettering
from liveedge.camera.palette import palette_of
from liveedge.camera.plane import Plane
from liveedge.camera.scenery import Layout, draw_scenery
from liveedge.camera.stamp import BLOCK, draw_stamp, stamp_value
from liveedge.camera.water import Water

_INK, _FAINT = 228, 158
"""Luma of the large letters, and of the small ones."""
_DASH_SECONDS = 2.0
"""How long the dash at the lower edge takes to cross the picture; its steps show lost pictures."""
_BOAT_SECONDS = 90.0
"""How long the boat takes to cross the picture."""

_SHADE = bytes([18]) * 512


class Picture:
    """Draws successive pictures into the same planes."""

    def __init__(
        self, planes: tuple[Plane, Plane, Plane], name: str, note: str, *, flashes: bool = False
    ) -> None:
        """`name` is written large and chooses the colours, `note` is a line below the clock.

        If it `flashes`, a light square is seen for as long as the beep of the sound is heard.
        """
        luma = planes[0]
        layout = Layout(luma.width, luma.height)
        palette = palette_of(name)
        seed = zlib.crc32(name.encode())
        draw_scenery(planes, layout, palette, seed)
        self._luma = luma
        self._water = Water(luma, layout, palette, seed)
        self._boat = _Boat(luma, layout)
        self._dash = _Dash(luma, layout)
        left, size = round(56 * layout.scale), layout.scale
        top = BLOCK + round(44 * size)
        Lettering(luma, left, top, round(30 * size), _FAINT).write(name)
        self._clock = Lettering(luma, left, top + round(58 * size), round(64 * size), _INK)
        self._line = Lettering(luma, left, top + round(152 * size), round(18 * size), _FAINT)
        self._note = note
        self._flash = Flash(luma) if flashes else None

    def draw(self, wall: float, index: int) -> None:
        """Draw the picture taken at the Unix time `wall`, in seconds, the `index`-th of all."""
        draw_stamp(self._luma, stamp_value(wall))
        taken = datetime.fromtimestamp(wall).astimezone()
        self._clock.write(f"{taken:%H:%M:%S}.{taken.microsecond // 1000:03d}")
        self._line.write(f"{taken:%Y-%m-%d}  #{index:07d}  {self._note}")
        self._water.draw(wall)
        self._boat.draw(wall)
        self._dash.draw(wall)
        if self._flash is not None:
            self._flash.draw(wall)


class _Dash:
    """A light dash that crosses the lower edge at an even pace."""

    def __init__(self, luma: Plane, layout: Layout) -> None:
        self._luma = luma
        self._length = round(90 * layout.scale)
        thick = max(2, round(4 * layout.scale))
        bottom = layout.height - round(18 * layout.scale)
        self._starts = [y * luma.stride for y in range(bottom - thick, bottom)]

    def draw(self, wall: float) -> None:
        way = self._luma.width + self._length
        right = int(way * (wall % _DASH_SECONDS) / _DASH_SECONDS)
        left, right = max(0, right - self._length), min(right, self._luma.width)
        light = bytes([_INK]) * (right - left)
        for start in self._starts:
            self._luma.view[start + left : start + right] = light


class _Boat:
    """A sailing boat on the horizon, dark against the sky."""

    def __init__(self, luma: Plane, layout: Layout) -> None:
        self._luma = luma
        self._width = round(66 * layout.scale)
        height = round(92 * layout.scale)
        self._top = layout.horizon - round(80 * layout.scale)
        self._above_water = layout.horizon - self._top
        self._spans = [list(_spans(row / height, self._width)) for row in range(height)]
        self._sky = [bytes(luma.row(self._top + row)) for row in range(self._above_water)]
        self._left = 0

    def draw(self, wall: float) -> None:
        view, stride, width = self._luma.view, self._luma.stride, self._luma.width
        start = self._top * stride
        old_left, old_right = max(0, self._left), min(width, self._left + self._width)
        # Only the sky needs repair where the boat was; the water is drawn anew with each picture.
        for sky in self._sky:
            view[start + old_left : start + old_right] = sky[old_left:old_right]
            start += stride
        way = width + self._width
        self._left = int(way * (wall % _BOAT_SECONDS) / _BOAT_SECONDS) - self._width
        start = self._top * stride
        for spans in self._spans:
            for first, last in spans:
                begin, end = max(0, self._left + first), min(width, self._left + last)
                if begin < end:
                    view[start + begin : start + end] = _SHADE[: end - begin]
            start += stride


def _spans(down: float, width: int) -> Iterator[tuple[int, int]]:
    """Give the dark runs of a row of the boat; `down` is 0 at its masthead and 1 at its keel."""
    if down < 0.82:
        yield round(0.5 * width), round((0.5 + 0.5 * down / 0.82) * width)
    if 0.12 < down < 0.78:
        yield round((0.47 - 0.42 * (down - 0.12) / 0.66) * width), round(0.47 * width)
    if down > 0.87:
        slope = 0.12 * (down - 0.87) / 0.13
        yield round((0.08 + slope) * width), round((0.94 - slope) * width)
