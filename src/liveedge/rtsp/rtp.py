"""Reception of one RTP stream (RFC 3550 §5.1, Appendix A): headers, sequence, jitter.

One call a packet, at up to some thousand packets a second: attributes and branches are counted.
"""

from struct import Struct
from typing import Protocol

from liveedge.rtsp.rtcp import ReceptionReport, SenderReport

MAX_DROPOUT = 3000
"""Packets; a larger step forward is another sequence, not a gap (RFC 3550 §A.1)."""
MAX_MISORDER = 100
SOURCE_SILENCE = 1.0
"""Seconds of silence after which another synchronisation source may take over. Servers that lost
track of an old session mix its packets into the new one's channel."""

# The last two fields, timestamp and source, are the same in all packets of a picture.
_HEADER = Struct("!BBH8s")
_TIMESTAMP_AND_SOURCE = Struct("!II")
_unpack = _HEADER.unpack_from
_HEADER_SIZE = _HEADER.size
_PLAIN = 0x80
"""First octet of a header: version 2, without padding, extension and contributing sources."""


class Depacketizer(Protocol):
    """Makes access units out of RTP payloads; one a codec."""

    def push(
        self, data: bytes, start: int, end: int, timestamp: int, marker: int, arrival: float
    ) -> None:
        """Take one payload, `data[start:end]`, never empty; `marker` is 0 or not."""
        ...

    def gap(self) -> None:
        """Note that packets are missing before the next one."""
        ...


