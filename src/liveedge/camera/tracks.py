"""The camera's tracks, as an RTSP server offers them: one RTP stream, and who plays it."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from liveedge.camera.capture import CodedPicture
from liveedge.camera.microphone import Microphone
from liveedge.camera.moments import Moment, now
from liveedge.camera.rtp import PictureStream, RtpStream, SoundStream
from liveedge.camera.sound import Sound
from liveedge.camera.tamper import Tamper
from liveedge.clock import Clock
from liveedge.rtsp.server_audience import Audience, Listener

Stream = TypeVar("Stream", bound=RtpStream)
Begin = Callable[[float | None], Stream]
"""Makes a stream whose RTP time overflows after so many seconds, or at chance."""


class Work(Protocol):
    """What makes the contents of a track, while somebody plays it."""

    def resume(self) -> None:
        """Make some from now on."""
        ...

    def pause(self) -> None:
        """Make no more."""
        ...


class Track(ABC, Generic[Stream]):
    """One medium (`liveedge.rtsp.server_session.Track`)."""

    def __init__(
        self, control: str, begin: Begin[Stream], clock: Clock, tamper: Tamper, work: Work
    ) -> None:
        self.control = control
        """Its control URL, relative to that of the camera."""
        self.audience = Audience()
        self.stream: Stream = begin(None)
        self.joined_at: float | None = None
        """When a client last began to play, monotonic."""
        self._begin = begin
        self._clock = clock
        self._tamper = tamper
        self._work = work

    @property
    def ssrc(self) -> int:
        """The SSRC of its packets."""
        return self.stream.ssrc

    @abstractmethod
    def rtp_time(self) -> int:
        """Return an RTP timestamp that no packet is older than which is sent from now on."""

    def join(self, listener: Listener) -> None:
        """Send to a client from now on, a sender report first."""
        moment = now(self._clock)
        self.joined_at = moment.monotonic
        listener.send_report(self.stream.sender_report(moment))
        self.audience.add(listener)
        self._work.resume()

    def leave(self, listener: Listener) -> None:
        """Send to a client no longer; make nothing once nobody is left."""
        self.audience.remove(listener)
        if not self.audience:
            self._work.pause()

    def begin_stream(self, overflow_in: float | None = None) -> None:
        """Number and stamp packets anew, as after a reboot."""
        self.stream = self._begin(overflow_in)

    def report(self, moment: Moment) -> None:
        """Tell everybody what time it is."""
        if self.audience:
            self.audience.send_report(self.stream.sender_report(moment))

    def end(self, moment: Moment) -> None:
        """Say good-bye."""
        self.audience.send_report(self.stream.goodbye(moment))


class PictureTrack(Track[PictureStream]):
    """The pictures."""

    _latest = 0.0

    def rtp_time(self) -> int:
        """Return the RTP timestamp of the newest picture, or of now if none is being taken."""
        return self.stream.rtp_time(self._latest if self.audience else self._clock.monotonic())

    def send(self, coded: CodedPicture) -> None:
        """Send one picture to everybody."""
        self._latest = coded.captured
        packets = self._tamper.packetize(self.stream, coded.nals, coded.captured)
        self.audience.send_access_unit(packets, self._clock.monotonic(), sync=coded.sync)


class SoundTrack(Track[SoundStream]):
    """The sound."""

    def __init__(
        self, sound: Sound, control: str, begin: Begin[SoundStream], clock: Clock, tamper: Tamper
    ) -> None:
        self.microphone = Microphone(sound, clock, self.send)
        super().__init__(control, begin, clock, tamper, self.microphone)
        self._sound = sound
        self._latest: float | None = None

    def rtp_time(self) -> int:
        """Return the RTP timestamp of the newest unit, or of one that is complete now."""
        if self.audience and self._latest is not None:
            return self.stream.rtp_time(self._latest)
        moment = now(self._clock)
        newest = self._sound.newest(moment.wall)
        return self.stream.rtp_time(self._sound.begins(newest) - moment.offset)

    def send(self, unit: bytes, index: int, begins: float) -> None:
        """Send a unit of sound to everybody; `begins` is when it begins to sound, monotonic."""
        self._latest = begins
        packets = self._tamper.lose(self.stream.packetize(unit, index, begins))
        self.audience.send_access_unit(packets, self._clock.monotonic(), sync=True)
