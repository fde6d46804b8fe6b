"""How far beeps and flashes are apart that belong together. Pure: milliseconds in and out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from liveedge.bench.stats import Picture, percentile
from liveedge.camera.tone import BEEP_SECONDS

MOST_APART_MS: Final = 80.0
"""More than this between sound and picture is noticed."""
MOST_DELAY_MS: Final = 350.0
"""The median delay of either that is aimed at, sound on, through Media Source Extensions."""
_TOGETHER_MS: Final = 500.0
"""Half of what lies between two beeps."""
_FLASH_MS: Final = BEEP_SECONDS * 1000


@dataclass(frozen=True, slots=True)
class Flash:
    """A flash on the screen."""

    second: float
    """The full second of the camera's clock at which it began."""
    at: float
    """When that moment was on the screen; the next picture after it shows the flash first."""


@dataclass(frozen=True, slots=True)
class Beep:
    """A beep, and the flash beside it."""

    apart: float
    """How much later than the flash it was heard; negative if earlier."""
    delay: float
    """From the camera's microphone to the loudspeakers."""


def flashes(pictures: Iterable[Picture]) -> list[Flash]:
    """The flashes in what was presented, each where its first picture puts it."""
    found: list[Flash] = []
    for picture in pictures:
        taken = picture.at - picture.latency
        second = taken - taken % 1000
        new = not found or second > found[-1].second
        if new and taken - second < _FLASH_MS:
            found.append(Flash(second, second + picture.latency))
    return found


def pair(beeps: Iterable[float], seen: Sequence[Flash]) -> list[Beep]:
    """Each beep that was heard at a time, with the nearest flash; one without a flash is left out.

    Beeps do not say which second they are. So sound that is half a second or more away from its
    picture is taken for that of another second.
    """
    paired = []
    for beep in beeps:
        nearest = min(seen, key=lambda flash: abs(beep - flash.at), default=None)
        if nearest is not None and abs(beep - nearest.at) < _TOGETHER_MS:
            paired.append(Beep(beep - nearest.at, beep - nearest.second))
    return paired


def lip_sync_figures(beeps: Sequence[Beep]) -> dict[str, float | None]:
    """What is printed of them: the middle of how far they are apart, and the worst either way."""
    apart = [beep.apart for beep in beeps]
    return {
        "lip_sync_p50_ms": percentile(apart, 50),
        "lip_sync_p95_ms": percentile(map(abs, apart), 95),
        "lip_sync_max_ms": max(map(abs, apart), default=None),
    }


def verdict(figures: dict[str, Any]) -> list[str]:
    """What is not as it should be in the figures of one transport; empty if all is well."""
    faults = []
    if figures["beeps"] < figures["beeps_expected"] - 1:
        faults.append(f"only {figures['beeps']} of {figures['beeps_expected']} beeps were heard")
    apart = figures["lip_sync_p95_ms"]
    if apart is None or apart > MOST_APART_MS:
        faults.append(f"sound and pictures are more than {MOST_APART_MS:.0f} ms apart")
    for name, what in (("p50_ms", "pictures"), ("sound_p50_ms", "sound")):
        delay = figures[name]
        if delay is None or delay > MOST_DELAY_MS:
            faults.append(f"{what} are later than {MOST_DELAY_MS:.0f} ms")
    return faults
