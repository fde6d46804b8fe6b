"""What is heard: a beep at each full second, and a quiet hum that tells silence from a gap."""

from array import array
from math import pi, sin
from typing import Final

BEEP_SECONDS: Final = 0.1
"""So long a beep lasts, and the flash beside it in the picture."""
BEEP_HZ: Final = 1000
BEEP_LEVEL: Final = 0.5
"""Of full scale."""
HUM_HZ: Final = 250
HUM_LEVEL: Final = 0.01
"""-40 dB: heard by a program, and by nobody else."""

_FULL_SCALE = 32767


def second(rate: int) -> bytes:
    """The samples of one second at `rate` a second, native 16 bits; all seconds are alike.

    The beep begins with the second, to the sample.
    """
    beep = round(rate * BEEP_SECONDS)
    return (
        _sine(BEEP_HZ, BEEP_LEVEL, rate, range(beep))
        + _sine(HUM_HZ, HUM_LEVEL, rate, range(beep, rate))
    ).tobytes()


def _sine(hertz: int, level: float, rate: int, places: range) -> "array[int]":
    step = 2 * pi * hertz / rate
    return array("h", [round(_FULL_SCALE * level * sin(step * place)) for place in places])
