"""RTCP compound packets (RFC 3550 §6): what a camera reports, and what we report to it."""

from dataclasses import dataclass
from struct import Struct

MAX_PACKETS = 64
"""Packets in one compound; cameras send two or three."""

_SENDER_REPORT = 200
_RECEIVER_REPORT = 201
_SOURCE_DESCRIPTION = 202
_BYE = 203
_CNAME = 1

_HEADER = Struct("!BBH")
_SENDER_INFO = Struct("!IIIIII")
_REPORT_BLOCK = Struct("!IIIIII")
_SSRC = Struct("!I")

_NTP_TO_UNIX = 2_208_988_800
"""Seconds from 1900 to 1970."""


@dataclass(frozen=True, slots=True)
class SenderReport:
    """The camera's clock beside its RTP clock (RFC 3550 §6.4.1)."""

    ssrc: int
    ntp: int
    """64 bits, the upper half seconds since 1900; 0 if the camera has no clock."""
    rtp_time: int
    packets: int
    octets: int

    @property
    def unix_us(self) -> int:
        """The wall clock in microseconds since 1970."""
        seconds, fraction = self.ntp >> 32, self.ntp & 0xFFFFFFFF
        if not seconds & 0x80000000:
            # RFC 4330 §3: without the top bit, the time lies in the era that begins in 2036.
            seconds += 1 << 32
        return (seconds - _NTP_TO_UNIX) * 1_000_000 + (fraction * 1_000_000 >> 32)


@dataclass(frozen=True, slots=True)
class Bye:
    """These sources end (RFC 3550 §6.6)."""

    sources: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ReceptionReport:
    """What arrived of one source (a report block, RFC 3550 §6.4.1)."""

    ssrc: int
    fraction_lost: int
    """Of the packets since the last report, in 1/256."""
    cumulative_lost: int
    highest_sequence: int
    """Extended: the lower 16 bits are the sequence number, the upper ones count its cycles."""
    jitter: int
    """In units of the RTP clock."""
    last_sender_report: int = 0
    """The middle 32 of the 64 bits of the last sender report's NTP time, 0 if there was none."""
    delay: int = 0
    """Since that report, in 1/65536 s."""


def parse_compound(data: bytes) -> list[SenderReport | Bye] | None:
    """Read the sender reports and BYEs of a compound packet; None if it is malformed.

    Other packet types are passed over, and so is what stands behind the first malformed packet:
    reports are hints, and a stream does not stop for a broken one.
    """
    found: list[SenderReport | Bye] = []
    position = 0
    for _ in range(MAX_PACKETS):
        if position == len(data):
            return found
        if position + _HEADER.size > len(data):
            return found or None
        first, kind, words = _HEADER.unpack_from(data, position)
        end = position + 4 * (words + 1)
        if first >> 6 != 2 or end > len(data):
            return found or None
        count, body = first & 0x1F, position + _HEADER.size
        if kind == _SENDER_REPORT and end - body >= _SENDER_INFO.size:
            ssrc, high, low, rtp_time, packets, octets = _SENDER_INFO.unpack_from(data, body)
            found.append(SenderReport(ssrc, high << 32 | low, rtp_time, packets, octets))
        elif kind == _BYE and end - body >= 4 * count:
            sources = (_SSRC.unpack_from(data, body + 4 * i)[0] for i in range(count))
            found.append(Bye(tuple(sources)))
        position = end
    return found


def encode_receiver_report(ssrc: int, cname: str, report: ReceptionReport | None) -> bytes:
    """Return a compound of a receiver report and our CNAME (RFC 3550 §6.4.2 and §6.5.1)."""
    blocks = b"" if report is None else _report_block(report)
    head = _HEADER.pack(0x80 | bool(blocks), _RECEIVER_REPORT, 1 + len(blocks) // 4)
    return head + _SSRC.pack(ssrc) + blocks + _source_description(ssrc, cname)


def encode_sender_report(report: SenderReport, cname: str) -> bytes:
    """Return a compound of a sender report and the sender's CNAME (RFC 3550 §6.4.1)."""
    head = _HEADER.pack(0x80, _SENDER_REPORT, 6)
    info = _SENDER_INFO.pack(
        report.ssrc,
        report.ntp >> 32,
        report.ntp & 0xFFFFFFFF,
        report.rtp_time,
        report.packets & 0xFFFFFFFF,
        report.octets & 0xFFFFFFFF,
    )
    return head + info + _source_description(report.ssrc, cname)


def ntp_time(unix_seconds: float) -> int:
    """Return a wall-clock time as the 64 bits of NTP (RFC 3550 §4)."""
    return round((unix_seconds + _NTP_TO_UNIX) * (1 << 32)) & 0xFFFFFFFFFFFFFFFF


def _report_block(report: ReceptionReport) -> bytes:
    # 24 bits, signed: duplicates can make more arrive than was sent.
    lost = max(-0x800000, min(report.cumulative_lost, 0x7FFFFF)) & 0xFFFFFF
    return _REPORT_BLOCK.pack(
        report.ssrc,
        min(report.fraction_lost, 255) << 24 | lost,
        report.highest_sequence & 0xFFFFFFFF,
        min(report.jitter, 0xFFFFFFFF),
        report.last_sender_report,
        min(report.delay, 0xFFFFFFFF),
    )


def _source_description(ssrc: int, cname: str) -> bytes:
    name = cname.encode()[:255]
    items = bytes([_CNAME, len(name)]) + name
    # A chunk ends with one to four zeros, on a word's border.
    items += bytes(4 - len(items) % 4)
    return _HEADER.pack(0x81, _SOURCE_DESCRIPTION, 1 + len(items) // 4) + _SSRC.pack(ssrc) + items
