"""What every kind of source has in common: it delivers access units until it fails."""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from liveedge.media.access_unit import AccessUnit
from liveedge.rtsp.sound_reception import SoundHandler
from liveedge.rtsp.video import VideoDescription
from liveedge.workers.cost import Cost

__all__ = [
    "Audible",
    "Costed",
    "Measured",
    "MediaSink",
    "SoundHandler",
    "Source",
    "SourceFactory",
    "SourceStats",
    "VideoDescription",
]


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


@runtime_checkable
class Audible(Protocol):
    """A sink that wants the sound beside the pictures."""

    @property
    def sound(self) -> SoundHandler:
        """What takes it."""
        ...


class SourceStats(Protocol):
    """What has come from a source so far."""

    @property
    def bytes(self) -> int:
        """Everything that was read, not only video."""
        ...

    @property
    def packets(self) -> int:
        """Packets of video."""
        ...

    @property
    def lost(self) -> int:
        """Packets of video that are missing."""
        ...

    @property
    def damaged(self) -> int:
        """Pictures dropped because a part of them is missing."""
        ...

    @property
    def skipped(self) -> int:
        """Whole pictures dropped because they depend on one that is missing."""
        ...


@runtime_checkable
class Measured(Protocol):
    """A source that counts what comes; health tells more of its stream."""

    @property
    def stats(self) -> SourceStats:
        """Figures so far."""
        ...


@runtime_checkable
class Costed(Protocol):
    """A source factory that may have a worker at work."""

    @property
    def cost(self) -> Cost | None:
        """What that takes; None if it never has one."""
        ...


SourceFactory = Callable[[MediaSink], Source]
