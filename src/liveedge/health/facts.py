"""What is known of one stream at one moment."""

from dataclasses import dataclass

from liveedge.config.health import STALL_SECONDS
from liveedge.errors import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Plain values, for rules that do no more than compare them.

    Ages and durations are in seconds of the monotonic clock; None where there is nothing to
    measure. "Recently" is a window of time that `liveedge.health.history` names for each fact.
    """

    wanted: bool = True
    """False after somebody stopped the stream."""
    live: bool = False
    """Pictures of the present session have reached viewers."""
    stall_seconds: float = STALL_SECONDS

    # While no session delivers.
    reason: Reason | None = None
    """Why the last session failed."""
    error: str | None = None
    offline_seconds: float | None = None

    # The session with the camera; all None between two of them.
    session_seconds: float | None = None
    """Since it began to connect."""
    playing_seconds: float | None = None
    """Since the camera agreed to send."""
    data_age: float | None = None
    """Since anything came from the camera: video, audio, RTCP or an answer."""
    frame_age: float | None = None
    """Since a whole picture came, whether or not it could be shown."""

    # What viewers get.
    picture_age: float | None = None
    """Since the newest picture that was sent to viewers came."""
    keyframe_age: float | None = None
    segment_age: float | None = None
    """Since the newest HLS segment was complete."""

    # What is usual for this camera.
    frame_gap: float | None = None
    """Median time between pictures. None too while pictures come so often that it is not needed."""
    gop_seconds: float | None = None
    fps: float | None = None
    usual_fps: float | None = None
    """The lowest frame rate that was normal recently."""

    # What happened recently.
    packets: int = 0
    lost_packets: int = 0
    timestamp_jumps: int = 0
    parameter_changes: int = 0
    reconnects: int = 0
    stalls_in_a_row: int = 0
    """Sessions before this one that stalled soon after they began."""
    unchanged_seconds: float | None = None
    """For how long every picture has said nothing but "as before"."""

    viewers: int = 0
    viewer_delay_ms: float | None = None
    """Median of the delays that viewers report."""