class RtpReceiver:
    """Follows one synchronisation source and hands its payloads to a depacketizer, in order.

    Never raises by itself: what is malformed, foreign or repeated is counted and passed over.
    """

    def __init__(self, depacketizer: Depacketizer, payload_type: int, clock_rate: int) -> None:
        self.ssrc: int | None = None
        """The source that is followed, None before the first packet."""
        self.lost = 0
        """Packets that never came; over TCP, those that the camera left out."""
        self.duplicates = 0
        self.malformed = 0
        self.foreign = 0
        """Packets of other payload types or sources."""
        self._depacketizer = depacketizer
        self._push = depacketizer.push
        self._payload_type = payload_type
        self._clock_rate = clock_rate
        self._first = 0
        self._next = 0
        """Extended sequence number (RFC 3550 §6.4.1) of the next packet."""
        self._missing = 0
        """Of this source, between the two above."""
        self._earlier_packets = 0
        """Of sources and sequences before this one."""
        self._bad_sequence = -1
        self._timestamp_and_source = b""
        self._timestamp = -1
        self._arrival = 0.0
        self._transit = 0
        self._jitter = 0.0
        self._steady = 0
        """Packets since the last change of the transit time; the jitter decays with each."""
        self._reported = (0, 0)
        self._sender_report: SenderReport | None = None
        self._sender_report_arrival = 0.0

    @property
    def packets(self) -> int:
        """Packets taken so far, those of other payload types included."""
        return self._earlier_packets + self._next - self._first - self._missing

    @property
    def jitter(self) -> float:
        """Interarrival jitter in units of the RTP clock (RFC 3550 §6.4.1)."""
        return self._jitter * (15 / 16) ** self._steady

    def push(self, data: bytes, start: int, end: int, arrival: float) -> None:
        """Take the packet `data[start:end]` that came at `arrival` (monotonic seconds)."""
        payload = start + _HEADER_SIZE
        if payload > end:
            self.malformed += 1
            return
        first, second, sequence, timestamp_and_source = _unpack(data, start)
        if first != _PLAIN:
            payload, end = self._bounds(data, start, end)
            if payload < 0:
                self.malformed += 1
                return
        if (
            timestamp_and_source != self._timestamp_and_source
            or arrival != self._arrival
            or sequence != self._next & 0xFFFF
        ) and not self._turn(timestamp_and_source, sequence, arrival):
            return
        self._next += 1
        self._steady += 1
        if second & 0x7F != self._payload_type:
            self.foreign += 1
        elif payload < end:
            self._push(data, payload, end, self._timestamp, second & 0x80, arrival)

    def sender_report(self, report: SenderReport, arrival: float) -> None:
        """Remember what the next report says about this one (LSR, DLSR)."""
        self._sender_report = report
        self._sender_report_arrival = arrival

    def report(self, now: float) -> ReceptionReport | None:
        """Return what arrived, and since the last report (RFC 3550 §A.3); None before anything."""
        if self.ssrc is None:
            return None
        expected = self._next - self._first
        earlier_expected, earlier_missing = self._reported
        interval = expected - earlier_expected
        missing = self._missing - earlier_missing
        self._reported = (expected, self._missing)
        last, delay = 0, 0
        if self._sender_report is not None:
            last = self._sender_report.ntp >> 16 & 0xFFFFFFFF
            delay = round((now - self._sender_report_arrival) * 65536)
        return ReceptionReport(
            self.ssrc,
            fraction_lost=missing * 256 // interval if interval > 0 else 0,
            cumulative_lost=self._missing,
            highest_sequence=self._next - 1,
            jitter=int(self.jitter),
            last_sender_report=last,
            delay=max(0, delay),
        )

    def _turn(self, timestamp_and_source: bytes, sequence: int, arrival: float) -> bool:
        """Take what changes from the packet before; return whether this one is wanted."""
        timestamp, ssrc = _TIMESTAMP_AND_SOURCE.unpack(timestamp_and_source)
        if ssrc != self.ssrc and not self._take_source(ssrc, sequence, arrival):
            return False
        if sequence != self._next & 0xFFFF and not self._resequence(sequence):
            return False
        self._update_jitter(timestamp, arrival)
        self._timestamp_and_source = timestamp_and_source
        return True

    def _bounds(self, data: bytes, start: int, end: int) -> tuple[int, int]:
        """Return where the payload begins and ends (RFC 3550 §5.1); -1 if the header is wrong."""
        first = data[start]
        if first >> 6 != 2:
            return -1, end
        payload = start + _HEADER_SIZE + 4 * (first & 0x0F)
        if first & 0x10:
            if payload + 4 > end:
                return -1, end
            payload += 4 + 4 * (data[payload + 2] << 8 | data[payload + 3])
        if first & 0x20:
            padding = data[end - 1]
            if padding == 0:
                return -1, end
            end -= padding
        return (payload, end) if payload <= end else (-1, end)

    def _take_source(self, ssrc: int, sequence: int, arrival: float) -> bool:
        """Return whether to follow this source from now on, in the place of the present one."""
        if self.ssrc is not None:
            if arrival - self._arrival < SOURCE_SILENCE:
                self.foreign += 1
                return False
            self._depacketizer.gap()
        self.ssrc = ssrc
        self._sender_report = None
        self._restart(sequence)
        return True

    def _resequence(self, sequence: int) -> bool:
        """Return whether to take a packet out of sequence (RFC 3550 §A.1)."""
        ahead = sequence - self._next & 0xFFFF
        if ahead < MAX_DROPOUT:
            self.lost += ahead
            self._missing += ahead
            self._next += ahead
        elif ahead > 0xFFFF - MAX_MISORDER:
            self.duplicates += 1
            return False
        elif sequence != self._bad_sequence:
            # Two in a row make a new sequence; a single one is an accident.
            self._bad_sequence = sequence + 1 & 0xFFFF
            self.foreign += 1
            return False
        else:
            self._restart(sequence)
        self._depacketizer.gap()
        return True

    def _restart(self, sequence: int) -> None:
        self._earlier_packets = self.packets
        self._first = self._next = sequence
        self._missing = 0
        self._bad_sequence = -1
        self._reported = (0, 0)
        self._timestamp = -1
        self._arrival = 0.0
        self._steady = 0
        self._jitter = 0.0

    def _update_jitter(self, timestamp: int, arrival: float) -> None:
        """Count in this packet's transit time, and the steady ones before it (RFC 3550 §A.8)."""
        transit = int(arrival * self._clock_rate) - timestamp & 0xFFFFFFFF
        if self._timestamp >= 0:
            difference = transit - self._transit & 0xFFFFFFFF
            if difference > 0x80000000:
                difference = 0x100000000 - difference
            jitter = self.jitter if self._steady else self._jitter
            self._jitter = jitter + (difference - jitter) / 16
        # This packet is counted; `push` adds one for each.
        self._steady = -1
        self._transit = transit
        self._timestamp = timestamp
        self._arrival = arrival
