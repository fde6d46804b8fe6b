"""The camera's RTP streams: what is coded to packets, and their RTCP (RFC 3550 §6).

One SSRC, one sequence and one timestamp a track serve all clients, each of which has a session of
its own. So a packet is made once, and a client costs a write.
"""

import secrets
import struct
from typing import Final

from liveedge.camera.codecs import H264, Codec
from liveedge.camera.moments import Moment
from liveedge.camera.sound_codecs import SoundCodec
from liveedge.rtsp.rtcp import SenderReport, encode_sender_report, ntp_time

PAYLOAD_TYPE = 96
"""Of the pictures."""
CLOCK_RATE = 90_000

_HEADER = struct.Struct("!BBHII")
_VERSION = 0x80
_MARKER = 0x80
_BYE = struct.Struct("!BBHI")
_MASK = 0xFFFFFFFF
_RUN_AWAY: Final = 0.5e-3
"""Seconds by which the two clocks of the machine may part before sound is stamped anew."""


class RtpStream:
    """Numbers, stamps and counts the packets of one track."""

    def __init__(
        self,
        payload_type: int,
        clock_rate: int,
        origin: float,
        cname: str,
        overflow_in: float | None = None,
    ) -> None:
        """`origin` is a monotonic time in the past from which RTP time is counted.

        RTP time overflows its 32 bits `overflow_in` seconds after that; None leaves it to chance.
        """
        self._payload_type = payload_type
        self._clock_rate = clock_rate
        self._origin = origin
        self._cname = cname
        # RFC 3550 §5.1: where a stream begins is chosen at random.
        self.ssrc = secrets.randbits(32)
        self._sequence = secrets.randbits(16)
        self._offset = secrets.randbits(32)
        if overflow_in is not None:
            self._offset = -round(overflow_in * clock_rate) & _MASK
        self._packets = 0
        self._octets = 0

    def rtp_time(self, monotonic: float) -> int:
        """Return the RTP timestamp of a moment, 32 bits in units of the clock rate."""
        return self._offset + self._ticks(monotonic) & _MASK

    def shift(self, seconds: float) -> None:
        """Let RTP time jump, as a camera does whose clock is set."""
        self._offset = self._offset + round(seconds * self._clock_rate) & _MASK

    def _ticks(self, monotonic: float) -> int:
        return round((monotonic - self._origin) * self._clock_rate)

    def _packets_of(self, payloads: list[bytes], ticks: int, *, marked: bool) -> list[bytes]:
        """Return packets of one timestamp; the last one has the marker bit if they are `marked`."""
        timestamp, sequence = self._offset + ticks & _MASK, self._sequence
        last = len(payloads) - 1 if marked else -1
        packets = [
            _HEADER.pack(
                _VERSION,
                self._payload_type | (_MARKER if place == last else 0),
                sequence + place & 0xFFFF,
                timestamp,
                self.ssrc,
            )
            + payload
            for place, payload in enumerate(payloads)
        ]
        self._sequence = sequence + len(packets) & 0xFFFF
        self._packets += len(packets)
        self._octets += sum(map(len, payloads))
        return packets

    def sender_report(self, moment: Moment) -> bytes:
        """Return SR and SDES (RFC 3550 §6.4.1, §6.5)."""
        report = SenderReport(
            self.ssrc,
            ntp_time(moment.wall),
            self.rtp_time(moment.monotonic),
            self._packets,
            self._octets,
        )
        return encode_sender_report(report, self._cname)

    def goodbye(self, moment: Moment) -> bytes:
        """Return the report that ends the stream: SR, SDES and BYE (RFC 3550 §6.6)."""
        return self.sender_report(moment) + _BYE.pack(_VERSION | 1, 203, 1, self.ssrc)


class PictureStream(RtpStream):
    """Pictures, stamped with the moment at which each was taken."""

    def __init__(
        self, origin: float, cname: str, overflow_in: float | None = None, codec: Codec = H264
    ) -> None:
        super().__init__(PAYLOAD_TYPE, CLOCK_RATE, origin, cname, overflow_in)
        self.codec = codec

    def packetize(self, nals: list[bytes], captured: float) -> list[bytes]:
        """Return the packets of one access unit; the last one has the marker bit."""
        payloads = [payload for nal in nals for payload in self.codec.payloads_of(nal)]
        return self._packets_of(payloads, self._ticks(captured), marked=True)


class SoundStream(RtpStream):
    """Sound, stamped with the moment at which each unit begins to sound."""

    def __init__(
        self, codec: SoundCodec, origin: float, cname: str, overflow_in: float | None = None
    ) -> None:
        super().__init__(codec.payload_type, codec.rate, origin, cname, overflow_in)
        self._codec = codec
        self._last: tuple[int, int] | None = None
        """Index and ticks of the newest unit."""

    def packetize(self, unit: bytes, index: int, begins: float) -> list[bytes]:
        """Return the packet of a unit that begins to sound at a monotonic time.

        From one unit to the next RTP time rises by just its duration; only what has run away from
        the clock is stamped anew.
        """
        ticks = self._ticks(begins)
        if self._last is not None:
            last_index, last_ticks = self._last
            exact = last_ticks + (index - last_index) * self._codec.duration
            if abs(ticks - exact) <= _RUN_AWAY * self._codec.rate:
                ticks = exact
        self._last = index, ticks
        return self._packets_of([self._codec.payload_of(unit)], ticks, marked=self._codec.marked)
