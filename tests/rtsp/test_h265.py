"""Payloads in, access units out. NAL units are written as their header and a few octets.

The octet behind the header of a slice segment begins with first_slice_segment_in_pic_flag: 0x80 is
the first one of a picture, 0x40 a later one. How markers are judged is tested with H.264.
"""

import base64
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveedge.errors import LimitError, ProtocolError, Reason, SourceError
from liveedge.media.access_unit import AccessUnit
from liveedge.rtsp.h265 import H265Depacketizer, parameter_sets
from liveedge.rtsp.pictures import MAX_ACCESS_UNIT
from liveedge.rtsp.sdp import parse_sdp
from liveedge.rtsp.video import choose_video


def nal(kind: int, content: bytes = b"", *, layer: int = 0, temporal: int = 0) -> bytes:
    return bytes([kind << 1 | layer >> 5, (layer & 0x1F) << 3 | temporal + 1]) + content


IDR, IDR_2 = nal(19, b"\x80idr"), nal(19, b"\x40more of it")
CRA, BLA = nal(21, b"\x80cra"), nal(16, b"\x80bla")
P, P_2 = nal(1, b"\x80p"), nal(1, b"\x40more of it")
RASL, RADL = nal(8, b"\x80rasl"), nal(6, b"\x80radl")
VPS, SPS, PPS = nal(32, b"vps"), nal(33, b"sps"), nal(34, b"pps")
SEI, SUFFIX_SEI, AUD, FILLER = nal(39, b"sei"), nal(40, b"sei"), nal(35, b"\x50"), nal(38, b"\xff")


class Depacketizing:
    """A depacketizer with a clock that steps by one for each payload."""

    def __init__(self) -> None:
        self.units: list[AccessUnit] = []
        self.depacketizer = H265Depacketizer(self.units.append)
        self.now = 0.0

    def push(self, *payloads: bytes, at: int = 0, end: bool = False) -> list[AccessUnit]:
        """Push payloads of one timestamp, the marker on the last one if it is the `end`."""
        for number, payload in enumerate(payloads, 1):
            self.now += 1
            marker = 0x80 if end and number == len(payloads) else 0
            buffer = b"$$" + payload + b"$$"
            self.depacketizer.push(buffer, 2, 2 + len(payload), at, marker, self.now)
        return self.units

    def play(self, *pictures: bytes) -> list[int]:
        """Push pictures of one payload each; the timestamps of those that were emitted so far."""
        for picture in pictures:
            self.push(picture, at=int(self.now), end=True)
        return [unit.rtp_time for unit in self.units]


def fragments(unit: bytes, size: int) -> list[bytes]:
    head, kind = bytes([unit[0] & 0x81 | 49 << 1, unit[1]]), unit[0] >> 1
    parts = [unit[2:][i : i + size] for i in range(0, len(unit) - 2, size)]
    flags = [0] * len(parts)
    flags[0] |= 0x80
    flags[-1] |= 0x40
    return [head + bytes([flag | kind]) + p for flag, p in zip(flags, parts, strict=True)]


def aggregate(*units: bytes) -> bytes:
    return nal(48) + b"".join(len(unit).to_bytes(2, "big") + unit for unit in units)


def nals(units: Iterable[AccessUnit]) -> list[list[bytes]]:
    return [unit.nals for unit in units]


def test_a_picture_leaves_at_its_marker() -> None:
    stream = Depacketizing()
    (unit,) = stream.push(IDR, at=3000, end=True)
    assert unit == AccessUnit([IDR], 3000, sync=True, arrival=1.0)
    stream.push(P, at=6000, end=True)
    assert stream.units[1] == AccessUnit([P], 6000, sync=False, arrival=2.0)


@pytest.mark.parametrize("kind", range(16, 22))
def test_decoding_begins_at_any_irap_picture(kind: int) -> None:
    stream = Depacketizing()
    assert stream.play(P, nal(kind, b"\x80"), P) == [1, 2]
    assert [unit.sync for unit in stream.units] == [True, False]
    assert stream.depacketizer.skipped == 1


@pytest.mark.parametrize("kind", [0, 1, 6, 7, 8, 9])
def test_no_other_picture_begins_decoding(kind: int) -> None:
    assert Depacketizing().play(nal(kind, b"\x80")) == []


