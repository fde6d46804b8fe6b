"""The facts of a stream at one moment, from what it keeps anyway."""

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from liveedge.health.facts import Facts
from liveedge.streams.state import State
from liveedge.window.window import TIMESCALE, Window

if TYPE_CHECKING:
    from liveedge.streams.stream import Stream

_FEWEST_GAPS: Final = 3
_SUSPICIOUS: Final = 0.5
"""Share of the stall limit from which on it matters how often pictures come."""


def facts_of(stream: "Stream", now: float) -> Facts:
    """The facts of a stream; `now` is monotonic."""
    vitals, state, history = stream.vitals, stream.state, stream.vitals.history
    live = state.state is State.LIVE
    offline = state.state is State.OFFLINE
    newest = stream.window.newest if live else None
    frame_age = _age(vitals.frame_at, now)
    late = frame_age is not None and frame_age >= _SUSPICIOUS * vitals.stall_seconds
    latencies = stream.viewers.latencies()
    return Facts(
        wanted=state.state is not State.STOPPED,
        live=live,
        stall_seconds=vitals.stall_seconds,
        reason=state.reason,
        error=state.error,
        offline_seconds=now - state.since if offline else None,
        session_seconds=_age(vitals.session_since, now),
        playing_seconds=_age(vitals.playing_since, now),
        data_age=_age(vitals.data_at, now),
        frame_age=frame_age,
        picture_age=None if newest is None else now - newest.arrival,
        keyframe_age=_age(vitals.keyframe_at, now),
        segment_age=stream.last_segment_age,
        frame_gap=frame_gap(stream.window, vitals.announced_fps) if late else None,
        gop_seconds=stream.gop_seconds,
        fps=history.frame_rate.fps,
        usual_fps=history.frame_rate.usual,
        packets=history.packets.rise,
        lost_packets=history.lost.rise,
        timestamp_jumps=history.jumps.rise,
        parameter_changes=history.parameter_changes.rise,
        reconnects=history.reconnects.rise,
        stalls_in_a_row=vitals.stalls_in_a_row,
        unchanged_seconds=vitals.stillness.seconds(now),
        viewers=len(stream.viewers),
        viewer_delay_ms=latencies[len(latencies) // 2] if latencies else None,
    )


def frame_gap(window: Window, announced_fps: float | None) -> float | None:
    """The median time between pictures in seconds; what the camera announces before it is known."""
    gaps = sorted(
        later.decode_time - earlier.decode_time
        for earlier, later in pairwise(window.since(0))
        if not later.gap
    )
    if len(gaps) >= _FEWEST_GAPS:
        return gaps[len(gaps) // 2] / TIMESCALE
    if not announced_fps and window.epoch is not None:
        announced_fps = float(window.epoch.config.parameters.frame_rate or 0)
    return 1 / announced_fps if announced_fps else None


def _age(moment: float | None, now: float) -> float | None:
    return None if moment is None else now - moment
