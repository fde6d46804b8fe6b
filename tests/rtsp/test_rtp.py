import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveedge.rtsp.rtcp import SenderReport
from liveedge.rtsp.rtp import MAX_DROPOUT, SOURCE_SILENCE, RtpReceiver

SSRC = 0xDECAFBAD


class Recorder:
    """A depacketizer that keeps what it is given."""

    def __init__(self) -> None:
        self.events: list[Any] = []

    def push(
        self, data: bytes, start: int, end: int, timestamp: int, marker: int, arrival: float
    ) -> None:
        self.events.append((data[start:end], timestamp, bool(marker)))

    def gap(self) -> None:
        self.events.append("gap")


def packet(
    sequence: int,
    payload: bytes = b"x",
    *,
    timestamp: int = 0,
    marker: bool = False,
    ssrc: int = SSRC,
    payload_type: int = 96,
    first: int = 0x80,
) -> bytes:
    second = payload_type | 0x80 * marker
    return struct.pack("!BBHII", first, second, sequence & 0xFFFF, timestamp, ssrc) + payload


class Reception:
    def __init__(self) -> None:
        self.recorder = Recorder()
        self.receiver = RtpReceiver(self.recorder, 96, 90000)

    def push(self, *packets: bytes, arrival: float = 1.0) -> list[Any]:
        for data in packets:
            # Somewhere in a larger buffer, as in a connection's read.
            self.receiver.push(b"$$" + data + b"$$", 2, 2 + len(data), arrival)
        return self.recorder.events


def test_payload_timestamp_and_marker_are_handed_on() -> None:
    events = Reception().push(
        packet(7, b"abc", timestamp=3000), packet(8, b"d", timestamp=3000, marker=True)
    )
    assert events == [(b"abc", 3000, False), (b"d", 3000, True)]


def test_contributing_sources_extension_and_padding_are_taken_off() -> None:
    extended = bytes(2 * 4) + struct.pack("!HH", 0xBEDE, 1) + b"ext!" + b"payload" + b"\0\0\x03"
    events = Reception().push(packet(1, extended, first=0x80 | 0x20 | 0x10 | 2))
    assert events == [(b"payload", 0, False)]


@pytest.mark.parametrize(
    ("first", "payload"),
    [
        (0x00, b"version 0"),
        (0xC0, b"version 3"),
        (0x8F, b"fewer than 15 sources"),
        (0x90, b"ext"),
        (0x90, b"\0\0\0\x09more than there is"),
        (0xA0, b"padding of none\0"),
        (0xA0, b"too much\xff"),
    ],
)
def test_a_malformed_packet_is_counted_and_passed_over(first: int, payload: bytes) -> None:
    reception = Reception()
    assert reception.push(packet(1, payload, first=first)) == []
    assert reception.receiver.malformed == 1
    assert reception.push(packet(1, b"good")) == [(b"good", 0, False)]


def test_a_header_cut_short_is_malformed() -> None:
    reception = Reception()
    assert reception.push(packet(1, b"")[:11], b"") == []
    assert reception.receiver.malformed == 2


def test_an_empty_packet_counts_in_the_sequence() -> None:
    reception = Reception()
    events = reception.push(
        packet(1), packet(2, b""), packet(3, b"\0\0\x03", first=0xA0), packet(4)
    )
    assert len(events) == 2
    assert reception.receiver.packets == 4
    assert reception.receiver.lost == 0


def test_a_gap_is_told_before_the_packet_behind_it() -> None:
    reception = Reception()
    events = reception.push(packet(1, b"a"), packet(4, b"b"), packet(5, b"c"))
    assert [e if e == "gap" else e[0] for e in events] == [b"a", "gap", b"b", b"c"]
    assert reception.receiver.lost == 2
    assert reception.receiver.packets == 3


def test_duplicates_and_late_packets_are_dropped() -> None:
    reception = Reception()
    events = reception.push(packet(10), packet(11), packet(11), packet(9), packet(12))
    assert len(events) == 3
    assert reception.receiver.duplicates == 2
    assert reception.receiver.lost == 0


