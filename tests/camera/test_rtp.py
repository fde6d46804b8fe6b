from itertools import pairwise
from struct import unpack_from
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from liveedge.camera.codecs import H264, H265, MAX_PAYLOAD
from liveedge.camera.moments import Moment
from liveedge.camera.rtp import PictureStream, SoundStream
from liveedge.camera.sound_codecs import AAC, OPUS
from liveedge.rtsp.h264 import H264Depacketizer
from liveedge.rtsp.h265 import H265Depacketizer
from liveedge.rtsp.rtcp import Bye, SenderReport, parse_compound

if TYPE_CHECKING:
    from liveedge.media.access_unit import AccessUnit

NALS = st.lists(st.binary(max_size=4000).map(lambda body: b"\x65" + body), min_size=1, max_size=4)


def reassemble(payloads: list[bytes]) -> bytes:
    """A NAL unit out of its fragments, by the letter of RFC 6184 §5.8."""
    if len(payloads) == 1:
        return payloads[0]
    assert [payload[1] >> 7 for payload in payloads] == [1] + [0] * (len(payloads) - 1)
    assert [payload[1] >> 6 & 1 for payload in payloads] == [0] * (len(payloads) - 1) + [1]
    (indicator,) = {payload[0] for payload in payloads}
    (kind,) = {payload[1] & 0x3F for payload in payloads}
    assert indicator & 0x1F == 28
    return bytes([indicator & 0xE0 | kind]) + b"".join(payload[2:] for payload in payloads)


@given(st.binary(min_size=1, max_size=9000).map(lambda nal: bytes([nal[0] & 0x7F]) + nal[1:]))
def test_fragments_make_the_nal_unit_again(nal: bytes) -> None:
    if nal[0] & 0x1F > 23:
        nal = b"\x65" + nal[1:]
    payloads = H264.payloads_of(nal)
    assert max(map(len, payloads)) <= MAX_PAYLOAD
    # RFC 6184 §5.8: "A NAL unit transmitted in only one FU-A" must not be.
    assert len(payloads) == 1 or len(nal) > MAX_PAYLOAD
    kinds = [nal] if len(payloads) == 1 else payloads
    assert reassemble(kinds) == nal


@given(st.lists(NALS, min_size=1, max_size=5))
def test_packets_are_numbered_stamped_and_marked(units: list[list[bytes]]) -> None:
    stream = PictureStream(100.0, "cname")
    sequences, octets, count = [], 0, 0
    for index, nals in enumerate(units):
        packets = stream.packetize(nals, 100.0 + index)
        for packet in packets:
            flags, kind, sequence, timestamp, ssrc = unpack_from("!BBHII", packet)
            assert (flags, kind & 0x7F, ssrc) == (0x80, 96, stream.ssrc)
            assert bool(kind & 0x80) == (packet is packets[-1])
            assert timestamp == stream.rtp_time(100.0 + index)
            sequences.append(sequence)
            octets += len(packet) - 12
            count += 1
    assert all(second == first + 1 & 0xFFFF for first, second in pairwise(sequences))
    report = parse_compound(stream.sender_report(Moment(101.0, 5.0)))
    assert isinstance(report, list)
    assert isinstance(report[0], SenderReport)
    assert (report[0].packets, report[0].octets) == (count, octets)


def test_our_depacketizer_gets_the_picture_back() -> None:
    units: list[AccessUnit] = []
    depacketizer = H264Depacketizer(units.append)
    stream = PictureStream(0.0, "cname")
    # A first_mb_in_slice of 0 is the set top bit behind the NAL header.
    picture = b"\x65\x88" + bytes(range(1, 255)) * 20
    for packet in stream.packetize([b"\x67\x42\x00\x1f\x01", b"\x68\xce\x01", picture], 1.0):
        marker = packet[1] & 0x80
        depacketizer.push(packet, 12, len(packet), 7, marker, 0.0)
    (unit,) = units
    assert unit.sync
    assert unit.nals == [picture]