def test_fragments_become_one_nal_unit() -> None:
    unit = nal(20, b"\x80" + bytes(range(256)) * 20, temporal=3)
    (emitted,) = Depacketizing().push(*fragments(unit, 1000), at=5, end=True)
    assert emitted.nals == [unit]
    assert emitted.arrival == 6.0


def test_aggregates_are_taken_apart() -> None:
    (unit,) = Depacketizing().push(aggregate(VPS, SPS, PPS, SEI, IDR, SUFFIX_SEI), end=True)
    assert unit.nals == [SEI, IDR, SUFFIX_SEI]
    assert unit.parameter_sets == (VPS, SPS, PPS)


def test_what_only_frames_the_bitstream_is_left_out() -> None:
    ends = (nal(36), nal(37))
    (unit,) = Depacketizing().push(AUD, VPS, SPS, PPS, SEI, IDR, FILLER, *ends, end=True)
    assert unit.nals == [SEI, IDR]
    assert unit.parameter_sets == (VPS, SPS, PPS)


def test_pictures_of_other_layers_are_left_out() -> None:
    stream = Depacketizing()
    stream.push(IDR, nal(19, b"\x80", layer=1), nal(1, b"\x80", layer=40), end=True)
    assert nals(stream.units) == [[IDR]]
    assert stream.depacketizer.unknown == 0


def test_without_markers_a_picture_leaves_at_the_next_timestamp() -> None:
    stream = Depacketizing()
    assert stream.push(IDR, IDR_2, at=0) == []
    (unit,) = stream.push(P, at=3000)
    assert unit == AccessUnit([IDR, IDR_2], 0, sync=True, arrival=2.0)


def test_a_marker_at_each_slice_is_found_out() -> None:
    stream = Depacketizing()
    for at, payloads in enumerate([(SPS, PPS, IDR, IDR_2), (P, P_2), (P, P_2)]):
        for payload in payloads:
            stream.push(payload, at=at, end=True)
    assert nals(stream.units) == [[IDR, IDR_2], [P, P_2]]
    assert stream.depacketizer.damaged == 0


def test_leading_pictures_that_refer_to_what_nobody_has_are_left_out() -> None:
    stream = Depacketizing()
    assert stream.play(CRA, RASL, RADL, P) == [0, 2, 3]
    assert stream.depacketizer.skipped == 1
    assert not any(unit.gap for unit in stream.units)


def test_leading_pictures_within_a_stream_are_kept() -> None:
    stream = Depacketizing()
    assert stream.play(IDR, P, CRA, RASL, RASL, P) == [0, 1, 2, 3, 4, 5]


def test_leading_pictures_behind_a_gap_or_a_splice_are_left_out() -> None:
    stream = Depacketizing()
    stream.play(IDR, P)
    stream.depacketizer.gap()
    assert stream.play(CRA, RASL, P, BLA, RASL, P) == [0, 1, 2, 4, 5, 7]
    assert [unit.gap for unit in stream.units].count(True) == 1


def test_a_gap_drops_the_damaged_picture_and_all_up_to_a_sync_frame() -> None:
    stream = Depacketizing()
    stream.push(IDR, at=0, end=True)
    stream.push(fragments(P * 100, 20)[0], at=1)
    stream.depacketizer.gap()
    stream.push(*fragments(P * 100, 20)[2:], at=1, end=True)
    stream.push(P, at=2, end=True)
    stream.push(VPS, SPS, PPS, CRA, at=3, end=True)
    stream.push(P, at=4, end=True)
    assert [(unit.rtp_time, unit.gap) for unit in stream.units] == [
        (0, False),
        (3, True),
        (4, False),
    ]
    assert stream.depacketizer.damaged == 2
    assert stream.depacketizer.skipped == 1


@pytest.mark.parametrize(
    "beginning",
    [[IDR], [SEI, IDR], fragments(IDR * 50, 20), [VPS, SPS, PPS, IDR], [aggregate(VPS, SPS), IDR]],
)
def test_a_sync_frame_right_behind_a_gap_is_whole(beginning: list[bytes]) -> None:
    stream = Depacketizing()
    stream.push(IDR, at=0, end=True)
    stream.depacketizer.gap()
    stream.push(*beginning, at=9, end=True)
    assert [unit.rtp_time for unit in stream.units] == [0, 9]
    assert stream.depacketizer.damaged == 0


