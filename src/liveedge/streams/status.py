"""What `GET /api/streams/status/{id}` says: facts of one stream at one moment."""

from pydantic import BaseModel

from liveedge.streams import rate
from liveedge.streams.state import State
from liveedge.streams.stream import Stream


class StreamStatus(BaseModel):
    """Ages and durations in seconds; null where there is nothing to say yet."""

    stream_id: str
    name: str
    is_active: bool
    """True while pictures arrive."""
    state: State
    state_seconds: float
    """For how long the stream has been in this state."""
    reason: str | None
    """Why it is offline, in one word."""
    last_error: str | None
    """The newest failure, in a sentence; stays after the camera has come back."""
    last_segment_age: float | None
    """Since the newest complete HLS segment; expected below twice the keyframe interval."""
    last_frame_age: float | None
    """Since the newest picture; expected below three frame intervals."""
    reconnect_count: int
    fps: float | None
    bitrate_kbps: float | None
    gop_seconds: float | None
    codec: str | None
    width: int | None
    height: int | None
    viewers: int
    latency_p50_ms: float | None
    """Median of the delays from capture to screen that the viewers report."""
    uptime: float | None
    """For how long pictures have been arriving without interruption."""


def status_of(stream: Stream, now: float) -> StreamStatus:
    """The facts of a stream; `now` is monotonic."""
    state = stream.state
    live = state.state is State.LIVE
    newest, epoch = stream.window.newest, stream.window.epoch
    chunks = list(stream.window.since(0)) if live else []
    parameters = epoch.config.parameters if epoch else None
    latencies = stream.viewers.latencies()
    fps, kbps = rate.frames_per_second(chunks), rate.kilobits_per_second(chunks)
    return StreamStatus(
        stream_id=stream.id,
        name=stream.name,
        is_active=live,
        state=state.state,
        state_seconds=round(now - state.since, 3),
        reason=state.reason,
        last_error=stream.last_error,
        last_segment_age=None,
        last_frame_age=None if newest is None else round(now - newest.arrival, 3),
        reconnect_count=stream.reconnects,
        fps=None if fps is None else round(fps, 2),
        bitrate_kbps=None if kbps is None else round(kbps, 1),
        gop_seconds=None if stream.gop_seconds is None else round(stream.gop_seconds, 3),
        codec=epoch.codec if epoch else None,
        width=parameters.width if parameters else None,
        height=parameters.height if parameters else None,
        viewers=len(stream.viewers),
        latency_p50_ms=latencies[len(latencies) // 2] if latencies else None,
        uptime=round(now - state.since, 3) if live else None,
    )
