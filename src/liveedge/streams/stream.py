"""One stream: a source, its packaging and its window."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from liveedge.clock import Clock
from liveedge.config.health import STALL_SECONDS
from liveedge.config.hls import DEFAULT_HLS, HlsSettings
from liveedge.errors import ProtocolError, SourceError
from liveedge.health.facts import Facts
from liveedge.health.rules import PERIOD
from liveedge.health.verdict import Verdict
from liveedge.ingest.capture import CaptureClock, CaptureTimes
from liveedge.ingest.engine import Opened
from liveedge.ingest.session import IngestSession
from liveedge.ingest.source import Costed, Measured, SourceFactory, VideoDescription
from liveedge.ingest.timeline import Timeline
from liveedge.media.access_unit import AccessUnit
from liveedge.media.epoch import Epoch
from liveedge.packaging.cutter import Cutter
from liveedge.packaging.packager import Packager
from liveedge.streams import rate
from liveedge.streams.absence import Absence
from liveedge.streams.diary import Diary
from liveedge.streams.facts import facts_of
from liveedge.streams.outages import Outages
from liveedge.streams.sound import Sound
from liveedge.streams.sound_converter import SoundConverter
from liveedge.streams.state import State, StreamState
from liveedge.streams.viewers import Viewers
from liveedge.streams.vitals import Counts, Vitals
from liveedge.window.numbering import begin_numbering
from liveedge.window.segments import SegmentList
from liveedge.window.window import TIMESCALE, Window
from liveedge.workers.cost import Cost

if TYPE_CHECKING:
    from liveedge.streams.offer import Offer

StateListener = Callable[[StreamState], None]


class Stream:
    """Takes what its source delivers and keeps the newest of it for viewers.

    It is the sink of its source and the observer of its session; all of it runs in the event
    loop, in the call that read the camera's bytes.
    """

    def __init__(
        self,
        stream_id: str,
        number: int,
        name: str,
        source: SourceFactory,
        clock: Clock,
        hls: HlsSettings = DEFAULT_HLS,
        *,
        stall_seconds: float = STALL_SECONDS,
        changed: "Callable[[Stream], None]" = lambda _: None,
        capture: CaptureTimes | None = None,
        converter: SoundConverter | None = None,
        beside: "Stream | None" = None,
    ) -> None:
        """`changed` is called after each change of state or verdict.

        Without a `converter`, sound that browsers do not play is left out. This stream shares the
        time axis of the one that it is shown `beside` or instead of.
        """
        self.id = stream_id
        self.number = number
        self.name = name
        self.window = Window()
        breaks = 0 if beside is None else beside.segments.discontinuities
        numbering = begin_numbering(clock.wall(), breaks)
        self.segments: SegmentList = SegmentList(
            numbering, wanted=hls.segments, max_bytes=hls.max_bytes
        )
        self.sound = Sound(number, clock, converter)
        self.viewers = Viewers(clock)
        self.state = StreamState(State.STOPPED, clock.monotonic())
        self.vitals = Vitals(stall_seconds)
        self.outages = Outages()
        self.verdict = Verdict()
        self.gop_seconds: float | None = None
        self.last_error: str | None = None
        self.qualities: Callable[[], Sequence[Offer]] = tuple
        """What else there is of this camera; who makes qualities puts it here."""
        self._source = source
        self._clock = clock
        self._packager = Packager(number)
        self._cutter = Cutter(self.segments, hls)
        self._absence = Absence(self._cutter, clock)
        self._timeline = Timeline() if beside is None else Timeline(beside.window.media_time_at)
        self._capture: CaptureTimes = capture or CaptureClock()
        self._listeners: list[StateListener] = []
        self._last_sync: int | None = None
        self._session: IngestSession | None = None
        self._live_since: float | None = None
        """Since when the present session has delivered."""
        self._interrupted = False
        self._changed = changed
        self._diary = Diary(stream_id)

    async def run(self) -> None:
        """Deliver until cancelled."""
        session = IngestSession(lambda: self._source(self), self, self._clock)
        self._session = session
        try:
            await session.run()
        finally:
            self._session = None
            self.vitals.stopped(session.measured)
            self.outages.forget()
            self._absence.end()
            self._enter(StreamState(State.STOPPED, self._clock.monotonic()))

    def listen(self, listener: StateListener) -> Callable[[], None]:
        """Call `listener` at each change of state until the returned function is called."""
        self._listeners.append(listener)

        def stop() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return stop

    @property
    def last_segment_age(self) -> float | None:
        """Seconds since the newest segment was complete, None while there is none."""
        closed_at = self.segments.last_closed_at
        return None if closed_at is None else self._clock.monotonic() - closed_at

    @property
    def timestamp_jumps(self) -> int:
        """How often the camera's RTP time ran away from real time."""
        return self._timeline.jumps

    @property
    def reconnects(self) -> int:
        """How often pictures came back after they had stopped."""
        return self.outages.count

    def unlist(self) -> None:
        """Players of playlists find nothing until it begins anew."""
        self._cutter.end()

    def frame_rate(self) -> float | None:
        """Pictures a second over the window, None while there are too few to tell."""
        return rate.frames_per_second(self.window.since(0))

    @property
    def counts(self) -> Counts:
        """What has come from the camera, over all sessions."""
        return self.vitals.counts(self._measured)

    @property
    def _measured(self) -> Measured | None:
        return None if self._session is None else self._session.measured

    @property
    def opened(self) -> Opened | None:
        """Which client opens the camera, if its source knows."""
        return self._source if isinstance(self._source, Opened) else None

    @property
    def cost(self) -> Cost | None:
        """What worker processes take to open or to make it; None if there never is one."""
        return self._source.cost if isinstance(self._source, Costed) else None

    # --- watched by health

    def at_ease(self, now: float) -> bool:
        """Whether pictures come and nothing was found."""
        frame_at = self.vitals.frame_at
        return frame_at is not None and now - frame_at < PERIOD and not self.verdict.findings

    def observe(self, now: float) -> None:
        """Sample what health compares over time; several times a second."""
        vitals, epoch = self.vitals, self.window.epoch
        vitals.sample(now, self._measured, self.window, live=self.state.state is State.LIVE)
        vitals.history.jumps.observe(now, self._timeline.jumps)
        vitals.history.parameter_changes.observe(now, epoch.number if epoch else 0)
        vitals.history.reconnects.observe(now, self.outages.count)
        self._diary.flush(now)

    def facts(self, now: float) -> Facts:
        """What is known at this moment."""
        return facts_of(self, now)

    def judged(self, verdict: Verdict) -> None:
        """Take the verdict on the facts; a new one is logged and announced."""
        was, self.verdict = self.verdict, verdict
        if verdict.codes == was.codes:
            return
        self._diary.health(self._clock.monotonic(), was, verdict)
        self._changed(self)

    def interrupt(self, error: SourceError) -> None:
        """End the session with the camera as if the camera had failed, and begin another."""
        if self._session is not None and self._session.interrupt(error):
            self._interrupted = True
            self._go_offline(error)

    # --- observer of the session

    def connecting(self) -> None:
        """An attempt begins: viewers keep seeing why the last one failed."""
        now = self._clock.monotonic()
        self.vitals.connecting(now)
        self._timeline.restart()
        self._capture.restart()
        self.sound.restart()
        self._last_sync = self._live_since = None
        self._interrupted = False
        if self.state.state is State.STOPPED:
            self._enter(StreamState(State.CONNECTING, now))

    def failed(self, error: SourceError, retry_in: float) -> None:
        """An attempt is over."""
        self.vitals.ended(error, self.delivered(), self._measured)
        self._live_since = None
        self._go_offline(error, retry_in)

    def delivered(self) -> float:
        """Seconds for which the attempt that is ending has delivered pictures."""
        return 0.0 if self._live_since is None else self._clock.monotonic() - self._live_since

    # --- sink of the source

    def playing(self, video: VideoDescription) -> None:
        """The camera has agreed to send."""
        self.vitals.playing(self._clock.monotonic(), video.framerate)
        self._packager.configure(video.parameter_sets, video.codec)

    def access_unit(self, unit: AccessUnit) -> None:
        """Place, box and keep one picture; listeners of the window send it on in this call."""
        self.vitals.frame_at = unit.arrival
        media_time, gap = self._timeline.place(unit.rtp_time, unit.arrival)
        arrival_us = int(self._clock.wall() * 1_000_000)
        capture_us, camera_clock = self._capture.capture(unit.rtp_time, arrival_us)
        self.sound.lip_sync.picture(media_time, capture_us, arrival_us, camera_clock, unit.rtp_time)
        chunk = self._packager.add(
            unit,
            media_time,
            gap=gap or (unit.gap and not unit.damaged),
            capture_us=capture_us,
            arrival_us=arrival_us,
            camera_clock=camera_clock,
        )
        epoch = self._packager.epoch
        if chunk is None or epoch is None:
            if unit.sync and epoch is None:
                raise ProtocolError("The camera sends keyframes without parameter sets.")
            return
        if chunk.sync:
            if self._last_sync is not None and not chunk.gap:
                self.gop_seconds = (chunk.decode_time - self._last_sync) / TIMESCALE
            self._last_sync = chunk.decode_time
            self.vitals.keyframe_at = unit.arrival
        self.window.add(chunk, epoch)
        self._cutter.add(chunk, epoch)
        if self.state.state is not State.LIVE:
            self._went_live(epoch)

    def sender_report(self, unix_us: int, rtp_time: int) -> None:
        """The camera's own clock."""
        self._capture.sender_report(unix_us, rtp_time)

    def _went_live(self, epoch: Epoch) -> None:
        if self._interrupted:
            return
        now = self._clock.monotonic()
        self._live_since = now
        outage = self.outages.end(now)
        self._absence.end()
        self._diary.live(now, epoch, outage)
        self._enter(StreamState(State.LIVE, now))

    def _go_offline(self, error: SourceError, retry_in: float | None = None) -> None:
        now, was = self._clock.monotonic(), self.state
        self.last_error = str(error)
        if was.state is State.LIVE:
            self.outages.begin(error, now, self._clock.wall())
        if was.state is not State.OFFLINE or was.reason is not error.reason:
            self._diary.offline(now, error, retry_in)
        self._absence.begin()
        since = was.since if was.state is State.OFFLINE else now
        self._enter(StreamState(State.OFFLINE, since, error.reason, str(error)))

    def _enter(self, state: StreamState) -> None:
        if state == self.state:
            return
        self.state = state
        for listener in tuple(self._listeners):
            listener(state)
        self._changed(self)