def test_our_depacketizer_gets_the_picture_of_h265_back() -> None:
    units: list[AccessUnit] = []
    depacketizer = H265Depacketizer(units.append)
    stream = PictureStream(0.0, "cname", codec=H265)
    picture = H265.sync_header + b"\x88" + bytes(range(1, 255)) * 20
    for packet in stream.packetize([b"\x42\x01sps", picture], 1.0):
        depacketizer.push(packet, 12, len(packet), 7, packet[1] & 0x80, 0.0)
    (unit,) = units
    assert unit.sync
    assert unit.nals == [picture]
    assert unit.parameter_sets == (b"\x42\x01sps",)


def test_rtp_time_counts_90_000_a_second_and_wraps() -> None:
    stream = PictureStream(10.0, "cname")
    start = stream.rtp_time(10.0)
    assert stream.rtp_time(11.0) == start + 90_000 & 0xFFFFFFFF
    assert stream.rtp_time(10.0 + (1 << 32) / 90_000) == start


def test_the_sequence_wraps() -> None:
    stream = PictureStream(0.0, "cname")
    first = unpack_from("!H", stream.packetize([b"\x41x"], 0.0)[0], 2)[0]
    for _ in range(65_535):
        stream.packetize([b"\x41x"], 0.0)
    assert unpack_from("!H", stream.packetize([b"\x41x"], 0.0)[0], 2)[0] == first


def test_a_sender_report_pairs_both_clocks() -> None:
    stream = PictureStream(0.0, "cname")
    reports = parse_compound(stream.sender_report(Moment(3.0, 1_700_000_000.25)))
    assert reports is not None
    (report,) = reports
    assert isinstance(report, SenderReport)
    assert report.ssrc == stream.ssrc
    assert report.unix_us == 1_700_000_000_250_000
    assert report.rtp_time == stream.rtp_time(3.0)


def test_a_goodbye_ends_the_source() -> None:
    stream = PictureStream(0.0, "cname")
    reports = parse_compound(stream.goodbye(Moment(3.0, 1_700_000_000.0)))
    assert reports is not None
    assert reports[1] == Bye((stream.ssrc,))


@given(st.text(max_size=300))
def test_a_report_is_whole_words_whatever_the_cname(cname: str) -> None:
    report = PictureStream(0.0, cname).sender_report(Moment(1.0, 2.0))
    assert len(report) % 4 == 0
    assert 4 * (unpack_from("!H", report, 30)[0] + 1) == len(report) - 28


def stamps(stream: SoundStream, steps: list[tuple[int, float]]) -> list[int]:
    """The RTP times of units by index and monotonic time, counted from the monotonic time 0."""
    zero = stream.rtp_time(0.0)
    packets = [stream.packetize(b"unit", index, begins)[0] for index, begins in steps]
    return [int.from_bytes(packet[4:8]) - zero & 0xFFFFFFFF for packet in packets]


def test_sound_is_stamped_without_a_gap() -> None:
    stream = SoundStream(AAC, 0.0, "cname")
    # The clocks are read with some jitter.
    steps = [(7, 1.0), (8, 1.0 + 1024 / 48_000 + 2e-4), (9, 1.0 + 2048 / 48_000 - 2e-4)]
    assert stamps(stream, steps) == [48_000, 49_024, 50_048]


def test_sound_that_is_missing_leaves_a_gap() -> None:
    assert stamps(SoundStream(OPUS, 0.0, "cname"), [(0, 1.0), (50, 2.0)]) == [48_000, 96_000]


def test_sound_follows_the_clock_when_it_has_run_away() -> None:
    stream = SoundStream(OPUS, 0.0, "cname")
    assert stamps(stream, [(0, 1.0), (1, 1.03), (2, 1.05)]) == [48_000, 49_440, 50_400]


def test_a_packet_of_sound_is_marked_as_its_codec_says() -> None:
    for codec, marker in ((AAC, 0x80), (OPUS, 0)):
        stream = SoundStream(codec, 0.0, "cname")
        (packet,) = stream.packetize(b"unit", 0, 1.0)
        assert packet[1] == marker | codec.payload_type
        assert packet[12:] == codec.payload_of(b"unit")
        assert packet[8:12] == stream.ssrc.to_bytes(4)
