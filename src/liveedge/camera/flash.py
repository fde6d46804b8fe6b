"""What is seen of the beep: a light square for as long as it is heard."""

from liveedge.camera.plane import Plane
from liveedge.camera.scenery import Layout
from liveedge.camera.stamp import BLOCK, LIGHT
from liveedge.camera.tone import BEEP_SECONDS

_SIDE, _MARGIN, _TOP = 96, 56, 60
"""Pixels at 1280x720."""
_THRESHOLD = 190
"""Luma; no sky is as light."""


def is_lit(wall: float) -> bool:
    """Whether a picture taken at this Unix time shows the flash."""
    return wall % 1 < BEEP_SECONDS


class Flash:
    """A square at the top right, light or as the background is."""

    def __init__(self, luma: Plane) -> None:
        """The background is what the plane holds now."""
        left, top, side = _place(luma)
        self._luma = luma
        self._starts = [y * luma.stride + left for y in range(top, top + side)]
        self._side = side
        self._light = [bytes([LIGHT]) * side] * side
        self._dark = [bytes(luma.view[start : start + side]) for start in self._starts]
        self._shown = False

    def draw(self, wall: float) -> None:
        """Draw it as it is at this Unix time."""
        lit = is_lit(wall)
        if lit != self._shown:
            self._shown = lit
            view, side = self._luma.view, self._side
            for start, row in zip(self._starts, self._light if lit else self._dark, strict=True):
                view[start : start + side] = row


def read_flash(luma: Plane) -> bool:
    """Return whether the flash is on in a (decoded) picture."""
    left, top, side = _place(luma)
    middle = luma.row(top + side // 2)[left : left + side]
    return sum(middle) > _THRESHOLD * side


def _place(luma: Plane) -> tuple[int, int, int]:
    """Left, top and side, whole macroblocks: what lies beside it leaves no trace in it."""
    scale = Layout(luma.width, luma.height).scale
    side, margin, top = (_blocks(length * scale) for length in (_SIDE, _MARGIN, _TOP))
    return luma.width // BLOCK * BLOCK - margin - side, top, side


def _blocks(length: float) -> int:
    return max(1, round(length / BLOCK)) * BLOCK
