"""MPEG audio out of payloads: whole frames, pieces of one, and what is neither."""

from fractions import Fraction

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveedge.media.audio import AudioUnit, ForeignAudio
from liveedge.rtsp.audio import choose_audio
from liveedge.rtsp.mpeg_audio import MpegAudioDepacketizer, read_frame
from liveedge.rtsp.sdp import parse_sdp


def frames(codec: str, rate: int, kbps: int, count: int = 4) -> list[bytes]:
    """Frames of a real encoder."""
    encoder = av.CodecContext.create(codec, "w")
    assert isinstance(encoder, av.AudioCodecContext)
    encoder.sample_rate, encoder.layout, encoder.bit_rate = rate, "mono", kbps * 1000
    formats = encoder.codec.audio_formats
    assert formats
    encoder.format = formats[0]
    encoder.open()
    made: list[bytes] = []
    for number in range(count + 6):  # Encoders look ahead.
        frame = av.AudioFrame(encoder.format.name, "mono", encoder.frame_size)
        frame.sample_rate, frame.pts = rate, number * encoder.frame_size
        frame.time_base = Fraction(1, rate)
        frame.planes[0].update(bytes(frame.planes[0].buffer_size))
        made += [bytes(packet) for packet in encoder.encode(frame)]
    return made[:count]


def push(mpa: MpegAudioDepacketizer, data: bytes, at: int = 0, offset: int = 0) -> None:
    payload = bytes(2) + offset.to_bytes(2, "big") + data
    mpa.push(b"$$" + payload + b"$$", 2, 2 + len(payload), at, 0, 1.0)


@pytest.mark.parametrize(
    ("codec", "rate", "kbps", "samples"),
    [
        ("mp2", 48_000, 128, 1152),
        ("mp2", 44_100, 192, 1152),
        ("mp2", 16_000, 64, 1152),
        ("libmp3lame", 44_100, 64, 1152),
        ("libmp3lame", 22_050, 32, 576),
        ("libmp3lame", 8_000, 16, 576),
    ],
)
def test_frames_of_real_encoders_are_whole(codec: str, rate: int, kbps: int, samples: int) -> None:
    made = frames(codec, rate, kbps)
    units: list[AudioUnit] = []
    mpa = MpegAudioDepacketizer(units.append)
    assert {read_frame(data[:4]) is not None for data in made} == {True}
    push(mpa, made[0], 7)
    push(mpa, b"".join(made[1:3]), 9)
    push(mpa, made[3][:50], 11)
    push(mpa, made[3][50:], 11, offset=50)
    duration = samples * 90_000 // rate
    assert [(unit.data, unit.rtp_time, unit.duration, unit.gap) for unit in units] == [
        (made[0], 7, duration, False),
        (made[1] + made[2], 9, 2 * duration, False),
        (made[3], 11, duration, False),
    ]
    assert mpa.damaged == 0


def test_a_frame_without_a_piece_is_dropped_and_leaves_a_gap() -> None:
    made = frames("mp2", 48_000, 128)
    units: list[AudioUnit] = []
    mpa = MpegAudioDepacketizer(units.append)
    push(mpa, made[0])
    push(mpa, made[1][:90])
    mpa.gap()
    push(mpa, made[1][200:], offset=200)
    push(mpa, made[2][:90])
    push(mpa, made[2][180:], offset=180)
    push(mpa, made[3])
    assert [(unit.data, unit.gap) for unit in units] == [(made[0], False), (made[3], True)]
    assert mpa.damaged == 3


@given(st.lists(st.none() | st.tuples(st.binary(max_size=40), st.integers(0, 60))))
def test_any_packets_are_units_or_damage(events: list[tuple[bytes, int] | None]) -> None:
    units: list[AudioUnit] = []
    mpa = MpegAudioDepacketizer(units.append)
    for event in events:
        if event is None:
            mpa.gap()
        else:
            push(mpa, event[0], offset=event[1])
    assert mpa.units == len(units)
    assert all(unit.data and unit.duration > 0 for unit in units)


@given(st.binary(max_size=4))
def test_any_header_says_something_or_nothing(header: bytes) -> None:
    frame = read_frame(header)
    assert frame is None or (frame.size > 4 and frame.samples and frame.sample_rate)


def test_a_track_of_it_is_taken() -> None:
    track = choose_audio(parse_sdp(b"v=0\nm=audio 0 RTP/AVP 14\n"))
    assert track is not None
    assert track.config == ForeignAudio("MPA", "mp3", 48_000, 1)
    assert track.clock_rate == 90_000
