"""What each quality is made like."""

from dataclasses import dataclass
from typing import Final

_NOTICEABLE: Final = 1.25
_USUAL_RATES: Final = (5.0, 10.0, 12.5, 15.0, 20.0, 25.0, 30.0, 50.0, 60.0)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a transcode makes its pictures; rates in 1000 bit/s."""

    longer: int
    """Pixels that the longer side has at most."""
    shorter: int
    share: float
    """Of the bit rate of the original, between the two bounds below."""
    least: int
    most: int
    gop_seconds: float = 0.5

    def kbps(self, original: float | None) -> int:
        """What to hold the pictures to when the original takes so much, None while unknown."""
        return self.most if original is None else self._bounded(original)

    def follow(self, kbps: int, original: float | None) -> int:
        """As `kbps`, but what it is held to already if the difference is not worth a change."""
        wanted = kbps if original is None else self._bounded(original)
        near = kbps / _NOTICEABLE <= wanted <= kbps * _NOTICEABLE
        return kbps if near else wanted

    def _bounded(self, original: float) -> int:
        return round(min(max(self.share * original, self.least), self.most))


RECIPES: Final = {
    "low": Recipe(640, 640, share=0.25, least=250, most=800),
    "medium": Recipe(960, 960, share=0.5, least=500, most=1800),
    # H.264 takes about half as much again as H.265 for the same picture.
    "h264": Recipe(1920, 1080, share=1.5, least=1000, most=8000),
}
"""By the names of the qualities."""


def usual_rate(fps: float) -> float:
    """The nearest frame rate that cameras have.

    An encoder writes it into its parameter sets, and another one would be a new epoch: what is
    measured differs from run to run.
    """
    return min(_USUAL_RATES, key=lambda rate: abs(rate - fps))
