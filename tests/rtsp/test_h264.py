"""Payloads in, access units out. NAL units are written as their header and a few octets.

The octet behind the header of a slice begins with first_mb_in_slice: 0x80 is the first slice of
a picture, 0x40 a later one.
"""

import base64
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveedge.errors import LimitError, ProtocolError
from liveedge.media.access_unit import AccessUnit
from liveedge.rtsp.h264 import H264Depacketizer, parameter_sets
from liveedge.rtsp.pictures import (
    MAX_ACCESS_UNIT,
    MAX_NALS,
    MAX_PARAMETER_SET,
    MAX_PARAMETER_SETS,
)

IDR = b"\x65\x80idr"
IDR_2 = b"\x65\x40more of it"
P = b"\x41\x80p"
P_2 = b"\x41\x40more of it"
SPS, PPS, SEI, AUD, FILLER = b"\x67sps", b"\x68pps", b"\x06sei", b"\x09\xf0", b"\x0c\xff"


class Depacketizing:
    """A depacketizer with a clock that steps by one for each payload."""

    def __init__(self) -> None:
        self.units: list[AccessUnit] = []
        self.depacketizer = H264Depacketizer(self.units.append)
        self.now = 0.0

    def push(self, *payloads: bytes, at: int = 0, end: bool = False) -> list[AccessUnit]:
        """Push payloads of one timestamp, the marker on the last one if it is the `end`."""
        for number, payload in enumerate(payloads, 1):
            self.now += 1
            marker = 0x80 if end and number == len(payloads) else 0
            buffer = b"$$" + payload + b"$$"
            self.depacketizer.push(buffer, 2, 2 + len(payload), at, marker, self.now)
        return self.units

    def push_marked(self, *payloads: bytes, at: int) -> list[AccessUnit]:
        """Push payloads of one timestamp, each with a marker."""
        for payload in payloads:
            self.push(payload, at=at, end=True)
        return self.units


def fragments(nal: bytes, size: int) -> list[bytes]:
    indicator, kind = nal[0] & 0xE0 | 28, nal[0] & 0x1F
    parts = [nal[1:][i : i + size] for i in range(0, len(nal) - 1, size)]
    flags = [0] * len(parts)
    flags[0] |= 0x80
    flags[-1] |= 0x40
    return [bytes([indicator, flag | kind]) + p for flag, p in zip(flags, parts, strict=True)]


def stap_a(*nals: bytes) -> bytes:
    return b"\x78" + b"".join(len(nal).to_bytes(2, "big") + nal for nal in nals)


def nals(units: Iterable[AccessUnit]) -> list[list[bytes]]:
    return [unit.nals for unit in units]


def test_a_picture_leaves_at_its_marker() -> None:
    stream = Depacketizing()
    (unit,) = stream.push(IDR, at=3000, end=True)
    assert unit == AccessUnit([IDR], 3000, sync=True, arrival=1.0)
    stream.push(P, at=6000, end=True)
    assert stream.units[1] == AccessUnit([P], 6000, sync=False, arrival=2.0)


def test_nothing_leaves_before_the_first_sync_frame() -> None:
    stream = Depacketizing()
    stream.push(P, at=0, end=True)
    assert stream.depacketizer.completed_at == 1.0
    assert stream.depacketizer.emitted_at is None
    stream.push(P, at=1, end=True)
    stream.push(IDR, at=2, end=True)
    assert nals(stream.units) == [[IDR]]
    assert stream.depacketizer.skipped == 2
    assert stream.depacketizer.emitted_at == 3.0


def test_fragments_become_one_nal_unit() -> None:
    nal = IDR + bytes(range(256)) * 20
    (unit,) = Depacketizing().push(*fragments(nal, 1000), at=5, end=True)
    assert unit.nals == [nal]
    assert unit.arrival == 6.0


def test_a_nal_unit_in_one_fragment_is_whole() -> None:
    (unit,) = Depacketizing().push(*fragments(IDR, 1000), end=True)
    assert unit.nals == [IDR]