@pytest.mark.parametrize(
    "rest", [[IDR_2], fragments(IDR * 50, 20)[1:], [nal(49, b"\x13")], [aggregate(IDR_2)]]
)
def test_the_rest_of_a_picture_behind_a_gap_is_dropped(rest: list[bytes]) -> None:
    stream = Depacketizing()
    stream.push(IDR, at=0, end=True)
    stream.depacketizer.gap()
    stream.push(*rest, at=9, end=True)
    stream.push(IDR, at=10, end=True)
    assert [unit.rtp_time for unit in stream.units] == [0, 10]
    assert stream.depacketizer.damaged == 1


@pytest.mark.parametrize(
    "payloads",
    [
        fragments(IDR * 50, 20)[:-1],
        [*fragments(IDR * 50, 20)[:-1], *fragments(IDR_2, 20)],
        [IDR, aggregate(IDR_2)[:-1]],
        [IDR, aggregate(IDR_2) + b"\0"],
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
    "payload",
    [b"\x02", nal(10, b"\x80"), nal(22, b"\x80"), nal(41), nal(50, b"x"), nal(63), nal(49)],
)
def test_what_nobody_knows_is_counted(payload: bytes) -> None:
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


payload_bytes = st.binary(min_size=1, max_size=60) | st.builds(
    lambda kind, rest: bytes([kind << 1, 1]) + rest,
    st.sampled_from([1, 8, 19, 21, 32, 33, 34, 39, 48, 49]),
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
        kinds = [each[0] >> 1 & 0x3F for each in unit.nals]
        assert unit.sync == any(16 <= kind <= 21 for kind in kinds)
        assert all(kind <= 9 or 16 <= kind <= 21 or kind in (39, 40) for kind in kinds)
        assert all(each[0] >> 1 & 0x3F in (32, 33, 34) for each in unit.parameter_sets)


@given(
    st.lists(st.lists(st.binary(max_size=300), min_size=1, max_size=4), min_size=1, max_size=8),
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
        kind = 19 if timestamp % 3 == 0 else 1
        units = [nal(kind, (b"\x40" if n else b"\x80") + text) for n, text in enumerate(picture)]
        payloads = []
        for unit in units:
            manner = manners[number % len(manners)]
            number += 1
            if manner == "fragments":
                payloads += fragments(unit, size)
            else:
                payloads.append(aggregate(unit) if manner == "aggregate" else unit)
        stream.push(*payloads, at=timestamp, end=markers)
        expected.append(units)
    if not markers:
        expected.pop()
    assert nals(stream.units) == expected


def b64(unit: bytes) -> str:
    return base64.b64encode(unit).decode()


@pytest.mark.parametrize(
    ("fmtp", "expected"),
    [
        (
            {"sprop-vps": b64(VPS), "sprop-sps": b64(SPS), "sprop-pps": b64(PPS)},
            (VPS, SPS, PPS),
        ),
        ({"sprop-pps": f" {b64(PPS).rstrip('=')} ,{b64(bytes(3) + bytes([1]) + PPS)}"}, (PPS, PPS)),
        ({"sprop-sps": f"{b64(b'')},%%%,{b64(VPS)},A,{b64(SPS)}"}, (SPS,)),
        ({}, ()),
    ],
)
def test_parameter_sets_of_the_session_description(
    fmtp: dict[str, str], expected: tuple[bytes, ...]
) -> None:
    assert parameter_sets(fmtp) == expected


def offer(fmtp: str) -> bytes:
    return f"v=0\nm=video 0 RTP/AVP 98\na=rtpmap:98 H265/90000\na=fmtp:98 {fmtp}\n".encode()


def test_a_track_of_h265_is_chosen() -> None:
    track = choose_video(parse_sdp(offer(f"sprop-max-don-diff=0; sprop-sps={b64(SPS)}")))
    assert track.description.codec == "h265"
    assert track.description.parameter_sets == (SPS,)


def test_interleaved_mode_is_refused_by_name() -> None:
    with pytest.raises(SourceError, match="H265 in interleaved mode") as caught:
        choose_video(parse_sdp(offer("sprop-max-don-diff=2")))
    assert caught.value.reason is Reason.UNSUPPORTED
