"""One video track as it comes in: pictures and reports in, receiver reports out. No I/O."""

import secrets
from dataclasses import dataclass
from typing import Protocol

from liveedge.config.rtsp import OnLoss
from liveedge.errors import Reason, SourceError
from liveedge.media.access_unit import AccessUnit
from liveedge.rtsp.deadlines import Progress
from liveedge.rtsp.framing import FrameSink
from liveedge.rtsp.rtcp import SenderReport, encode_receiver_report, parse_compound
from liveedge.rtsp.rtp import RtpReceiver
from liveedge.rtsp.video import VideoDescription, VideoTrack


class MediaHandler(Protocol):
    """Takes what a camera sends, inside the data callback; none of these may block."""

    def playing(self, video: VideoDescription) -> None:
        """The camera agreed to play; called once, before anything else."""
        ...

    def access_unit(self, unit: AccessUnit) -> None:
        """One picture, as soon as its last octet has come."""
        ...

    def sender_report(self, unix_us: int, rtp_time: int) -> None:
        """The camera's wall clock in microseconds since 1970, at this RTP time."""
        ...


@dataclass(frozen=True, slots=True)
class Stats:
    """What has come over a connection so far."""

    bytes: int = 0
    packets: int = 0
    """RTP packets of the source that is followed."""
    lost: int = 0
    duplicates: int = 0
    malformed: int = 0
    foreign: int = 0
    """Packets of other payload types, sources or hosts, and frames on channels that nobody asked
    for."""
    unknown: int = 0
    """Payloads that the codec's depacketizer does not know."""
    access_units: int = 0
    """Handed out."""
    damaged: int = 0
    """Pictures dropped because a part is missing."""
    skipped: int = 0
    """Whole pictures dropped because they depend on a missing one."""


class VideoReception:
    """Hands the pictures of one track to a handler, and knows how the track is doing."""

    def __init__(
        self,
        track: VideoTrack,
        handler: MediaHandler,
        now: float,
        *,
        ssrc: int | None = None,
        on_loss: OnLoss = OnLoss.SHOW,
    ) -> None:
        self.playing_since = now
        """Monotonic seconds; set anew when PLAY is answered."""
        self.depacketizer = track.codec.depacketizer(self._deliver)
        self.depacketizer.shows_damage = on_loss is OnLoss.SHOW and track.codec.mendable
        self.receiver = RtpReceiver(
            self.depacketizer, track.payload_type, track.description.clock_rate
        )
        self._description = track.description
        self._handler = handler
        self._announced = False
        self._ssrc = secrets.randbits(32) if ssrc is None else ssrc
        # RFC 7022 §4.2: a name for one session, that says nothing about this machine.
        self._cname = f"{self._ssrc:08x}"

    @property
    def progress(self) -> Progress:
        """What has come of the video."""
        depacketizer = self.depacketizer
        return Progress(self.playing_since, depacketizer.completed_at, depacketizer.emitted_at)

    def stats(self, octets: int, strays: int, duplicates: int = 0) -> Stats:
        """Figures so far, with those of the connection."""
        receiver, depacketizer = self.receiver, self.depacketizer
        return Stats(
            octets,
            receiver.packets,
            receiver.lost,
            receiver.duplicates + duplicates,
            receiver.malformed,
            receiver.foreign + strays,
            depacketizer.unknown,
            depacketizer.access_units,
            depacketizer.damaged,
            depacketizer.skipped,
        )

    @property
    def take_packet(self) -> FrameSink:
        """Takes an RTP packet."""
        return self.receiver.push

    def played(self, now: float) -> None:
        """Note that the camera agreed to play."""
        self.playing_since = now
        self._announce()

    def take_reports(self, data: bytes, start: int, end: int, arrival: float) -> None:
        """Take an RTCP packet; raise `SourceError` if the camera ends the track by it."""
        receiver = self.receiver
        for report in parse_compound(data[start:end]) or ():
            if not isinstance(report, SenderReport):
                if receiver.ssrc in report.sources:
                    raise SourceError(Reason.ENDED, "The camera ended its video.")
            elif receiver.ssrc in (report.ssrc, None):
                receiver.sender_report(report, arrival)
                # 0 says that the camera has no clock (RFC 3550 §6.4.1).
                if report.ntp:
                    self._announce()
                    self._handler.sender_report(report.unix_us, report.rtp_time)

    def receiver_report(self, now: float) -> bytes:
        """Return the RTCP packet that is due."""
        return encode_receiver_report(self._ssrc, self._cname, self.receiver.report(now))

    def _announce(self) -> None:
        if not self._announced:
            self._announced = True
            self._handler.playing(self._description)

    def _deliver(self, unit: AccessUnit) -> None:
        # Some cameras send before they answer PLAY.
        self._announce()
        self._handler.access_unit(unit)
