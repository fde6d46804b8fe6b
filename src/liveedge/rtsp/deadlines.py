"""How long a camera may take, and when its video counts as stopped. Pure: time is an argument."""

from dataclasses import dataclass

from liveedge.errors import Reason, SourceError


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Patience with a camera, in seconds."""

    connect: float = 5.0
    """From the first packet to the answer to PLAY."""
    stall: float = 3.0
    """Without a whole picture, while playing."""
    first_frame: float = 10.0
    """Without a picture that can be decoded: after PLAY, and later after a gap."""
    request: float = 5.0
    """For the answer to one request."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What has come of the video; monotonic seconds, None for never."""

    playing_since: float
    completed_at: float | None
    """The last whole picture."""
    emitted_at: float | None
    """The last one that could be decoded, too."""


def check_progress(progress: Progress, timeouts: Timeouts, now: float) -> float:
    """Return the seconds after which to look again; raise `SourceError` if the video has stopped.

    Bytes are no progress: a camera whose audio or reports go on while its video has stopped is as
    dead as a silent one.
    """
    completed, emitted = progress.completed_at, progress.emitted_at
    if completed is None:
        left = timeouts.first_frame - (now - progress.playing_since)
        if left <= 0:
            raise SourceError(
                Reason.TIMEOUT,
                f"The camera agreed to play, but sent no picture in {timeouts.first_frame:g} s.",
            )
        return left
    left = timeouts.stall - (now - completed)
    if left <= 0:
        raise SourceError(
            Reason.STALLED,
            f"The connection is open, but no picture has come for {timeouts.stall:g} s.",
        )
    since = progress.playing_since if emitted is None else emitted
    left_for_sync = max(timeouts.first_frame, timeouts.stall) - (now - since)
    if left_for_sync <= 0:
        raise SourceError(
            Reason.TIMEOUT if emitted is None else Reason.STALLED,
            f"Pictures come, but no keyframe in {timeouts.first_frame:g} s;"
            " set a shorter keyframe interval in the camera.",
        )
    return min(left, left_for_sync)
