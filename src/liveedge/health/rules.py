"""The rules: each compares some facts and returns what it found.

A new rule is a function here and a line in `RULES`. Rules know nothing of each other: what two of
them tell apart (no data, or data but no video), they do by conditions that exclude each other.
"""

from collections.abc import Callable
from typing import Final

from liveedge.errors import Reason
from liveedge.health.facts import Facts
from liveedge.health.frame_rate import COLLAPSED, LOWEST_BASELINE
from liveedge.health.verdict import Code, Finding, Level, Verdict

PERIOD: Final = 0.25
"""Seconds between two looks at a stream. What must be noticed within a time is noticed at the
last look before that time is over."""

GAPS: Final = 4
"""Pictures that must be overdue: a camera of 1 fps has not stalled after 1.5 s."""
LEARNING_SECONDS: Final = 5.0
"""The stall limit while the time between pictures is not known."""
MAX_PATIENCE: Final = 3
"""Doublings of the stall limit, one for each session that stalled at its beginning: a camera that
sends in bursts is reconnected in vain a few times, not for ever."""
OPENING_SECONDS: Final = 60.0
FIRST_PICTURE_SECONDS: Final = 10.0
FIRST_KEYFRAME_SECONDS: Final = 30.0
"""Longer than the GOP of any camera that can be joined in reasonable time: a new session waits
for a keyframe as well, and a camera that makes one for each session had its chance."""
KEYFRAME_GOPS: Final = 3.0
KEYFRAME_SECONDS: Final = 10.0
LOSS_RATIO: Final = 0.005
"""Of the packets: with thirty packets a picture, every seventh picture is damaged."""
UNSTABLE_RECONNECTS: Final = 3
FROZEN_SECONDS: Final = 10.0
LATE_MS: Final = 5000.0

Rule = Callable[[Facts], Finding | None]


def stall_limit(facts: Facts) -> float:
    """Seconds without a picture after which a stream that was sending has stalled."""
    gap = facts.frame_gap
    usual = LEARNING_SECONDS if gap is None else GAPS * gap
    return max(facts.stall_seconds, usual) * 2.0 ** min(facts.stalls_in_a_row, MAX_PATIENCE)


def has_stalled(facts: Facts) -> bool:
    """Whether a stream that was sending pictures sends none any more."""
    age = facts.frame_age
    if age is None or age < facts.stall_seconds - PERIOD:
        return False
    return age >= stall_limit(facts) - PERIOD


def judge(facts: Facts) -> Verdict:
    """Ask all rules."""
    return Verdict(tuple(found for rule in RULES if (found := rule(facts)) is not None))


# --- is there a session, and does it deliver?


def is_stopped(facts: Facts) -> Finding | None:
    """Somebody stopped the stream."""
    if facts.wanted:
        return None
    return Finding(Code.STOPPED, Level.INFO, "The stream was stopped; start it to see pictures.")


def is_connecting(facts: Facts) -> Finding | None:
    """The first session of a stream has not delivered yet."""
    if not facts.wanted or facts.live or facts.reason is not None:
        return None
    return Finding(Code.CONNECTING, Level.DEGRADED, "The first picture has not come yet.")


def is_offline(facts: Facts) -> Finding | None:
    """The last session failed, and no other one has delivered yet."""
    if not facts.wanted or facts.live or facts.reason is None:
        return None
    return Finding(Code.OFFLINE, Level.FAILED, facts.error or "The camera is offline.")


def opening_hangs(facts: Facts) -> Finding | None:
    """A source has its own deadlines; this is for one that does not keep them."""
    seconds = facts.session_seconds
    if seconds is None or facts.playing_seconds is not None or seconds < OPENING_SECONDS:
        return None
    return Finding(
        Code.OPENING_HANGS,
        Level.FAILED,
        f"The camera could not be opened within {seconds:.0f} s; it is tried again.",
        Reason.TIMEOUT,
    )


def no_picture(facts: Facts) -> Finding | None:
    """The camera agreed to send, and has sent no whole picture since."""
    seconds = facts.playing_seconds
    if seconds is None or facts.frame_age is not None or seconds < FIRST_PICTURE_SECONDS:
        return None
    return Finding(
        Code.NO_PICTURE,
        Level.FAILED,
        f"The camera agreed to send, but no picture came within {seconds:.0f} s; restart the"
        " camera if this does not end.",
        Reason.STALLED,
    )


def no_data(facts: Facts) -> Finding | None:
    """Nothing at all comes: the camera hangs, or is gone without closing (half-open TCP)."""
    if not has_stalled(facts) or _something_came_later(facts):
        return None
    return Finding(
        Code.NO_DATA,
        Level.FAILED,
        f"Nothing has come from the camera for {facts.frame_age:.1f} s though the connection is"
        " open; the camera hangs, or the way to it is cut.",
        Reason.STALLED,
    )


def video_stopped(facts: Facts) -> Finding | None:
    """Audio, RTCP or answers go on, but video does not."""
    if not has_stalled(facts) or not _something_came_later(facts):
        return None
    return Finding(
        Code.VIDEO_STOPPED,
        Level.FAILED,
        f"The camera still sends, but no picture has come for {facts.frame_age:.1f} s.",
        Reason.STALLED,
    )


