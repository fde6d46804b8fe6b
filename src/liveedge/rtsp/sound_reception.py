"""The audio track beside the video as it comes in. No I/O, and no end of the video with it."""

import secrets
from typing import Protocol

from liveedge.media.audio import AudioUnit
from liveedge.rtsp.audio import AudioTrack
from liveedge.rtsp.framing import FrameSink
from liveedge.rtsp.rtcp import SenderReport, encode_receiver_report, parse_compound
from liveedge.rtsp.rtp import RtpReceiver


class SoundHandler(Protocol):
    """Takes the sound that a camera sends, inside the data callback; none of these may block."""

    def begins(self, track: AudioTrack) -> None:
        """The camera agreed to send this; called once, before anything else."""
        ...

    def unit(self, unit: AudioUnit) -> None:
        """As much as a decoder takes at once."""
        ...

    def sender_report(self, unix_us: int, rtp_time: int) -> None:
        """The camera's wall clock in microseconds since 1970, at this RTP time of the track."""
        ...


class SoundReception:
    """Hands the sound of one track to a handler."""

    def __init__(self, track: AudioTrack, handler: SoundHandler) -> None:
        self._handler = handler
        self._ssrc = secrets.randbits(32)
        self._cname = f"{self._ssrc:08x}"
        self.receiver = RtpReceiver(
            track.depacketizer(handler.unit), track.payload_type, track.clock_rate
        )
        handler.begins(track)

    @property
    def take_packet(self) -> FrameSink:
        """Takes an RTP packet."""
        return self.receiver.push

    def take_reports(self, data: bytes, start: int, end: int, arrival: float) -> None:
        """Take an RTCP packet. That the sound ends is no end of the video."""
        receiver = self.receiver
        for report in parse_compound(data[start:end]) or ():
            if isinstance(report, SenderReport) and receiver.ssrc in (report.ssrc, None):
                receiver.sender_report(report, arrival)
                if report.ntp:
                    self._handler.sender_report(report.unix_us, report.rtp_time)

    def receiver_report(self, now: float) -> bytes:
        """Return the RTCP packet that is due."""
        return encode_receiver_report(self._ssrc, self._cname, self.receiver.report(now))
