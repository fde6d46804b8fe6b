"""What to change on a camera: each rule looks at the facts and finds one thing, or nothing."""

from collections.abc import Callable
from typing import Final

from liveedge.doctor import network_rules, video_rules
from liveedge.doctor.facts import Facts
from liveedge.doctor.finding import Advice, Level

Rule = Callable[[Facts], Advice | None]

RULES: Final[tuple[Rule, ...]] = (
    video_rules.h265,
    video_rules.colour_format,
    video_rules.keyframes_vary,
    video_rules.keyframes_rare,
    video_rules.one_keyframe,
    video_rules.b_frames,
    video_rules.reordering_declared,
    network_rules.packets_lost,
    network_rules.late,
    network_rules.pauses,
    video_rules.bit_rate,
    video_rules.few_pictures,
    video_rules.fewer_pictures,
    network_rules.timestamps,
    network_rules.basic,
    network_rules.clock_wrong,
    network_rules.no_reports,
    video_rules.large,
    network_rules.parameters_change,
    network_rules.slow_opening,
    video_rules.audio,
)


def advise(facts: Facts) -> tuple[Advice, ...]:
    """Ask all rules; what is to be changed comes before what is only worth knowing."""
    found = [advice for rule in RULES if (advice := rule(facts)) is not None]
    return tuple(sorted(found, key=lambda advice: advice.level is not Level.CHANGE))
