"""What health has to know of a stream, noted where it happens and sampled where it is counted."""

from collections import Counter
from typing import Final, NamedTuple

from liveedge.config.health import STALL_SECONDS
from liveedge.errors import Reason, SourceError
from liveedge.health.history import History
from liveedge.ingest.source import Measured
from liveedge.streams.stillness import Stillness
from liveedge.window.window import Window

_SOON: Final = 10.0
"""Seconds of pictures before a stall that make it an accident rather than this camera's way."""


class Counts(NamedTuple):
    """What has come from a camera, over all sessions."""

    bytes: int = 0
    packets: int = 0
    lost: int = 0
    damaged: int = 0
    skipped: int = 0


class Vitals:
    """Times of the monotonic clock, counters, and the recent past of one stream."""

    def __init__(self, stall_seconds: float = STALL_SECONDS) -> None:
        self.stall_seconds = stall_seconds
        self.frame_at: float | None = None
        """Arrival of the newest picture of this session."""
        self.keyframe_at: float | None = None
        self.data_at: float | None = None
        """When this session was last seen to have delivered anything at all."""
        self.session_since: float | None = None
        self.playing_since: float | None = None
        self.announced_fps: float | None = None
        """Pictures a second as the camera announces them; cameras err."""
        self.stalls_in_a_row = 0
        self.failed_attempts: Counter[Reason] = Counter()
        self.history = History()
        self.stillness = Stillness()
        self._earlier = Counts()
        """What the sessions before this one have counted."""
        self._sampled = Counts()

    def connecting(self, now: float) -> None:
        """A session begins."""
        self._forget_session()
        self.session_since = now

    def playing(self, now: float, framerate: float | None) -> None:
        """The camera has agreed to send."""
        self.playing_since = now
        self.announced_fps = framerate

    def ended(self, error: SourceError, delivered: float, measured: Measured | None) -> None:
        """The session is over, after `delivered` seconds of pictures."""
        self._earlier = self.counts(measured)
        self._forget_session()
        self.failed_attempts[error.reason] += 1
        early = error.reason is Reason.STALLED and delivered < _SOON
        self.stalls_in_a_row = self.stalls_in_a_row + 1 if early else 0

    def stopped(self, measured: Measured | None) -> None:
        """Somebody has ended the session."""
        self._earlier = self.counts(measured)
        self._forget_session()
        self.stalls_in_a_row = 0

    def counts(self, measured: Measured | None) -> Counts:
        """Everything so far, with what the source of the present session has counted."""
        earlier = self._earlier
        if measured is None:
            return earlier
        stats = measured.stats
        return Counts(
            earlier.bytes + stats.bytes,
            earlier.packets + stats.packets,
            earlier.lost + stats.lost,
            earlier.damaged + stats.damaged,
            earlier.skipped + stats.skipped,
        )

    def sample(self, now: float, measured: Measured | None, window: Window, *, live: bool) -> None:
        """Take a look at what is counted; several times a second."""
        before = self._sampled
        counts = self._sampled = self.counts(measured)
        if counts.bytes != before.bytes:
            self.data_at = now
        if counts.skipped != before.skipped or counts.damaged != before.damaged:
            # Video does come, though nothing that could be shown.
            self.frame_at = now
        self.history.packets.observe(now, counts.packets)
        self.history.lost.observe(now, counts.lost)
        if live:
            self.history.frame_rate.observe(now, window.next_sequence)
            self.stillness.look(now, window)
        else:
            self.history.frame_rate.interrupt()
            self.stillness.interrupt()

    def _forget_session(self) -> None:
        self.session_since = self.playing_since = None
        self.frame_at = self.keyframe_at = self.data_at = None
