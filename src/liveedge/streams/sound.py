"""The sound of one stream: a track, a time axis and a window of its own, beside the pictures."""

from typing import Final

from liveedge.clock import Clock
from liveedge.ingest.capture import CaptureClock
from liveedge.ingest.lip_sync import LipSync
from liveedge.media.audio import AudioUnit
from liveedge.media.audio_epoch import AudioEpoch
from liveedge.packaging.sound import SoundPackager
from liveedge.rtsp.audio import AudioTrack
from liveedge.window.window import Chunks

TRACK_BIT: Final = 0x8000
"""Set in the number of a sound track on the wire; the rest is the number of its stream."""
MAX_BYTES: Final = 1024 * 1024
WANTED_SECONDS: Final = 10.0
"""For how long after `want` somebody is thought to want sound: longer than an HLS player pauses."""


class Sound:
    """Takes what a source delivers beside the pictures, and keeps the newest of it for listeners.

    Nothing here can end the session or hold a picture back.
    """

    def __init__(self, stream_number: int, clock: Clock) -> None:
        self.number = TRACK_BIT | stream_number
        self.window = Chunks(MAX_BYTES)
        self.lip_sync = LipSync()
        self._clock = clock
        self._capture = CaptureClock()
        self._packager = SoundPackager(self.number)
        self._track: AudioTrack | None = None
        self._wanted_until = clock.monotonic()

    @property
    def epoch(self) -> AudioEpoch | None:
        """The configuration of what comes, None before the camera has sound."""
        return None if self._track is None else self._packager.epoch

    @property
    def wanted(self) -> bool:
        """Whether somebody listens, or has asked within `WANTED_SECONDS`."""
        return self.window.listened or self._clock.monotonic() < self._wanted_until

    def want(self) -> None:
        """Note that somebody asks who does not listen to the window, as a player of HLS does."""
        self._wanted_until = self._clock.monotonic() + WANTED_SECONDS

    def restart(self) -> None:
        """The next session begins; it may have no sound."""
        self._track = None
        self.lip_sync.restart()

    # --- the sink of the source

    def begins(self, track: AudioTrack) -> None:
        """The camera has agreed to send this."""
        self._track = track
        self._capture = CaptureClock(track.clock_rate)
        self._packager.configure(track.config, track.clock_rate)

    def unit(self, unit: AudioUnit) -> None:
        """Place, box and keep one unit; listeners of the window send it on in this call."""
        track = self._track
        if track is None:
            return
        arrival_us = int(self._clock.wall() * 1_000_000)
        capture_us, camera_clock = self._capture.capture(unit.rtp_time, arrival_us)
        placed = self.lip_sync.place(
            unit.rtp_time, track.clock_rate, capture_us, arrival_us, camera_clock
        )
        if placed is None:
            return
        media_time, gap = placed
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
