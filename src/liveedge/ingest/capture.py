"""When a picture was taken: RTCP sender reports where they can be believed, arrival otherwise."""

from typing import Final, Protocol

_EARLIEST_US: Final = -100_000
_LATEST_US: Final = 5_000_000
"""A camera whose pictures seem to take longer than this, or to arrive before they were taken by
more than `_EARLIEST_US`, has a clock that is wrong rather than a network that is slow."""


class CaptureTimes(Protocol):
    """Says when the pictures of a stream were taken."""

    def restart(self) -> None:
        """The next picture comes from a new session."""
        ...

    def sender_report(self, unix_us: int, rtp_time: int) -> None:
        """The source's own clock."""
        ...

    def capture(self, rtp_time: int, arrival_us: int) -> tuple[int, bool]:
        """Unix microseconds at which a picture was taken, and whether the camera said so."""
        ...


class CaptureClock:
    """Maps RTP timestamps to Unix time (RFC 3550 §6.4.1).

    Cameras' clocks are often wrong by seconds or years. A sender report is believed only if it
    puts the newest picture's capture shortly before its arrival.
    """

    def __init__(self, clock_rate: int = 90_000) -> None:
        self._clock_rate = clock_rate
        self._report: tuple[int, int] = (0, 0)
        self._reported = False
        self._believed = False
        self._newest: tuple[int, int] | None = None

    def restart(self) -> None:
        """Forget the mapping: the next picture comes from a new session."""
        self._newest = None
        self._reported = self._believed = False

    def sender_report(self, unix_us: int, rtp_time: int) -> None:
        """Take the pair of clocks of a sender report."""
        self._report = unix_us, rtp_time
        self._reported = True
        if self._newest is not None:
            newest_rtp, arrival_us = self._newest
            self._believed = self._plausible(newest_rtp, arrival_us)

    def capture(self, rtp_time: int, arrival_us: int) -> tuple[int, bool]:
        """Unix microseconds at which a picture was taken, and whether the camera said so."""
        first = self._newest is None
        self._newest = rtp_time, arrival_us
        if not self._reported:
            return arrival_us, False
        if first:
            self._believed = self._plausible(rtp_time, arrival_us)
        if self._believed:
            capture_us = self._mapped(rtp_time)
            # RTP time may have jumped ahead; how far, the next report says.
            if capture_us <= arrival_us - _EARLIEST_US:
                return capture_us, True
        return arrival_us, False

    def _plausible(self, rtp_time: int, arrival_us: int) -> bool:
        return _EARLIEST_US <= arrival_us - self._mapped(rtp_time) <= _LATEST_US

    def _mapped(self, rtp_time: int) -> int:
        unix_us, report_rtp = self._report
        ticks = (rtp_time - report_rtp + 0x80000000 & 0xFFFFFFFF) - 0x80000000
        return unix_us + ticks * 1_000_000 // self._clock_rate
