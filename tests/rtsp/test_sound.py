"""Payloads of sound in, units for a decoder out; and which track of a camera is taken."""

from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveedge.media.audio import AudioUnit, ForeignAudio
from liveedge.rtsp.audio import AudioTrack, choose_audio
from liveedge.rtsp.sdp import parse_sdp
from liveedge.rtsp.sound import (
    MAX_UNIT,
    AacDepacketizer,
    AudioDepacketizer,
    Emit,
    OpusDepacketizer,
    SampleDepacketizer,
    opus_samples,
)

DURATION = 1024


def aac(emit: Emit) -> AacDepacketizer:
    return AacDepacketizer(emit, size_bits=13, index_bits=3, duration=DURATION)


def packet(*sizes: int, data: bytes) -> bytes:
    """Access units behind their headers in mode AAC-hbr (RFC 3640 §3.3.6)."""
    headers = b"".join((size << 3).to_bytes(2, "big") for size in sizes)
    return (16 * len(sizes)).to_bytes(2, "big") + headers + data


def push(
    depacketizer: AudioDepacketizer, payload: bytes, at: int = 0, arrival: float = 1.0
) -> None:
    depacketizer.push(b"$$" + payload + b"$$", 2, 2 + len(payload), at, 0x80, arrival)


def test_access_units_of_one_packet_follow_each_other() -> None:
    units: list[AudioUnit] = []
    push(aac(units.append), packet(3, 2, data=b"onetw"), at=0xFFFFFFF0)
    assert units == [
        AudioUnit(b"one", 0xFFFFFFF0, DURATION, 1.0),
        AudioUnit(b"tw", DURATION - 16, DURATION, 1.0),
    ]


def test_sizes_of_six_bits_are_read() -> None:
    units: list[AudioUnit] = []
    depacketizer = AacDepacketizer(units.append, size_bits=6, index_bits=2, duration=512)
    push(depacketizer, b"\x00\x10" + bytes([3 << 2, 2 << 2]) + b"onetw")
    assert [unit.data for unit in units] == [b"one", b"tw"]


def test_fragments_become_one_access_unit() -> None:
    units: list[AudioUnit] = []
    depacketizer = aac(units.append)
    whole = bytes(range(250)) * 8
    for part in (whole[:900], whole[900:1800], whole[1800:]):
        push(depacketizer, packet(len(whole), data=part), at=7)
    assert [unit.data for unit in units] == [whole]
    assert depacketizer.damaged == 0


def test_a_fragment_without_its_rest_is_dropped_and_leaves_a_gap() -> None:
    units: list[AudioUnit] = []
    depacketizer = aac(units.append)
    push(depacketizer, packet(1, data=b"a"))
    push(depacketizer, packet(2000, data=bytes(900)), at=1)
    push(depacketizer, packet(1, data=b"b"), at=2)
    push(depacketizer, packet(2000, data=bytes(900)), at=3)
    depacketizer.gap()
    push(depacketizer, packet(1, data=b"c"), at=4)
    assert [(unit.data, unit.gap) for unit in units] == [(b"a", False), (b"b", True), (b"c", True)]
    assert depacketizer.damaged == 2


@pytest.mark.parametrize(
    "payload",
    [b"\x00", b"\x00\x00abc", b"\x00\x11" + bytes(9), packet(0, data=b""), packet(1, 9, data=b"x")],
    ids=["no headers", "none announced", "half a header", "empty", "too long"],
)
def test_a_malformed_packet_is_dropped(payload: bytes) -> None:
    units: list[AudioUnit] = []
    depacketizer = aac(units.append)
    push(depacketizer, payload)
    assert depacketizer.damaged == 1
    assert len(units) <= 1


def test_an_access_unit_has_a_largest_size() -> None:
    units: list[AudioUnit] = []
    depacketizer = AacDepacketizer(units.append, size_bits=32, index_bits=0, duration=1)
    push(depacketizer, b"\x00\x20" + (MAX_UNIT + 1).to_bytes(4, "big") + b"x")
    assert depacketizer.damaged == 1


@pytest.mark.parametrize(
    ("head", "samples"),
    [
        (b"\x08", 960),  # SILK, 20 ms
        (b"\x19", 2 * 2880),  # SILK, 60 ms, two frames
        (b"\x70", 480),  # hybrid, 10 ms
        (b"\x80", 120),  # CELT, 2.5 ms
        (b"\xfc", 960),
        (b"\xff\x03", 3 * 960),
        (b"\xff\xc3", 3 * 960),
        (b"\xff", 0),
        (b"", 0),
    ],
)
def test_opus_says_how_long_it_lasts(head: bytes, samples: int) -> None:
    assert opus_samples(head) == samples


def test_an_opus_packet_is_a_unit_and_an_impossible_one_is_dropped() -> None:
    units: list[AudioUnit] = []
    depacketizer = OpusDepacketizer(units.append)
    push(depacketizer, b"\xfcopus", at=9)
    push(depacketizer, b"\xff\x3f")
    push(depacketizer, b"\xfcmore")
    assert [(u.data, u.duration, u.gap) for u in units] == [
        (b"\xfcopus", 960, False),
        (b"\xfcmore", 960, True),
    ]
    assert depacketizer.damaged == 1


