"""The sound of one stream: a track, a time axis and a window of its own, beside the pictures."""

from typing import Final, NamedTuple

from liveedge.clock import Clock
from liveedge.ingest.capture import CaptureClock
from liveedge.ingest.lip_sync import LipSync
from liveedge.media.audio import AudioUnit, ForeignAudio
from liveedge.media.audio_epoch import AudioEpoch
from liveedge.packaging.sound import SoundPackager
from liveedge.rtsp.audio import AudioTrack
from liveedge.streams.conversion import FRAME_SAMPLES, RATE, Conversion
from liveedge.streams.sound_converter import SoundConverter
from liveedge.window.window import TIMESCALE, Chunks

TRACK_BIT: Final = 0x8000
"""Set in the number of a sound track on the wire; the rest is the number of its stream."""
MAX_BYTES: Final = 1024 * 1024
WANTED_SECONDS: Final = 10.0
"""For how long after `want` somebody is thought to want sound: longer than an HLS player pauses."""


class _Placed(NamedTuple):
    """The times of one unit."""

    media_time: int
    """1/90000 s."""
    capture_us: int
    """Unix microseconds, as `arrival_us`."""
    arrival_us: int
    camera_clock: bool
    """Whether the capture time is the camera's."""
    arrival: float
    """Monotonic seconds."""


class Sound:
    """Takes what a source delivers beside the pictures, and keeps the newest of it for listeners.

    Nothing here can end the session or hold a picture back.
    """

    def __init__(
        self, stream_number: int, clock: Clock, converter: SoundConverter | None = None
    ) -> None:
        """Without a converter, what browsers do not play is left out."""
        self.number = TRACK_BIT | stream_number
        self.window = Chunks(MAX_BYTES)
        self.lip_sync = LipSync()
        self._clock = clock
        self._converter = converter
        self._capture = CaptureClock()
        self._packager = SoundPackager(self.number)
        self._track: AudioTrack | None = None
        self._conversion: Conversion | None = None
        """Of a track that browsers do not play."""
        self._converted: tuple[ForeignAudio, Conversion] | None = None
        """The newest one there was: a camera that comes back goes on with it."""
        self._converting = False
        self._newest: _Placed | None = None
        """What went to the worker last."""
        self._made_until: int | None = None
        self._wanted_until = clock.monotonic()

    @property
    def epoch(self) -> AudioEpoch | None:
        """The configuration of what comes, None before the camera has sound."""
        if self._track is None or (self._conversion is not None and self._conversion.refused):
            return None
        return self._packager.epoch

    @property
    def wanted(self) -> bool:
        """Whether somebody listens, or has asked within `WANTED_SECONDS`."""
        return self.window.listened or self._clock.monotonic() < self._wanted_until

    def want(self) -> None:
        """Note that somebody asks who does not listen to the window, as a player of HLS does."""
        self._wanted_until = self._clock.monotonic() + WANTED_SECONDS

    def restart(self) -> None:
        """The next session begins; it may have no sound."""
        self._rest()
        self._track = self._conversion = None
        self.lip_sync.restart()

    # --- the sink of the source

    def begins(self, track: AudioTrack) -> None:
        """The camera has agreed to send this."""
        self._capture = CaptureClock(track.clock_rate)
        audio = track.config
        if isinstance(audio, ForeignAudio):
            self._conversion = self._convert(audio)
            if self._conversion is None:
                return
            self._packager.configure(self._conversion.config, RATE)
        else:
            self._packager.configure(audio, track.clock_rate)
        self._track = track

    def unit(self, unit: AudioUnit) -> None:
        """Place, box and keep one unit; listeners of the window send it on in this call.

        What browsers do not play goes to the worker instead, and only while somebody wants it.
        """
        track = self._track
        if track is None:
            return
        arrival_us = int(self._clock.wall() * 1_000_000)
        capture_us, camera_clock = self._capture.capture(unit.rtp_time, arrival_us)
        if track.shares_clock:
            placed = self.lip_sync.place_beside(unit.rtp_time)
        else:
            placed = self.lip_sync.place(
                unit.rtp_time, track.clock_rate, capture_us, arrival_us, camera_clock
            )
        if placed is None:
            return
        media_time, gap = placed
        if self._conversion is not None:
            if self.wanted:
                self._converting = True
                self._newest = _Placed(
                    media_time, capture_us, arrival_us, camera_clock, unit.arrival
                )
                duration = unit.duration * TIMESCALE // track.clock_rate
                self._conversion.feed(unit.data, media_time, duration)
            else:
                self._rest()
            return
        chunk = self._packager.add(
            unit,
            media_time,
            gap=gap or unit.gap,
            capture_us=capture_us,
            arrival_us=arrival_us,
            camera_clock=camera_clock,
        )
        if chunk is not None:
            self.window.append(chunk)

    def sender_report(self, unix_us: int, rtp_time: int) -> None:
        """The camera's own clock."""
        self._capture.sender_report(unix_us, rtp_time)

    # --- by way of the worker

    def _convert(self, audio: ForeignAudio) -> Conversion | None:
        known = self._converted
        if known is not None and known[0] == audio:
            return known[1]
        if self._converter is None:
            return None
        conversion = self._converter.convert(audio, self._made)
        self._converted = audio, conversion
        return conversion

    def _made(self, data: bytes, media_time: int) -> None:
        """Box an access unit that comes out of the worker; its times are told by what went in."""
        newest = self._newest
        if newest is None:
            return
        chunk = self._packager.add(
            AudioUnit(data, 0, FRAME_SAMPLES, newest.arrival),
            media_time,
            gap=self._made_until not in (None, media_time),
            capture_us=newest.capture_us + (media_time - newest.media_time) * 1000 // 90,
            arrival_us=newest.arrival_us,
            camera_clock=newest.camera_clock,
        )
        self._made_until = media_time + FRAME_SAMPLES * TIMESCALE // RATE
        if chunk is not None:
            self.window.append(chunk)

    def _rest(self) -> None:
        """Nobody wants what is converted: what is here would be old when somebody does."""
        if self._converting:
            self._converting = False
            self.window.clear()
            if self._conversion is not None:
                self._conversion.pause()
