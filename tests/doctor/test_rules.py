"""Every rule: what it finds, in which words, and what it must not find."""

from dataclasses import replace

import pytest

from liveedge.doctor.advice import RULES, advise
from liveedge.doctor.facts import Facts, Track
from liveedge.doctor.finding import Code, Level
from tests.doctor.facts import VIDEO, WELL, figures, video

H265 = (Track("video", "H265", 90_000, 1),)
PCMA = (Track("video", "H264", 90_000, 1, used=True), Track("audio", "PCMA", 8000, 1))
SPEEX = (*PCMA[:1], Track("audio", "SPEEX", 8000, 1))

FOUND: list[tuple[Code, Facts, Level, str]] = [
    (
        Code.KEYFRAMES_RARE,
        figures(gop_shortest=4.0, gop_longest=4.0),
        Level.CHANGE,
        "every 4.0 s: set the interval to 1 s (25 pictures)",
    ),
    (
        Code.KEYFRAMES_VARY,
        figures(gop_shortest=1.0, gop_longest=4.0),
        Level.CHANGE,
        "after 1.0 to 4.0 s: a smart codec is on",
    ),
    (
        Code.ONE_KEYFRAME,
        figures(keyframes=1, gop_shortest=None, gop_longest=4.9),
        Level.CHANGE,
        "No second keyframe came in 4.9 s: set the interval to 1 s",
    ),
    (Code.B_FRAMES, figures(reordered=2), Level.CHANGE, "which costs 80 ms: set their number to 0"),
    (Code.REORDERING_DECLARED, video(reorder_declared=1), Level.NOTE, "hold 1 picture back"),
    (Code.H265, replace(WELL, video=None, tracks=H265), Level.CHANGE, "set it to H.264"),
    (Code.COLOUR_FORMAT, video(playable=False, profile="High 10"), Level.CHANGE, "High 10: set it"),
    (Code.BIT_RATE, figures(kbps=12_000.0), Level.CHANGE, "A bit rate of 12 Mbit/s"),
    (Code.LARGE, video(width=3840, height=2160), Level.NOTE, "3840x2160"),
    (Code.PACKETS_LOST, replace(WELL, lost=15), Level.CHANGE, "15 packets (1.0 %) did not come"),
    (Code.PACKETS_LOST, replace(WELL, lost=1), Level.CHANGE, "1 packet (0.1 %) did not come"),
    (Code.LATE, figures(jitter_ms=140.0), Level.CHANGE, "up to 140 ms late"),
    (Code.PAUSES, figures(longest_gap_ms=1800.0), Level.CHANGE, "nothing came for 1.8 s"),
    (
        Code.FEWER_PICTURES,
        figures(fps=12.0),
        Level.NOTE,
        "12.0 pictures a second come instead of 25",
    ),
    (
        Code.FEWER_PICTURES,
        replace(figures(fps=12.0), fps_declared=None),
        Level.NOTE,
        "instead of 25.0",
    ),
    (
        Code.FEW_PICTURES,
        replace(figures(fps=5.0), fps_declared=5.0),
        Level.CHANGE,
        "up to 200 ms old",
    ),
    (Code.TIMESTAMPS, figures(timestamps_plausible=False), Level.CHANGE, "update its firmware"),
    (Code.PARAMETERS_CHANGE, replace(WELL, parameter_changes=2), Level.NOTE, "2 times"),
    (
        Code.NO_REPORTS,
        replace(WELL, reports=0, clock_behind_ms=None, age_ms=None),
        Level.NOTE,
        "No sender reports came in 5 s: measured delay starts at arrival",
    ),
    (
        Code.CLOCK_WRONG,
        replace(WELL, clock_behind_ms=3_600_000.0, age_ms=None),
        Level.CHANGE,
        "3600.0 s behind ours: give it a time server (NTP)",
    ),
    (
        Code.CLOCK_WRONG,
        replace(WELL, clock_behind_ms=-2000.0, age_ms=None),
        Level.CHANGE,
        "2.0 s ahead of ours",
    ),
    (Code.BASIC, replace(WELL, authentication="Basic"), Level.CHANGE, "to Digest"),
    (Code.SLOW_OPENING, replace(WELL, describe_ms=2500.0), Level.NOTE, "took 2.5 s to agree"),
    (Code.AUDIO, replace(WELL, tracks=PCMA), Level.NOTE, "makes AAC of it while somebody listens"),
    (Code.AUDIO, replace(WELL, tracks=SPEEX), Level.NOTE, "SPEEX, which liveedge cannot play"),
]


@pytest.mark.parametrize(
    ("code", "facts", "level", "words"), FOUND, ids=[f"{c}-{w[:12]}" for c, _, _, w in FOUND]
)
def test_finds(code: Code, facts: Facts, level: Level, words: str) -> None:
    found = {advice.code: advice for advice in advise(facts)}
    assert found.keys() == {code}
    assert found[code].level is level
    assert words in found[code].message
    assert found[code].message.endswith(".")


def test_every_code_is_found_by_a_rule() -> None:
    assert {code for code, *_ in FOUND} == set(Code)
    assert len(RULES) == len(set(Code))


NOTHING: list[tuple[str, Facts]] = [
    ("a good camera", WELL),
    ("nothing at all", Facts()),
    ("two seconds to the keyframe", figures(gop_shortest=2.0, gop_longest=2.1)),
    ("keyframes of a camera with 5 pictures a second more or less", figures(gop_longest=1.4)),
    ("one keyframe in a short while", figures(keyframes=1, gop_shortest=None, gop_longest=1.9)),
    ("no keyframe", figures(keyframes=0, gop_shortest=None, gop_longest=None)),
    ("many keyframes, all alone", figures(gop_shortest=0.04, gop_longest=0.04)),
    ("a picture missing here and there", figures(fps=21.0)),
    ("nobody promised anything", replace(WELL, fps_declared=None, video=replace(VIDEO, fps=None))),
    ("ten pictures a second", replace(figures(fps=10.0), fps_declared=10.0)),
    ("a pause of four pictures", replace(figures(fps=10.0, longest_gap_ms=499.0), fps_declared=10)),
    ("Basic, but nobody can read it", replace(WELL, authentication="Basic", encrypted=True)),
    ("H.265 that is not the track that is used", replace(WELL, tracks=(WELL.tracks[0], *H265))),
    ("no sound", replace(WELL, tracks=WELL.tracks[:1])),
    ("no packets, no clock", replace(Facts(), transport="TCP")),
]


@pytest.mark.parametrize("facts", [pytest.param(facts, id=name) for name, facts in NOTHING])
def test_finds_nothing(facts: Facts) -> None:
    assert advise(facts) == ()


def test_what_is_to_be_changed_comes_first() -> None:
    facts = replace(figures(reordered=1), tracks=PCMA, describe_ms=3000.0, lost=3)
    levels = [advice.level for advice in advise(facts)]
    assert levels == [Level.CHANGE, Level.CHANGE, Level.NOTE, Level.NOTE]


def test_reports_are_waited_for_long_enough() -> None:
    silent = replace(WELL, reports=0, clock_behind_ms=None, age_ms=None)
    assert "--seconds 15" in advise(silent)[0].message
    assert "--seconds" not in advise(replace(silent, seconds=15.0))[0].message