def test_aggregates_are_taken_apart() -> None:
    (unit,) = Depacketizing().push(stap_a(SPS, PPS, SEI, IDR), end=True)
    assert unit.nals == [SEI, IDR]
    assert unit.parameter_sets == (SPS, PPS)


def test_what_only_frames_the_bitstream_is_left_out() -> None:
    (unit,) = Depacketizing().push(AUD, SPS, PPS, SEI, IDR, FILLER, b"\x0a", b"\x0b", end=True)
    assert unit.nals == [SEI, IDR]
    assert unit.parameter_sets == (SPS, PPS)


def test_parameter_sets_wait_for_the_picture_that_leaves() -> None:
    stream = Depacketizing()
    stream.push(SPS, PPS, P, at=0, end=True)
    stream.push(SPS, b"\x68new", P, at=1, end=True)
    stream.push(IDR, at=2, end=True)
    stream.push(P, at=3, end=True)
    assert [unit.parameter_sets for unit in stream.units] == [(PPS, SPS, b"\x68new"), ()]


def test_without_markers_a_picture_leaves_at_the_next_timestamp() -> None:
    stream = Depacketizing()
    assert stream.push(IDR, IDR_2, at=0) == []
    (unit,) = stream.push(P, at=3000)
    assert unit == AccessUnit([IDR, IDR_2], 0, sync=True, arrival=2.0)
    stream.push(P, at=6000)
    assert nals(stream.units) == [[IDR, IDR_2], [P]]


def test_a_marker_at_each_slice_is_found_out_before_a_picture_is_cut_if_parameter_sets_warn() -> (
    None
):
    stream = Depacketizing()
    stream.push_marked(SPS, PPS, IDR, IDR_2, at=0)
    stream.push_marked(P, P_2, at=3000)
    stream.push_marked(P, P_2, at=6000)
    assert nals(stream.units) == [[IDR, IDR_2], [P, P_2]]
    assert stream.depacketizer.damaged == 0


def test_a_marker_at_each_slice_is_found_out_while_waiting_for_a_sync_frame() -> None:
    stream = Depacketizing()
    stream.push_marked(P, P_2, at=0)
    stream.push_marked(IDR, IDR_2, at=3000)
    stream.push_marked(P, P_2, at=6000)
    stream.push_marked(P, P_2, at=9000)
    assert nals(stream.units) == [[IDR, IDR_2], [P, P_2]]


def test_a_marker_at_each_slice_costs_the_pictures_up_to_a_sync_frame_once() -> None:
    stream = Depacketizing()
    stream.push_marked(IDR, IDR_2, at=0)
    stream.push_marked(P, P_2, at=1)
    stream.push_marked(IDR, IDR_2, at=2)
    stream.push_marked(P, P_2, at=3)
    stream.push_marked(P, P_2, at=4)
    assert nals(stream.units) == [[IDR], [IDR, IDR_2], [P, P_2]]
    assert stream.depacketizer.damaged == 1
    assert stream.depacketizer.skipped == 1


def test_a_marker_inside_a_fragmented_nal_unit_is_no_end() -> None:
    stream = Depacketizing()
    stream.push(IDR, at=0)
    stream.push_marked(*fragments(IDR_2 * 10, 30), at=0)
    stream.push_marked(P, P_2, at=1)
    assert nals(stream.units) == [[IDR, IDR_2 * 10]]


def test_a_marked_parameter_set_holds_only_the_first_picture() -> None:
    stream = Depacketizing()
    stream.push(SPS, at=0, end=True)
    stream.push(PPS, at=0)
    assert stream.push(IDR, at=3000, end=True) == []
    # Parameter sets with the timestamp of the picture before them, marked, as some cameras do.
    (unit,) = stream.push(SPS, at=3000, end=True)
    assert unit == AccessUnit([IDR], 3000, sync=True, arrival=3.0, parameter_sets=(SPS, PPS))
    stream.push(PPS, at=3000)
    assert len(stream.push(IDR, at=6000, end=True)) == 2
    assert stream.units[1].parameter_sets == (SPS, PPS)
    assert stream.units[1].rtp_time == 6000