def test_the_sequence_number_wraps() -> None:
    reception = Reception()
    events = reception.push(packet(65534), packet(65535), packet(0), packet(2))
    assert [e for e in events if e == "gap"] == ["gap"]
    assert reception.receiver.lost == 1
    report = reception.receiver.report(2.0)
    assert report is not None
    assert report.highest_sequence == 65536 + 2


def test_a_single_wild_number_is_an_accident_and_two_in_a_row_a_new_sequence() -> None:
    reception = Reception()
    far = 100 + MAX_DROPOUT + 50
    events = reception.push(packet(100), packet(far), packet(101))
    assert "gap" not in events
    assert len(events) == 2
    assert reception.receiver.foreign == 1
    events = reception.push(packet(far), packet(far + 1), packet(far + 2))
    assert events[2] == "gap"
    assert len(events) == 5
    assert reception.receiver.packets == 4


def test_another_payload_type_is_foreign_but_in_sequence() -> None:
    reception = Reception()
    events = reception.push(packet(1), packet(2, payload_type=97), packet(3))
    assert len(events) == 2
    assert reception.receiver.foreign == 1
    assert reception.receiver.lost == 0


def test_a_second_source_waits_until_the_first_has_been_silent() -> None:
    reception = Reception()
    reception.push(packet(1), packet(900, b"stale", ssrc=5), packet(2), arrival=1.0)
    assert [e[0] for e in reception.recorder.events] == [b"x", b"x"]
    assert reception.receiver.foreign == 1
    reception.push(packet(500, b"new", ssrc=6), arrival=1.0 + SOURCE_SILENCE)
    assert reception.recorder.events[2:] == ["gap", (b"new", 0, False)]
    assert reception.receiver.ssrc == 6
    assert reception.receiver.packets == 3


def test_jitter_follows_the_formula_of_rfc_3550() -> None:
    reception = Reception()
    arrivals = [0.0, 0.010, 0.012, 0.012, 0.050, 0.093]
    timestamps = [0, 900, 1800, 1800, 1800, 5400]
    expected, transit = 0.0, 0
    for number, (arrival, timestamp) in enumerate(zip(arrivals, timestamps, strict=True)):
        reception.push(packet(number, timestamp=timestamp), arrival=arrival)
        before, transit = transit, int(arrival * 90000) - timestamp
        if number:
            expected += (abs(transit - before) - expected) / 16
    assert reception.receiver.jitter == pytest.approx(expected)


def test_a_report_says_what_was_lost_since_the_last_one() -> None:
    receiver = (reception := Reception()).receiver
    assert receiver.report(0.0) is None
    reception.push(packet(0), packet(1), packet(4))
    first = receiver.report(1.0)
    assert first is not None
    assert (first.ssrc, first.fraction_lost, first.cumulative_lost) == (SSRC, 2 * 256 // 5, 2)
    assert (first.last_sender_report, first.delay) == (0, 0)
    reception.push(packet(5), packet(6))
    receiver.sender_report(SenderReport(SSRC, 0x1111_2222_3333_4444, 0, 0, 0), 10.0)
    second = receiver.report(12.5)
    assert second is not None
    assert (second.fraction_lost, second.cumulative_lost) == (0, 2)
    assert second.last_sender_report == 0x2222_3333
    assert second.delay == int(2.5 * 65536)


@given(st.lists(st.integers(0, 9) | st.just(20000), min_size=1, max_size=60), st.integers(0, 65535))
def test_what_is_expected_is_what_came_and_what_is_lost(steps: list[int], start: int) -> None:
    reception = Reception()
    sequence = start
    for step in steps:
        reception.push(packet(sequence))
        sequence += step
    receiver = reception.receiver
    taken = sum(event != "gap" for event in reception.recorder.events)
    assert receiver.packets == taken
    assert taken + receiver.duplicates + receiver.foreign == len(steps)


@given(st.lists(st.binary(max_size=40)))
def test_any_bytes_are_taken_without_an_error(packets: list[bytes]) -> None:
    reception = Reception()
    reception.push(*packets, packet(1))
    assert reception.receiver.packets >= 0
    assert reception.receiver.jitter >= 0
