"""Every rule: what it finds, and what it must not find."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveedge.errors import Reason
from liveedge.health.facts import Facts
from liveedge.health.rules import PERIOD, RULES, judge, stall_limit
from liveedge.health.verdict import Code, Level, Verdict

LIVE = Facts(
    live=True,
    session_seconds=120.0,
    playing_seconds=119.9,
    data_age=0.02,
    frame_age=0.03,
    picture_age=0.03,
    keyframe_age=0.4,
    segment_age=0.3,
    gop_seconds=0.5,
    fps=30.0,
    usual_fps=29.8,
    packets=3000,
    viewers=2,
    viewer_delay_ms=48.0,
)
OPENING = Facts(session_seconds=0.4)


def late(seconds: float, **changes: Any) -> Facts:
    """A stream of 30 fps whose last picture is so old, and everything else with it."""
    same: dict[str, Any] = {
        "frame_age": seconds,
        "picture_age": seconds,
        "data_age": seconds,
        "frame_gap": 1 / 30,
    }
    return replace(LIVE, **(same | changes))


FINDINGS: list[tuple[str, Facts, Code, Level, Reason | None]] = [
    ("stopped by hand", Facts(wanted=False), Code.STOPPED, Level.INFO, None),
    ("first attempt", OPENING, Code.CONNECTING, Level.DEGRADED, None),
    (
        "between two attempts",
        Facts(reason=Reason.REFUSED, error="Nothing listens.", offline_seconds=3.0),
        Code.OFFLINE,
        Level.FAILED,
        None,
    ),
    (
        "an attempt that never ends",
        Facts(session_seconds=60.0),
        Code.OPENING_HANGS,
        Level.FAILED,
        Reason.TIMEOUT,
    ),
    (
        "PLAY, then silence",
        Facts(session_seconds=10.2, playing_seconds=10.0),
        Code.NO_PICTURE,
        Level.FAILED,
        Reason.STALLED,
    ),
    ("nothing comes", late(1.5), Code.NO_DATA, Level.FAILED, Reason.STALLED),
    (
        "nothing is known of data",
        late(1.5, data_age=None),
        Code.NO_DATA,
        Level.FAILED,
        Reason.STALLED,
    ),
    (
        "the last look before the limit",
        late(1.5 - PERIOD),
        Code.NO_DATA,
        Level.FAILED,
        Reason.STALLED,
    ),
    (
        "audio goes on",
        late(1.5, data_age=0.02),
        Code.VIDEO_STOPPED,
        Level.FAILED,
        Reason.STALLED,
    ),
    (
        "one report came after the last picture",
        late(1.5, data_age=0.9),
        Code.VIDEO_STOPPED,
        Level.FAILED,
        Reason.STALLED,
    ),
    ("1 fps", late(3.8, frame_gap=1.0), Code.NO_DATA, Level.FAILED, Reason.STALLED),
    (
        "the configuration asks for less",
        late(0.6, stall_seconds=0.8),
        Code.NO_DATA,
        Level.FAILED,
        Reason.STALLED,
    ),
    (
        "pictures without the keyframe that they need",
        Facts(live=False, playing_seconds=6.0, session_seconds=6.1, frame_age=0.03),
        Code.WAITING_FOR_KEYFRAME,
        Level.FAILED,
        None,
    ),
    (
        "the same for long",
        Facts(live=False, playing_seconds=30.0, session_seconds=30.1, frame_age=0.03),
        Code.WAITING_FOR_KEYFRAME,
        Level.FAILED,
        Reason.NO_KEYFRAME,
    ),
    (
        "the keyframes of some seconds were hit",
        replace(LIVE, picture_age=5.0, lost_packets=1),
        Code.WAITING_FOR_KEYFRAME,
        Level.DEGRADED,
        None,
    ),
    (
        "keyframes are hit all the time",
        replace(LIVE, picture_age=10.0, lost_packets=1),
        Code.WAITING_FOR_KEYFRAME,
        Level.FAILED,
        None,
    ),
    (
        "and another session may be luckier",
        replace(LIVE, picture_age=30.0, lost_packets=400),
        Code.WAITING_FOR_KEYFRAME,
        Level.FAILED,
        Reason.NO_KEYFRAME,
    ),
    (
        "after a jump in a long GOP",
        replace(LIVE, picture_age=5.0),
        Code.WAITING_FOR_KEYFRAME,
        Level.FAILED,
        None,
    ),
    (
        "no keyframe any more",
        replace(LIVE, keyframe_age=10.0),
        Code.KEYFRAME_OVERDUE,
        Level.DEGRADED,
        None,
    ),
    (
        "a third of the pictures",
        replace(LIVE, fps=10.0),
        Code.FRAME_RATE_COLLAPSED,
        Level.DEGRADED,
        None,
    ),
    (
        "timestamps",
        replace(LIVE, timestamp_jumps=1),
        Code.TIMESTAMPS_JUMPED,
        Level.DEGRADED,
        None,
    ),
    ("loss", replace(LIVE, lost_packets=30), Code.PACKETS_LOST, Level.DEGRADED, None),
    ("it comes and goes", replace(LIVE, reconnects=3), Code.UNSTABLE, Level.DEGRADED, None),
    (
        "another resolution",
        replace(LIVE, parameter_changes=1),
        Code.PARAMETERS_CHANGED,
        Level.INFO,
        None,
    ),
    (
        "the same picture again and again",
        replace(LIVE, unchanged_seconds=10.0),
        Code.SUSPECT_FROZEN,
        Level.INFO,
        None,
    ),
    (
        "viewers far behind",
        replace(LIVE, viewer_delay_ms=6000.0),
        Code.VIEWERS_LATE,
        Level.INFO,
        None,
    ),
]


@pytest.mark.parametrize(
    ("facts", "code", "level", "reconnect"),
    [pytest.param(*rest, id=name) for name, *rest in FINDINGS],
)
def test_finds(facts: Facts, code: Code, level: Level, reconnect: Reason | None) -> None:
    found = {finding.code: finding for finding in judge(facts).findings}
    assert code in found
    assert found[code].level is level
    assert found[code].reconnect is reconnect
    assert found[code].message.endswith(".")


def test_every_code_is_found_by_a_rule() -> None:
    assert {code for _, _, code, _, _ in FINDINGS} == set(Code)
    assert len(RULES) == len(set(Code))


HEALTHY: list[tuple[str, Facts]] = [
    ("live", LIVE),
    ("a picture is a little late", late(1.5 - PERIOD - 0.01)),
    ("1 fps between two pictures", late(3.7, frame_gap=1.0)),
    ("one picture in ten seconds", late(35.0, frame_gap=10.0)),
    ("too early to know how often pictures come", late(4.7, frame_gap=None)),
    (
        "it stalled soon after the last connect, so it gets twice the time",
        late(2.7, stalls_in_a_row=1),
    ),
    ("GOP of twenty seconds", replace(LIVE, gop_seconds=20.0, keyframe_age=25.0)),
    ("keyframe on demand", replace(LIVE, gop_seconds=None, keyframe_age=9.9)),
    ("3 fps camera that misses a picture", replace(LIVE, fps=1.0, usual_fps=3.0)),
    ("a camera that varies down to 12 fps", replace(LIVE, fps=11.0, usual_fps=12.0)),
    ("one packet in a thousand", replace(LIVE, lost_packets=3)),
    ("two outages in five minutes", replace(LIVE, reconnects=2)),
    ("still for a moment", replace(LIVE, unchanged_seconds=9.9)),
    ("HLS viewers", replace(LIVE, viewer_delay_ms=4000.0)),
]


@pytest.mark.parametrize("facts", [pytest.param(facts, id=name) for name, facts in HEALTHY])
def test_finds_nothing(facts: Facts) -> None:
    assert judge(facts) == Verdict()


def test_a_dead_stream_is_called_by_one_name_only() -> None:
    for facts in (late(2.0), late(2.0, data_age=0.1)):
        assert len(judge(facts).findings) == 1


def test_what_is_overdue_does_not_reconnect_a_camera_that_is_not_playing() -> None:
    """Between two sessions nothing has an age, so that nothing can be too old."""
    facts = Facts(reason=Reason.STALLED, error="Video stopped.", offline_seconds=100.0)
    assert judge(facts).codes == (Code.OFFLINE,)
    assert judge(facts).remedy is None


def test_patience_with_a_camera_that_stalls_again_and_again_has_an_end() -> None:
    limits = [stall_limit(late(1.0, stalls_in_a_row=count)) for count in (0, 1, 2, 3, 50)]
    assert limits == [1.5, 3.0, 6.0, 12.0, 12.0]


@given(
    age=st.floats(0, 1000),
    gap=st.none() | st.floats(0.001, 100),
    wish=st.floats(0.5, 600),
    row=st.integers(0, 100),
)
def test_no_stall_before_four_pictures_are_overdue(
    age: float, gap: float | None, wish: float, row: int
) -> None:
    facts = late(age, frame_gap=gap, stall_seconds=wish, stalls_in_a_row=row)
    stalled = judge(facts).remedy is not None
    assert not stalled or age >= wish - PERIOD
    assert not stalled or gap is None or age >= 4 * gap - PERIOD
    # And never later than that, once the camera's way is known.
    if gap is not None and row == 0 and age >= max(wish, 4 * gap):
        assert stalled


def test_the_worst_finding_is_the_level() -> None:
    assert judge(LIVE).level is Level.OK
    assert judge(replace(LIVE, parameter_changes=1)).level is Level.OK
    assert judge(replace(LIVE, parameter_changes=1)).healthy
    assert judge(replace(LIVE, parameter_changes=1, lost_packets=900)).level is Level.DEGRADED
    assert judge(late(2.0, lost_packets=900)).level is Level.FAILED
    assert not judge(late(2.0)).healthy


def test_the_remedy_says_why() -> None:
    remedy = judge(late(1.6)).remedy
    assert remedy is not None
    assert remedy.reason is Reason.STALLED
    assert "Nothing has come from the camera for 1.6 s" in str(remedy)