def test_pictures_may_repeat_a_timestamp() -> None:
    stream = Depacketizing()
    stream.push(IDR, at=0, end=True)
    stream.push(P, at=0, end=True)
    stream.push(P, at=0, end=True)
    assert nals(stream.units) == [[IDR], [P], [P]]


def test_a_gap_drops_the_damaged_picture_and_all_up_to_a_sync_frame() -> None:
    stream = Depacketizing()
    stream.push(IDR, at=0, end=True)
    stream.push(fragments(P * 100, 20)[0], at=1)
    stream.depacketizer.gap()
    stream.push(*fragments(P * 100, 20)[2:], at=1, end=True)
    stream.push(P, at=2, end=True)
    stream.push(SPS, PPS, IDR, at=3, end=True)
    stream.push(P, at=4, end=True)
    assert [(unit.rtp_time, unit.gap) for unit in stream.units] == [
        (0, False),
        (3, True),
        (4, False),
    ]
    assert stream.depacketizer.damaged == 2
    assert stream.depacketizer.skipped == 1


@pytest.mark.parametrize(
    "beginning", [[IDR], fragments(IDR * 50, 20), [SPS, PPS, IDR], [stap_a(SPS, PPS), IDR]]
)
def test_a_sync_frame_right_behind_a_gap_is_whole(beginning: list[bytes]) -> None:
    stream = Depacketizing()
    stream.push(IDR, at=0, end=True)
    stream.depacketizer.gap()
    stream.push(*beginning, at=9, end=True)
    assert [unit.rtp_time for unit in stream.units] == [0, 9]
    assert stream.depacketizer.damaged == 0


@pytest.mark.parametrize("rest", [[IDR_2], fragments(IDR * 50, 20)[1:], [b"\x7c\x05"]])
def test_the_rest_of_a_picture_behind_a_gap_is_dropped(rest: list[bytes]) -> None:
    stream = Depacketizing()
    stream.push(IDR, at=0, end=True)
    stream.depacketizer.gap()
    stream.push(*rest, at=9, end=True)
    stream.push(IDR, at=10, end=True)
    assert [unit.rtp_time for unit in stream.units] == [0, 10]
    assert stream.depacketizer.damaged == 1


def test_playing_may_begin_in_the_middle_of_a_picture() -> None:
    stream = Depacketizing()
    stream.push(*fragments(IDR * 50, 20)[3:], at=0, end=True)
    stream.push(IDR, at=1, end=True)
    assert [unit.rtp_time for unit in stream.units] == [1]


@pytest.mark.parametrize(
    "payloads",
    [
        fragments(IDR * 50, 20)[:-1],
        [*fragments(IDR * 50, 20)[:-1], *fragments(IDR_2, 20)],
        [IDR, stap_a(IDR_2)[:-1]],
        [IDR, stap_a(IDR_2) + b"\0"],
    ],
    ids=["no end", "no end before the next", "aggregate cut", "aggregate too long"],
)
def test_a_picture_with_a_broken_nal_unit_is_dropped(payloads: list[bytes]) -> None:
    stream = Depacketizing()
    stream.push(*payloads, at=0)
    stream.push(IDR, at=1, end=True)
    assert [unit.rtp_time for unit in stream.units] == [1]
    assert stream.depacketizer.damaged == 1


@pytest.mark.parametrize(
    "payload", [b"\x79x", b"\x7a", b"\x7b", b"\x7d\x85x", b"\x60", b"\x7f", b"\x7c"]
)
def test_structures_of_other_modes_are_counted(payload: bytes) -> None:
    stream = Depacketizing()
    stream.push(IDR, payload, end=True)
    assert stream.depacketizer.unknown == 1
    assert nals(stream.units) == [[IDR]]


