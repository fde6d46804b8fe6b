import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveedge.rtsp.rtcp import (
    Bye,
    ReceptionReport,
    SenderReport,
    encode_receiver_report,
    encode_sender_report,
    ntp_time,
    parse_compound,
)

u32 = st.integers(0, 2**32 - 1)
REPORT = SenderReport(0x1234, ntp_time(1_700_000_000.25), 90000, 10, 2000)


@given(
    st.builds(SenderReport, u32, st.integers(0, 2**64 - 1), u32, u32, u32), st.text(max_size=300)
)
def test_sender_report_round_trip(report: SenderReport, cname: str) -> None:
    encoded = encode_sender_report(report, cname)
    assert len(encoded) % 4 == 0
    assert parse_compound(encoded) == [report]


def test_ntp_time_becomes_unix_microseconds() -> None:
    assert REPORT.unix_us == 1_700_000_000_250_000


def test_ntp_time_without_its_top_bit_lies_behind_2036() -> None:
    # 7 February 2036, 06:28:16 UTC is the beginning of NTP's second era.
    assert SenderReport(1, 0, 0, 0, 0).unix_us == 2_085_978_496_000_000


def test_a_camera_clock_that_counts_from_1970_is_old_but_right() -> None:
    assert SenderReport(1, ntp_time(12.5), 0, 0, 0).unix_us == 12_500_000


def test_a_receiver_report_has_the_layout_of_rfc_3550() -> None:
    report = ReceptionReport(0xAABBCCDD, 25, 3, 0x1_0007, 90, 0x2222_3333, 65536)
    encoded = encode_receiver_report(0x01020304, "me", report)
    assert encoded[:8] == bytes.fromhex("81c90007 01020304")
    assert struct.unpack("!IIIIII", encoded[8:32]) == (
        0xAABBCCDD, 25 << 24 | 3, 0x1_0007, 90, 0x2222_3333, 65536,
    )  # fmt: skip
    assert encoded[32:] == bytes.fromhex("81ca0003 01020304 01 02") + b"me" + bytes(4)


def test_a_receiver_report_may_have_nothing_to_report() -> None:
    encoded = encode_receiver_report(1, "m", None)
    assert encoded[:8] == bytes.fromhex("80c90001 00000001")
    assert parse_compound(encoded) == []


@given(
    st.builds(
        ReceptionReport,
        u32,
        st.integers(0, 256),
        st.integers(-(2**30), 2**40),
        st.integers(0, 2**40),
        st.integers(0, 2**40),
        u32,
        st.integers(0, 2**40),
    ),
    st.text(max_size=300),
)
def test_any_figures_fit_into_a_receiver_report(report: ReceptionReport, cname: str) -> None:
    encoded = encode_receiver_report(7, cname, report)
    assert len(encoded) % 4 == 0
    assert parse_compound(encoded) == []


def test_a_compound_is_read_to_its_end() -> None:
    bye = struct.pack("!BBHII", 0x82, 203, 2, 0x1234, 0x5678)
    application = struct.pack("!BBHI4s", 0x80, 204, 2, 1, b"name")
    assert parse_compound(encode_sender_report(REPORT, "cam") + application + bye) == [
        REPORT,
        Bye((0x1234, 0x5678)),
    ]


@pytest.mark.parametrize("size", [0, 1, 4, 20, 27])
def test_what_is_cut_short_is_no_report(size: int) -> None:
    cut = encode_sender_report(REPORT, "cam")[:size]
    assert not parse_compound(cut)


def test_what_stands_before_a_malformed_packet_counts() -> None:
    assert parse_compound(encode_sender_report(REPORT, "cam") + b"\0\0\0\0") == [REPORT]


def test_a_sender_report_too_short_for_its_fields_is_passed_over() -> None:
    assert parse_compound(struct.pack("!BBHI", 0x80, 200, 1, 1)) == []
    assert parse_compound(struct.pack("!BBH", 0x9F, 203, 0)) == []


@given(st.binary(max_size=400))
def test_any_bytes_are_read_without_an_error(data: bytes) -> None:
    parse_compound(data)


@given(st.lists(st.tuples(st.integers(0, 31), st.integers(199, 205), st.binary(max_size=40))))
def test_any_packets_are_read_without_an_error(packets: list[tuple[int, int, bytes]]) -> None:
    data = b"".join(
        struct.pack("!BBH", 0x80 | count, kind, len(body) // 4) + body[: len(body) // 4 * 4]
        for count, kind, body in packets
    )
    assert parse_compound(data) is not None or not packets or len(packets) > 64
