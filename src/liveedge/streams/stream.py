"""One stream: a source, its packaging and its window."""

from collections.abc import Callable
from typing import Final

import structlog

from liveedge.clock import Clock
from liveedge.config.hls import DEFAULT_HLS, HlsSettings
from liveedge.errors import ProtocolError, SourceError
from liveedge.ingest.capture import CaptureClock
from liveedge.ingest.session import IngestSession
from liveedge.ingest.source import SourceFactory, VideoDescription
from liveedge.ingest.timeline import Timeline
from liveedge.media.access_unit import AccessUnit
from liveedge.media.epoch import Epoch
from liveedge.packaging.cutter import Cutter
from liveedge.packaging.packager import Packager
from liveedge.streams import rate
from liveedge.streams.state import State, StreamState
from liveedge.streams.viewers import Viewers
from liveedge.window.numbering import begin_numbering
from liveedge.window.segments import SegmentList
from liveedge.window.window import TIMESCALE, Window

_log = structlog.get_logger(__name__)

StateListener = Callable[[StreamState], None]
_MAX_GOP: Final = 600.0


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
    ) -> None:
        self.id = stream_id
        self.number = number
        self.name = name
        self.window = Window()
        self.segments = SegmentList(
            begin_numbering(clock.wall()), wanted=hls.segments, max_bytes=hls.max_bytes
        )
        self.viewers = Viewers()
        self.state = StreamState(State.STOPPED, clock.monotonic())
        self.reconnects = 0
        self.gop_seconds: float | None = None
        self.last_error: str | None = None
        self._source = source
        self._clock = clock
        self._packager = Packager(number)
        self._cutter = Cutter(self.segments, hls)
        self._timeline = Timeline()
        self._capture = CaptureClock()
        self._listeners: list[StateListener] = []
        self._last_sync: int | None = None
        self._ever_live = False

    async def run(self) -> None:
        """Deliver until cancelled."""
        session = IngestSession(lambda: self._source(self), self)
        try:
            await session.run()
        finally:
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

    def frame_rate(self) -> float | None:
        """Pictures a second over the window, None while there are too few to tell."""
        return rate.frames_per_second(self.window.since(0))

    # --- observer of the session

    def connecting(self) -> None:
        """An attempt begins: viewers keep seeing why the last one failed."""
        self._timeline.restart()
        self._capture.restart()
        self._last_sync = None
        if self.state.state is State.STOPPED:
            self._enter(StreamState(State.CONNECTING, self._clock.monotonic()))

    def failed(self, error: SourceError, retry_in: float) -> None:
        """An attempt is over."""
        self.last_error = str(error)
        was = self.state
        since = was.since if was.state is State.OFFLINE else self._clock.monotonic()
        if was.state is not State.OFFLINE or was.reason is not error.reason:
            _log.warning(
                "camera_offline",
                stream=self.id,
                reason=error.reason.value,
                error=str(error),
                retry_in_s=round(retry_in, 2),
            )
        self._enter(StreamState(State.OFFLINE, since, error.reason, str(error)))

    def delivered(self) -> float:
        """Seconds for which the attempt that is ending has delivered pictures."""
        if self.state.state is not State.LIVE:
            return 0.0
        return self._clock.monotonic() - self.state.since

    # --- sink of the source

    def playing(self, video: VideoDescription) -> None:
        """The camera has agreed to send."""
        self._packager.configure(video.parameter_sets)

    def access_unit(self, unit: AccessUnit) -> None:
        """Place, box and keep one picture; listeners of the window send it on in this call."""
        media_time, gap = self._timeline.place(unit.rtp_time, unit.arrival)
        arrival_us = int(self._clock.wall() * 1_000_000)
        capture_us, camera_clock = self._capture.capture(unit.rtp_time, arrival_us)
        chunk = self._packager.add(
            unit,
            media_time,
            gap=gap,
            capture_us=capture_us,
            arrival_us=arrival_us,
            camera_clock=camera_clock,
        )
        epoch = self._packager.epoch
        if chunk is None or epoch is None:
            if unit.sync and epoch is None:
                raise ProtocolError("The camera sends H.264 without SPS and PPS.")
            return
        if chunk.sync:
            if self._last_sync is not None and not chunk.gap:
                self.gop_seconds = (chunk.decode_time - self._last_sync) / TIMESCALE
            self._last_sync = chunk.decode_time
        self.window.add(chunk, epoch)
        self._cutter.add(chunk, epoch)
        if self.state.state is not State.LIVE:
            self._went_live(epoch)

    def sender_report(self, unix_us: int, rtp_time: int) -> None:
        """The camera's own clock."""
        self._capture.sender_report(unix_us, rtp_time)

    def _went_live(self, epoch: Epoch) -> None:
        if self._ever_live:
            self.reconnects += 1
        self._ever_live = True
        parameters = epoch.config.parameters
        _log.info(
            "camera_live",
            stream=self.id,
            codec=epoch.codec,
            size=f"{parameters.width}x{parameters.height}",
        )
        self._enter(StreamState(State.LIVE, self._clock.monotonic()))

    def _enter(self, state: StreamState) -> None:
        self.state = state
        for listener in tuple(self._listeners):
            listener(state)