def test_a_picture_has_a_largest_size() -> None:
    stream = Depacketizing()
    part = fragments(IDR + bytes(120_000), 60_000)
    stream.push(part[0])
    with pytest.raises(LimitError):
        for _ in range(MAX_ACCESS_UNIT // 60_000 + 1):
            stream.push(part[1])


def test_the_largest_size_is_of_one_picture_not_of_all() -> None:
    stream = Depacketizing()
    for number in range(MAX_ACCESS_UNIT // 1_000_000 + 2):
        stream.push(IDR + bytes(1_000_000), at=number, end=True)
    assert len(stream.units) == MAX_ACCESS_UNIT // 1_000_000 + 2


def test_a_picture_has_a_largest_number_of_nal_units() -> None:
    with pytest.raises(LimitError):
        Depacketizing().push(*[stap_a(*[SEI] * 100)] * (MAX_NALS // 100 + 1))


def test_parameter_sets_are_limited() -> None:
    stream = Depacketizing()
    stream.push(*[SPS] * (MAX_PARAMETER_SETS + 1))
    with pytest.raises(LimitError):
        stream.push(*(b"\x67%d" % number for number in range(MAX_PARAMETER_SETS + 1)))
    with pytest.raises(LimitError):
        Depacketizing().push(SPS + bytes(MAX_PARAMETER_SET))


payload_bytes = st.binary(min_size=1, max_size=60) | st.builds(
    lambda structure, rest: bytes([structure]) + rest,
    st.sampled_from([0x41, 0x65, 0x67, 0x68, 0x78, 0x7C, 0x5C]),
    st.binary(max_size=40),
)


@given(
    st.lists(st.none() | st.tuples(payload_bytes, st.integers(0, 3), st.booleans()), max_size=60)
)
def test_any_payloads_give_access_units_or_our_error(
    events: list[tuple[bytes, int, bool] | None],
) -> None:
    stream = Depacketizing()
    try:
        for event in events:
            if event is None:
                stream.depacketizer.gap()
            else:
                stream.push(event[0], at=event[1], end=event[2])
    except ProtocolError:
        pass
    assert not stream.units or stream.units[0].sync
    for unit in stream.units:
        assert unit.nals
        assert unit.sync == any(nal[0] & 0x1F == 5 for nal in unit.nals)
        assert not any(nal[0] & 0x1F in (7, 8, 9, 10, 11, 12) for nal in unit.nals)
        assert all(nal[0] & 0x1F in (7, 8) for nal in unit.parameter_sets)


slices = st.binary(max_size=300)


@given(
    st.lists(st.lists(slices, min_size=1, max_size=4), min_size=1, max_size=8),
    st.lists(st.sampled_from(["single", "fragments", "aggregate"]), min_size=1, max_size=8),
    st.integers(1, 50),
    st.booleans(),
)
def test_pictures_survive_any_packetization(
    pictures: list[list[bytes]], manners: list[str], size: int, markers: bool
) -> None:
    stream = Depacketizing()
    expected = []
    number = 0
    for timestamp, picture in enumerate(pictures):
        header = b"\x65" if timestamp % 3 == 0 else b"\x41"
        units = [header + (b"\x40" if n else b"\x80") + text for n, text in enumerate(picture)]
        payloads = []
        for unit in units:
            manner = manners[number % len(manners)]
            number += 1
            if manner == "fragments":
                payloads += fragments(unit, size)
            else:
                payloads.append(stap_a(unit) if manner == "aggregate" else unit)
        stream.push(*payloads, at=timestamp, end=markers)
        expected.append(units)
    if not markers:
        expected.pop()
    assert nals(stream.units) == expected


def b64(nal: bytes) -> str:
    return base64.b64encode(nal).decode()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (f"{b64(SPS)},{b64(PPS)}", (SPS, PPS)),
        (f" {b64(SPS).rstrip('=')} , {b64(PPS)},", (SPS, PPS)),
        (f"{b64(bytes(3) + bytes([1]) + SPS)},{b64(bytes(2) + bytes([1]) + PPS)}", (SPS, PPS)),
        (f"{b64(b'')},%%%,{b64(IDR)},A,{b64(PPS)}", (PPS,)),
        ("", ()),
    ],
)
def test_parameter_sets_of_the_session_description(value: str, expected: tuple[bytes, ...]) -> None:
    assert parameter_sets({"sprop-parameter-sets": value}) == expected
    assert parameter_sets({}) == ()


@given(st.text())
def test_any_description_gives_parameter_sets(text: str) -> None:
    assert all(nal[0] & 0x1F in (7, 8) for nal in parameter_sets({"sprop-parameter-sets": text}))
