"""What a rule about a camera found."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How much it matters."""

    CHANGE = "change"
    """It costs delay or pictures, and can be changed."""
    NOTE = "note"
    """Worth knowing."""


class Code(StrEnum):
    """What was found, in one word; stable for programs."""

    KEYFRAMES_RARE = "keyframes_rare"
    KEYFRAMES_VARY = "keyframes_vary"
    ONE_KEYFRAME = "one_keyframe"
    B_FRAMES = "b_frames"
    REORDERING_DECLARED = "reordering_declared"
    H265 = "h265"
    COLOUR_FORMAT = "colour_format"
    BIT_RATE = "bit_rate"
    LARGE = "large"
    PACKETS_LOST = "packets_lost"
    LATE = "late"
    PAUSES = "pauses"
    FEWER_PICTURES = "fewer_pictures"
    FEW_PICTURES = "few_pictures"
    TIMESTAMPS = "timestamps"
    PARAMETERS_CHANGE = "parameters_change"
    NO_REPORTS = "no_reports"
    CLOCK_WRONG = "clock_wrong"
    BASIC = "basic"
    SLOW_OPENING = "slow_opening"
    AUDIO = "audio"


@dataclass(frozen=True, slots=True)
class Advice:
    """What one rule found."""

    code: Code
    level: Level
    message: str
    """A sentence: what is so, and what to do."""


def counted(count: int, what: str) -> str:
    """`1 picture`, `2 pictures`."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