def _something_came_later(facts: Facts) -> bool:
    """Whether the camera sent anything after its last picture; that is only sampled."""
    frame, data = facts.frame_age, facts.data_age
    return frame is not None and data is not None and frame - data > 2 * PERIOD


# --- can decoding begin?


def waiting_for_keyframe(facts: Facts) -> Finding | None:
    """Pictures come, but the keyframe that they need is missing, so viewers get none."""
    age = facts.playing_seconds if facts.picture_age is None else facts.picture_age
    if age is None or facts.frame_age is None or has_stalled(facts):
        return None
    if age - facts.frame_age < facts.stall_seconds:
        return None
    # Each keyframe is another chance; that one is hit says little about the next.
    passing = facts.lost_packets and age < KEYFRAME_SECONDS
    return Finding(
        Code.WAITING_FOR_KEYFRAME,
        Level.DEGRADED if passing else Level.FAILED,
        f"No whole keyframe has come for {age:.0f} s, and nothing can be shown before one;"
        f" {_keyframe_advice(facts)}.",
        Reason.NO_KEYFRAME if age >= FIRST_KEYFRAME_SECONDS else None,
    )


def keyframe_overdue(facts: Facts) -> Finding | None:
    """Who joins now waits long, and a lost packet damages the picture for long."""
    age = facts.keyframe_age
    limit = max(KEYFRAME_SECONDS, KEYFRAME_GOPS * (facts.gop_seconds or 0.0))
    if not facts.live or age is None or age < limit:
        return None
    return Finding(
        Code.KEYFRAME_OVERDUE,
        Level.DEGRADED,
        f"The last whole keyframe came {age:.0f} s ago; {_keyframe_advice(facts)}.",
    )


def _keyframe_advice(facts: Facts) -> str:
    if facts.lost_packets:
        return "packets are lost on the way"
    return "set the camera's keyframe interval to one second and switch its smart codec off"


# --- does it come as it should?


def frame_rate_collapsed(facts: Facts) -> Finding | None:
    """Far fewer pictures than this camera sent even at its slowest."""
    fps, usual = facts.fps, facts.usual_fps
    if fps is None or usual is None or usual < LOWEST_BASELINE or fps >= COLLAPSED * usual:
        return None
    return Finding(
        Code.FRAME_RATE_COLLAPSED,
        Level.DEGRADED,
        f"{fps:.1f} pictures a second instead of {usual:.1f}; the camera or its network is"
        " overloaded, or it is dark.",
    )


def timestamps_jumped(facts: Facts) -> Finding | None:
    """RTP time ran away from real time; viewers saw a gap and went on."""
    if not facts.timestamp_jumps:
        return None
    return Finding(
        Code.TIMESTAMPS_JUMPED,
        Level.DEGRADED,
        f"The camera's timestamps jumped {_times(facts.timestamp_jumps)} in the last minute;"
        " update its firmware if this goes on.",
    )


def packets_lost(facts: Facts) -> Finding | None:
    """So many packets are missing that the picture suffers."""
    lost = facts.lost_packets
    total = lost + facts.packets
    if not lost or lost < LOSS_RATIO * total:
        return None
    return Finding(
        Code.PACKETS_LOST,
        Level.DEGRADED,
        f"{100 * lost / total:.1f} % of the camera's packets are missing: its network is"
        " overloaded or disturbed, or its bit rate too high. Have it send over TCP.",
    )


def is_unstable(facts: Facts) -> Finding | None:
    """It comes back each time, and goes away again."""
    if facts.reconnects < UNSTABLE_RECONNECTS:
        return None
    return Finding(
        Code.UNSTABLE,
        Level.DEGRADED,
        f"The camera was lost {_times(facts.reconnects)} in the last five minutes; check its"
        " network and power.",
    )


# --- worth knowing


def parameters_changed(facts: Facts) -> Finding | None:
    """Size or profile of the pictures changed; players have been told."""
    if not facts.parameter_changes:
        return None
    return Finding(
        Code.PARAMETERS_CHANGED,
        Level.INFO,
        f"The camera changed its picture settings {_times(facts.parameter_changes)} in the last"
        " minute.",
    )


def suspect_frozen(facts: Facts) -> Finding | None:
    """A still scene at low bit rate looks alike, so nothing is done about it."""
    seconds = facts.unchanged_seconds
    if seconds is None or seconds < FROZEN_SECONDS:
        return None
    return Finding(
        Code.SUSPECT_FROZEN,
        Level.INFO,
        f"No picture has differed from the one before for {seconds:.0f} s; the scene is still, or"
        " the camera's picture is frozen.",
    )


def viewers_late(facts: Facts) -> Finding | None:
    """The stream is well, its way to the viewers is not."""
    delay = facts.viewer_delay_ms
    if delay is None or delay < LATE_MS:
        return None
    return Finding(
        Code.VIEWERS_LATE,
        Level.INFO,
        f"Half of the viewers see pictures that are {delay / 1000:.1f} s old or older; their"
        " network does not keep up.",
    )


RULES: Final[tuple[Rule, ...]] = (
    is_stopped,
    is_connecting,
    is_offline,
    opening_hangs,
    no_picture,
    no_data,
    video_stopped,
    waiting_for_keyframe,
    keyframe_overdue,
    frame_rate_collapsed,
    timestamps_jumped,
    packets_lost,
    is_unstable,
    parameters_changed,
    suspect_frozen,
    viewers_late,
)


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
