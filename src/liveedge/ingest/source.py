"""What every kind of source has in common: it delivers access units until it fails."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from liveedge.media.access_unit import AccessUnit


@dataclass(frozen=True, slots=True)
class VideoDescription:
    """The video that a source announces before its first picture."""

    codec: str
    clock_rate: int
    parameter_sets: tuple[bytes, ...] = ()


class MediaSink(Protocol):
    """Takes what a source delivers, in the call; none of these may block."""

    def playing(self, video: VideoDescription) -> None:
        """The source has agreed to send; pictures follow."""
        ...

    def access_unit(self, unit: AccessUnit) -> None:
        """One picture."""
        ...

    def sender_report(self, unix_us: int, rtp_time: int) -> None:
        """The source's own clock: this RTP time is that Unix time in microseconds."""
        ...


class Source(Protocol):
    """One attempt at a camera."""

    async def run_once(self) -> None:
        """Open, deliver, and raise `SourceError` when it is over."""
        ...


SourceFactory = Callable[[MediaSink], Source]
