"""The camera's RTP stream: access units to packets, and its RTCP (RFC 3550 §6).

One SSRC, one sequence and one timestamp serve all clients, each of which has a session of its own.
So a packet is made once, and a client costs a write.
"""

import secrets
import struct

from liveedge.camera.codecs import H264, Codec
from liveedge.rtsp.rtcp import SenderReport, encode_sender_report, ntp_time

PAYLOAD_TYPE = 96
CLOCK_RATE = 90_000

_HEADER = struct.Struct("!BBHII")
_VERSION = 0x80
_MARKER = 0x80
_BYE = struct.Struct("!BBHI")
_MASK = 0xFFFFFFFF


class RtpStream:
    """Numbers, stamps and counts the packets of one video track."""

    def __init__(
        self, origin: float, cname: str, overflow_in: float | None = None, codec: Codec = H264
    ) -> None:
        """`origin` is a monotonic time in the past from which RTP time is counted.

        RTP time overflows its 32 bits `overflow_in` seconds after that; None leaves it to chance.
        """
        self.codec = codec
        self._origin = origin
        self._cname = cname
        # RFC 3550 §5.1: where a stream begins is chosen at random.
        self.ssrc = secrets.randbits(32)
        self._sequence = secrets.randbits(16)
        self._offset = secrets.randbits(32)
        if overflow_in is not None:
            self._offset = -round(overflow_in * CLOCK_RATE) & _MASK
        self._packets = 0
        self._octets = 0

    def rtp_time(self, monotonic: float) -> int:
        """Return the RTP timestamp of a moment, 32 bits at 90 kHz."""
        return (self._offset + round((monotonic - self._origin) * CLOCK_RATE)) & _MASK

    def shift(self, seconds: float) -> None:
        """Let RTP time jump, as a camera does whose clock is set."""
        self._offset = self._offset + round(seconds * CLOCK_RATE) & _MASK

    def packetize(self, nals: list[bytes], captured: float) -> list[bytes]:
        """Return the packets of one access unit; the last one has the marker bit."""
        payloads = [payload for nal in nals for payload in self.codec.payloads_of(nal)]
        timestamp, sequence, last = self.rtp_time(captured), self._sequence, len(payloads) - 1
        packets = [
            _HEADER.pack(
                _VERSION,
                PAYLOAD_TYPE | (_MARKER if place == last else 0),
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

    def sender_report(self, monotonic: float, wall: float) -> bytes:
        """Return SR and SDES (RFC 3550 §6.4.1, §6.5); both times are those of one moment."""
        report = SenderReport(
            self.ssrc, ntp_time(wall), self.rtp_time(monotonic), self._packets, self._octets
        )
        return encode_sender_report(report, self._cname)

    def goodbye(self, monotonic: float, wall: float) -> bytes:
        """Return the report that ends the stream: SR, SDES and BYE (RFC 3550 §6.6)."""
        return self.sender_report(monotonic, wall) + _BYE.pack(_VERSION | 1, 203, 1, self.ssrc)
