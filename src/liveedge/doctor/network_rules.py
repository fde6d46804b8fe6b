"""Rules about how it comes: loss, jitter, clock, opening. Pure."""

from typing import Final

from liveedge.doctor.facts import Facts
from liveedge.doctor.finding import Advice, Code, Level, counted

REPORTS_WITHIN: Final = 10.0
"""Seconds in which a camera that sends reports at all has sent one (RFC 3550 §6.2: about 5 s)."""
CLOCK_MS: Final = (-100.0, 5000.0)
"""As in `liveedge.ingest.capture`: what lies outside is a wrong clock, not a slow network."""
LATE_MS: Final = 100.0
PAUSE_MS: Final = 500.0
PAUSE_PICTURES: Final = 5
SLOW_OPENING_MS: Final = 1000.0


# --- the way here


def packets_lost(facts: Facts) -> Advice | None:
    """Each lost packet damages all pictures up to the next keyframe."""
    if not facts.lost:
        return None
    share = 100 * facts.lost / (facts.lost + facts.packets)
    return Advice(
        Code.PACKETS_LOST,
        Level.CHANGE,
        f"{counted(facts.lost, 'packet')} ({share:.1f} %) did not come: check cable and wireless,"
        " lower the bit rate, and let the camera send over TCP.",
    )


def late(facts: Facts) -> Advice | None:
    """A player has to keep as much in hand as pictures come late."""
    jitter = facts.figures.jitter_ms
    if jitter is None or jitter < LATE_MS:
        return None
    return Advice(
        Code.LATE,
        Level.CHANGE,
        f"Pictures come up to {jitter:.0f} ms late, and players have to wait for as long: lower"
        " the bit rate, or use a cable where there is wireless.",
    )


def pauses(facts: Facts) -> Advice | None:
    """One long pause is not in a percentile."""
    gap, fps = facts.figures.longest_gap_ms, facts.figures.fps
    if gap is None or not fps or gap < max(PAUSE_MS, PAUSE_PICTURES * 1000 / fps):
        return None
    return Advice(
        Code.PAUSES,
        Level.CHANGE,
        f"Once nothing came for {gap / 1000:.1f} s: check cable, wireless and power, and whether"
        " the camera is overloaded.",
    )


def timestamps(facts: Facts) -> Advice | None:
    """Then pictures are placed by their arrival."""
    if facts.figures.timestamps_plausible:
        return None
    return Advice(
        Code.TIMESTAMPS,
        Level.CHANGE,
        "The camera's timestamps do not pass as time does, so that motion is uneven: update its"
        " firmware.",
    )


def parameters_change(facts: Facts) -> Advice | None:
    """Players begin a new decoder for each."""
    if not facts.parameter_changes:
        return None
    return Advice(
        Code.PARAMETERS_CHANGE,
        Level.NOTE,
        f"The camera changed its picture settings {counted(facts.parameter_changes, 'time')} while"
        " we listened; players begin anew each time.",
    )


# --- clock and opening


def no_reports(facts: Facts) -> Advice | None:
    """Without them, nobody knows when a picture was taken."""
    if facts.reports or not facts.figures.pictures:
        return None
    unsure = facts.seconds < REPORTS_WITHIN
    return Advice(
        Code.NO_REPORTS,
        Level.NOTE,
        f"No sender reports came in {facts.seconds:.0f} s: measured delay starts at arrival, and"
        " what the camera takes before that is not in it."
        + (" To be sure, listen with --seconds 15." if unsure else ""),
    )


def clock_wrong(facts: Facts) -> Advice | None:
    """A sender report is believed only if it is near our own clock."""
    behind = facts.clock_behind_ms
    if behind is None or facts.clock_believed or CLOCK_MS[0] <= behind <= CLOCK_MS[1]:
        return None
    way = "behind" if behind > 0 else "ahead of"
    return Advice(
        Code.CLOCK_WRONG,
        Level.CHANGE,
        f"The camera's clock is {abs(behind) / 1000:.1f} s {way} ours: give it a time server (NTP),"
        " the same that this machine has; until then measured delay starts at arrival.",
    )


def basic(facts: Facts) -> Advice | None:
    """Whoever can listen to the network reads the password."""
    if facts.authentication != "Basic" or facts.encrypted:
        return None
    return Advice(
        Code.BASIC,
        Level.CHANGE,
        "The password crosses the network in the clear (Basic): set the camera's RTSP"
        " authentication to Digest.",
    )


def slow_opening(facts: Facts) -> Advice | None:
    """After each outage it takes as long."""
    steps = [facts.connect_ms, facts.describe_ms, facts.setup_ms, facts.play_ms]
    total = sum(step or 0.0 for step in steps)
    if total < SLOW_OPENING_MS:
        return None
    return Advice(
        Code.SLOW_OPENING,
        Level.NOTE,
        f"The camera took {total / 1000:.1f} s to agree to play: it may be overloaded; close other"
        " viewers and recorders that read it.",
    )