def test_samples_of_g711_are_taken_as_they_come() -> None:
    units: list[AudioUnit] = []
    push(SampleDepacketizer(units.append, bits=16), bytes(320), at=5)
    assert units == [AudioUnit(bytes(320), 5, 160, 1.0)]


@given(
    st.sampled_from([aac, OpusDepacketizer, partial(SampleDepacketizer, bits=8)]),
    st.lists(st.none() | st.tuples(st.binary(min_size=1, max_size=60), st.integers(0, 3))),
)
def test_any_payloads_give_units_or_are_counted(
    make: Callable[[Emit], AudioDepacketizer], events: list[tuple[bytes, int] | None]
) -> None:
    units: list[AudioUnit] = []
    depacketizer = make(units.append)
    for event in events:
        if event is None:
            depacketizer.gap()
        else:
            push(depacketizer, *event)
    assert depacketizer.units == len(units)
    assert all(unit.data and unit.duration > 0 for unit in units)


def chosen(media: str) -> AudioTrack | None:
    return choose_audio(parse_sdp(f"v=0\nm=video 0 RTP/AVP 96\n{media}".encode()))


@pytest.mark.parametrize(
    ("media", "codec", "rate", "channels"),
    [
        ("m=audio 0 RTP/AVP 0", "PCMU", 8000, 1),
        ("m=audio 0 RTP/AVP 8\na=rtpmap:8 PCMA/8000", "PCMA", 8000, 1),
        ("m=audio 0 RTP/AVP 97\na=rtpmap:97 PCMU/16000/2", "PCMU", 16000, 2),
        ("m=audio 0 RTP/AVP 97\na=rtpmap:97 G726-32/8000", "G726-32", 8000, 1),
        ("m=audio 0 RTP/AVP 97\na=rtpmap:97 L16/44100/2", "L16", 44100, 2),
        (
            "m=audio 0 RTP/AVP 97\na=rtpmap:97 MPEG4-GENERIC/48000/1\na=fmtp:97 config=0988",
            "AAC",
            48000,
            1,
        ),
        ("m=audio 0 RTP/AVP 97\na=rtpmap:97 opus/48000/2", "opus", 48000, 2),
        (
            "m=audio 0 RTP/AVP 97\na=rtpmap:97 MPEG4-GENERIC/48000/2\na=fmtp:97 config=1190",
            "mp4a.40.2",
            48000,
            2,
        ),
        (
            "m=audio 0 RTP/AVP 3 104\na=rtpmap:104 mpeg4-generic/16000/1\na=fmtp:104 config=1408",
            "mp4a.40.2",
            16000,
            1,
        ),
    ],
)
def test_the_first_track_that_can_be_received_is_taken(
    media: str, codec: str, rate: int, channels: int
) -> None:
    track = chosen(f"m=audio 0 RTP/AVP 3\n{media}")
    assert track is not None
    config = track.config
    assert (config.codec, config.sample_rate, config.channels) == (codec, rate, channels)
    assert track.clock_rate == rate


@pytest.mark.parametrize(
    "fmtp",
    ["", "config=zz", "config=1190;mode=CELP-cbr", "config=1190;sizelength=0", "config=f8",
     "config=1990",
     "config=1190;mode=AAC-hbr;ctsdeltalength=2"],
)  # fmt: skip
def test_what_is_no_plain_aac_is_passed_over(fmtp: str) -> None:
    aac_track = "m=audio 0 RTP/AVP 97\na=rtpmap:97 MPEG4-GENERIC/48000/2\na=fmtp:97 "
    assert chosen(aac_track + fmtp) is None


def test_the_clock_of_g722_counts_every_other_sample() -> None:
    units: list[AudioUnit] = []
    track = chosen("m=audio 0 RTP/AVP 9")
    assert track is not None
    assert (track.config.sample_rate, track.clock_rate) == (16000, 8000)
    push(track.depacketizer(units.append), bytes(160))
    assert units[0].duration == 160


@pytest.mark.parametrize("octets", [79, 80])
def test_samples_of_less_than_an_octet_are_counted(octets: int) -> None:
    units: list[AudioUnit] = []
    push(SampleDepacketizer(units.append, bits=4), bytes(octets))
    assert units[0].duration == 2 * octets


def test_a_clock_of_the_listeners_rate_counts_what_bands_are_replicated_to() -> None:
    units: list[AudioUnit] = []
    track = chosen(
        "m=audio 0 RTP/AVP 97\na=rtpmap:97 MPEG4-GENERIC/48000/2\na=fmtp:97 config=2b118800"
    )
    assert track is not None
    assert (track.config.codec, track.config.sample_rate) == ("mp4a.40.5", 24000)
    assert not isinstance(track.config, ForeignAudio)
    push(track.depacketizer(units.append), packet(1, data=b"x"))
    assert units[0].duration == 2048
