"""What `GET /api/streams/status/{id}` says: facts of one stream at one moment.

docs/health.md says what to expect of each member.
"""

from pydantic import BaseModel

from liveedge.health.rules import judge
from liveedge.health.verdict import Finding, Level, Verdict
from liveedge.streams import rate
from liveedge.streams.offer import Made, Offer
from liveedge.streams.outages import Outage
from liveedge.streams.state import State
from liveedge.streams.stream import Stream


class HealthReason(BaseModel):
    """Something that health found."""

    code: str
    """In one word; docs/health.md lists all."""
    level: Level
    message: str
    """In a sentence."""

    @classmethod
    def of(cls, finding: Finding) -> "HealthReason":
        """As the API says it."""
        return cls(code=finding.code, level=finding.level, message=finding.message)


class PastOutage(BaseModel):
    """One time that pictures stopped and came back."""

    reason: str
    error: str
    began: float
    """Unix time in seconds."""
    seconds: float

    @classmethod
    def of(cls, outage: Outage) -> "PastOutage":
        """As the API says it."""
        return cls(
            reason=outage.reason,
            error=outage.error,
            began=round(outage.began, 3),
            seconds=round(outage.seconds, 3),
        )


class QualityStatus(BaseModel):
    """A quality that viewers may ask for, beside the camera's own stream."""

    quality: str
    """The stream has the id of this one, `~` and this word."""
    made: Made
    """`camera`, a sub-stream; or `transcode`, which takes processor time while it is watched."""
    width: int | None
    height: int | None
    state: State
    """`stopped` while nobody watches it."""
    error: str | None
    """Why it is offline, in a sentence."""
    viewers: int
    cpu_percent: float | None
    """Of one processor core, by the worker that makes it; null while there is none."""

    @classmethod
    def of(cls, offer: Offer, now: float) -> "QualityStatus":
        """As the API says it; `now` is monotonic."""
        stream = offer.stream
        return cls(
            quality=offer.quality,
            made=offer.made,
            width=offer.width,
            height=offer.height,
            state=State.STOPPED if stream is None else stream.state.state,
            error=None if stream is None else stream.state.error,
            viewers=0 if stream is None else len(stream.viewers),
            cpu_percent=None if stream is None else _cpu_percent(stream, now),
        )


class StreamStatus(BaseModel):
    """Ages and durations in seconds; null where there is nothing to say yet."""

    stream_id: str
    name: str
    is_active: bool
    """True while viewers get pictures that move forward."""
    state: State
    state_seconds: float
    """For how long the stream has been in this state."""
    reason: str | None
    """Why it is offline, in one word."""
    last_error: str | None
    """The newest failure, in a sentence; stays after the camera has come back."""
    engine: str | None
    """Which client opens the camera: `native` or `ffmpeg`."""
    engine_reason: str | None
    """Why it is not the native one, if that was tried."""
    cpu_percent: float | None
    """Of one processor core, by the worker of the engine; null for the native client."""
    healthy: bool
    """False if it is degraded or failed; a stream that was stopped on purpose is healthy."""
    level: Level
    reasons: list[HealthReason]
    """Why, and what else is worth knowing."""
    last_packet_age: float | None
    """Since anything came from the camera in this session; sampled each second."""
    last_frame_age: float | None
    """Since the newest picture; expected below three frame intervals."""
    last_keyframe_age: float | None
    """Since the newest keyframe; expected up to the keyframe interval."""
    last_segment_age: float | None
    """Since the newest complete HLS segment; expected up to the length of a segment."""
    reconnect_count: int
    """How often pictures stopped and came back; expected 0."""
    reconnects_by_reason: dict[str, int]
    recent_outages: list[PastOutage]
    """The newest twenty, the last one first."""
    failed_attempts: int
    """Sessions with the camera that ended, those that never delivered included."""
    fps: float | None
    usual_fps: float | None
    """The lowest frame rate that was normal in the last minute."""
    bitrate_kbps: float | None
    gop_seconds: float | None
    codec: str | None
    audio: str | None
    """The codec of its sound as viewers get it; null without."""
    width: int | None
    height: int | None
    received_bytes: int
    lost_packets: int
    damaged_pictures: int
    """Dropped because a part of them was missing."""
    timestamp_jumps: int
    viewers: int
    viewers_by_transport: dict[str, int]
    """Those on HLS are the clients that have asked for something in the last seconds."""
    qualities: list[QualityStatus]
    """What else there is of this camera."""
    latency_p50_ms: float | None
    """Median of the delays from capture to screen that the viewers report."""
    uptime: float | None
    """For how long pictures have been arriving without interruption."""


def status_of(stream: Stream, now: float) -> StreamStatus:
    """The facts of a stream, and what the rules make of them; `now` is monotonic."""
    facts = stream.facts(now)
    verdict = judge(facts)
    opened = stream.opened
    state, counts, epoch = stream.state, stream.counts, stream.window.epoch
    newest = stream.window.newest
    chunks = list(stream.window.since(0)) if facts.live else []
    parameters = epoch.config.parameters if epoch else None
    sound = stream.sound.epoch
    return StreamStatus(
        stream_id=stream.id,
        name=stream.name,
        is_active=is_active(facts.live, verdict),
        state=state.state,
        state_seconds=round(now - state.since, 3),
        reason=state.reason,
        last_error=stream.last_error,
        engine=None if opened is None else opened.engine.value,
        engine_reason=None if opened is None else opened.because,
        cpu_percent=_cpu_percent(stream, now),
        healthy=verdict.healthy,
        level=verdict.level,
        reasons=[HealthReason.of(finding) for finding in verdict.findings],
        last_packet_age=_rounded(facts.data_age),
        last_frame_age=None if newest is None else round(now - newest.arrival, 3),
        last_keyframe_age=_rounded(facts.keyframe_age),
        last_segment_age=_rounded(facts.segment_age),
        reconnect_count=stream.reconnects,
        reconnects_by_reason={r.value: n for r, n in stream.outages.by_reason.items()},
        recent_outages=[PastOutage.of(outage) for outage in stream.outages],
        failed_attempts=stream.vitals.failed_attempts.total(),
        fps=_rounded(rate.frames_per_second(chunks), 2),
        usual_fps=_rounded(facts.usual_fps, 2),
        bitrate_kbps=_rounded(rate.kilobits_per_second(chunks), 1),
        gop_seconds=_rounded(stream.gop_seconds),
        codec=epoch.codec if epoch else None,
        audio=sound.config.codec if sound else None,
        width=parameters.width if parameters else None,
        height=parameters.height if parameters else None,
        received_bytes=counts.bytes,
        lost_packets=counts.lost,
        damaged_pictures=counts.damaged,
        timestamp_jumps=stream.timestamp_jumps,
        viewers=facts.viewers,
        viewers_by_transport=stream.viewers.by_transport(),
        qualities=[QualityStatus.of(offer, now) for offer in stream.qualities()],
        latency_p50_ms=facts.viewer_delay_ms,
        uptime=round(now - state.since, 3) if facts.live else None,
    )


def is_active(live: bool, verdict: Verdict) -> bool:
    """Whether viewers get pictures that move forward."""
    return live and verdict.level is not Level.FAILED


def _cpu_percent(stream: Stream, now: float) -> float | None:
    return None if stream.cost is None else _rounded(stream.cost.percent(now), 1)


def _rounded(value: float | None, digits: int = 3) -> float | None:
    return None if value is None else round(value, digits)
