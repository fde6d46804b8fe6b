"""Colours of the scene: each camera has its own, chosen by its name."""

from dataclasses import dataclass

Rgb = tuple[int, int, int]
Yuv = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Palette:
    """The light of one evening; colours are sRGB, 0 to 255."""

    zenith: Rgb
    """Top of the sky."""
    dusk: Rgb
    """The sky just above the horizon."""
    sun: Rgb
    glow: Rgb
    """What the sky fades to around the sun, and the sun to at its lower rim."""
    sea: Rgb
    """The water nearest to the viewer."""


PALETTES = (
    Palette((9, 12, 30), (96, 46, 66), (255, 196, 112), (240, 106, 64), (8, 14, 34)),  # amber
    Palette((6, 16, 30), (22, 88, 96), (190, 255, 228), (52, 190, 172), (4, 18, 30)),  # teal
    Palette((16, 10, 34), (92, 40, 104), (255, 176, 220), (224, 74, 156), (14, 10, 36)),  # magenta
    Palette((8, 14, 34), (40, 70, 132), (214, 232, 255), (92, 152, 250), (6, 14, 38)),  # blue
    Palette((10, 18, 18), (64, 92, 52), (240, 255, 170), (150, 204, 76), (8, 22, 22)),  # green
    Palette((18, 10, 22), (112, 38, 44), (255, 170, 140), (232, 66, 62), (18, 10, 24)),  # red
    Palette((12, 12, 36), (70, 56, 136), (232, 214, 255), (146, 116, 246), (10, 10, 38)),  # violet
    Palette((14, 14, 20), (104, 84, 46), (255, 238, 170), (236, 184, 64), (12, 16, 26)),  # gold
)


def palette_of(name: str) -> Palette:
    """Return the colours for a camera; names that differ in one digit get different ones."""
    return PALETTES[sum(name.encode()) % len(PALETTES)]


def mix(first: Rgb, second: Rgb, share: float) -> Rgb:
    """Return the colour `share` (0 to 1) of the way from `first` to `second`."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def yuv(colour: Rgb) -> Yuv:
    """Convert to Y, Cb, Cr of ITU-R BT.709, limited range (luma 16 to 235)."""
    red, green, blue = (component / 255 for component in colour)
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return (
        round(16 + 219 * luma),
        round(128 + 224 * (blue - luma) / 1.8556),
        round(128 + 224 * (red - luma) / 1.5748),
    )
