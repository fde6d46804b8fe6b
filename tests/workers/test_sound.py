"""The task that makes AAC, with a channel that is a list."""

import math
from array import array
from collections import deque
from fractions import Fraction
from itertools import pairwise

import av
import pytest
from av.audio.codeccontext import AudioCodecContext

from liveedge.errors import WorkerError
from liveedge.media.audio import low_complexity_config
from liveedge.workers.channel import Channel, ParentGoneError
from liveedge.workers.messages import Message
from liveedge.workers.sound import FRAME_SAMPLES, RATE, TIMESCALE, Coded, work
from liveedge.workers.sound_units import pack, unpack
from tests.rtsp.test_mpeg_audio import frames

BEGIN = TIMESCALE
"""The time of the first sample."""


class Script(Channel):
    """Says what a parent says, and keeps what the worker answers."""

    def __init__(self, *said: Message) -> None:
        self.said = deque(said)
        self.heard: list[Message] = []

    def receive(self, deadline: float | None = None) -> Message:
        if not self.said:
            raise ParentGoneError
        return self.said.popleft()

    def send(self, message: Message) -> None:
        self.heard.append(message)


def begin(
    decoder: str = "pcm_mulaw", rate: int = 8000, channels: int = 1, bits: int = 8
) -> Message:
    values = {"track": 7, "decoder": decoder, "sample_rate": rate, "channels": channels}
    return Message("begin", values | {"bits": bits})


def heard(*said: Message) -> list[Message]:
    script = Script(*said)
    with pytest.raises(ParentGoneError):
        work(script)
    return script.heard


def made(first: Message, pieces: list[Coded]) -> list[Coded]:
    answers = heard(first, *(pack("sound", [(7, *piece)]) for piece in pieces))
    assert [answer.kind for answer in answers] == ["units"] * len(pieces)
    units = [unit for answer in answers for unit in unpack(answer)]
    assert {track for track, _, _ in units} == {7}
    return [(time, data) for _, time, data in units]


def tone(codec: str, rate: int, beep: range, samples: int, layout: str = "mono") -> bytes:
    """A second and more of silence with a beep of 1 kHz in it; what an encoder makes of that."""
    encoder = av.CodecContext.create(codec, "w")
    assert isinstance(encoder, AudioCodecContext)
    encoder.sample_rate, encoder.layout, encoder.format = rate, layout, "s16"
    encoder.open()
    frame = av.AudioFrame("s16", layout, samples)
    frame.sample_rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
    wave = array("h")
    for at in range(samples):
        loud = at in beep
        value = int(20000 * math.cos(2 * math.pi * 1000 * (at - beep.start) / rate)) if loud else 0
        wave.extend([value] * len(frame.layout.channels))
    frame.planes[0].update(wave.tobytes())
    return b"".join(bytes(packet) for packet in [*encoder.encode(frame), *encoder.encode(None)])


def pieces(data: bytes, size: int, step: int) -> list[Coded]:
    return [
        (BEGIN + number * step, data[at : at + size])
        for number, at in enumerate(range(0, len(data), size))
    ]


def decoded(units: list[Coded], channels: int = 1) -> dict[int, float]:
    """The loudness of each sample that is heard, by its time in samples at 48 kHz."""
    decoder = av.CodecContext.create("aac", "r")
    assert isinstance(decoder, AudioCodecContext)
    decoder.extradata = bytes.fromhex("118856e500" if channels == 1 else "119056e500")
    decoder.open()
    loudness: dict[int, float] = {}
    for time, data in units:
        assert time * RATE % TIMESCALE == 0
        for frame in decoder.decode(av.Packet(data)):
            samples = array("f", bytes(frame.planes[0])[: 4 * frame.samples])
            start = time * RATE // TIMESCALE
            loudness |= {start + index: abs(value) for index, value in enumerate(samples)}
    return loudness


def onset(loudness: dict[int, float]) -> int:
    return min(time for time, value in loudness.items() if value > 0.25)


@pytest.mark.parametrize(
    ("codec", "rate", "layout", "bits", "octets", "within"),
    [
        ("pcm_mulaw", 8000, "mono", 8, 1.0, 5),
        ("pcm_alaw", 8000, "mono", 8, 1.0, 5),
        ("pcm_alaw", 16000, "stereo", 8, 2.0, 5),
        ("pcm_s16be", 44100, "stereo", 16, 4.0, 5),
        # These adapt, and take their time for a beep out of silence.
        ("g722", 16000, "mono", 8, 0.5, 96),
        ("g726le", 8000, "mono", 4, 0.5, 48),
    ],
)
def test_a_beep_is_heard_when_it_was_made(
    codec: str, rate: int, layout: str, bits: int, octets: float, within: int
) -> None:
    beep = range(rate // 2, rate * 6 // 10)
    data = tone(codec, rate, beep, rate, layout)
    samples = rate // 50
    size, step = int(samples * octets), samples * TIMESCALE // rate
    channels = 2 if layout == "stereo" else 1
    units = made(begin(codec, rate, channels, bits), pieces(data, size, step))
    times = [time for time, _ in units]
    assert times == list(range(times[0], times[-1] + 1, FRAME_SAMPLES * TIMESCALE // RATE))
    wanted = BEGIN * RATE // TIMESCALE + RATE // 2
    assert abs(onset(decoded(units, channels)) - wanted) <= within


def test_what_was_announced_is_what_the_encoder_makes() -> None:
    for channels, layout in enumerate(("mono", "stereo"), 1):
        encoder = av.CodecContext.create("aac", "w")
        assert isinstance(encoder, AudioCodecContext)
        encoder.sample_rate, encoder.layout, encoder.format = RATE, layout, "fltp"
        encoder.open()
        assert encoder.extradata is not None
        config = low_complexity_config(RATE, channels)
        assert encoder.extradata in config.description
        assert (config.codec, config.sample_rate, config.channels) == ("mp4a.40.2", RATE, channels)


def test_a_short_hole_is_silence_and_a_long_one_stays() -> None:
    data = tone("pcm_mulaw", 8000, range(8000), 8000)
    whole = pieces(data, 160, 1800)
    short = made(begin(), whole[:10] + whole[12:40])
    times = [time for time, _ in short]
    assert {after - before for before, after in pairwise(times)} == {1920}
    loudness = decoded(short)
    hole = range((BEGIN + 10 * 1800) * RATE // TIMESCALE, (BEGIN + 12 * 1800) * RATE // TIMESCALE)
    middle = range(hole.start + RATE // 100, hole.stop - RATE // 100)
    assert max(loudness[at] for at in middle) < 0.05
    assert loudness[hole.start - RATE // 100] > 0.0

    later = [(time + TIMESCALE, piece) for time, piece in whole[12:]]
    long = made(begin(), whole[:10] + later)
    assert max(b[0] - a[0] for a, b in pairwise(long)) > TIMESCALE // 2
    # One frame for the next to overlap, and then what was heard.
    behind = [time for time, _ in long if time > BEGIN + TIMESCALE]
    assert behind[0] == later[0][0] - 1920


def test_times_that_cameras_round_change_nothing() -> None:
    data = tone("pcm_mulaw", 8000, range(8000), 8000)
    exact = pieces(data, 160, 1800)
    rounded = [(time + 90 * (number % 3), piece) for number, (time, piece) in enumerate(exact)]
    assert made(begin(), rounded) == made(begin(), exact)


def test_what_would_be_heard_twice_is_left_out() -> None:
    data = tone("pcm_mulaw", 8000, range(8000), 8000)
    exact = pieces(data, 160, 1800)
    assert made(begin(), exact[:20] + exact[15:]) == made(begin(), exact)


def test_damage_costs_only_itself() -> None:
    aac = made(begin(), pieces(tone("pcm_mulaw", 8000, range(8000), 8000), 160, 1800))
    first = Message(
        "begin",
        {"track": 7, "decoder": "aac", "sample_rate": RATE, "channels": 1, "bits": 0},
        bytes.fromhex("118856e500"),
    )
    broken = [(t, b"\xff" * 9 if number == 9 else d) for number, (t, d) in enumerate(aac)]
    times = [time for time, _ in made(first, broken)]
    assert len(times) >= len(aac) - 2
    assert {after - before for before, after in pairwise(times)} == {1920}


def test_a_track_that_nothing_decodes_is_refused_and_others_are_not() -> None:
    other = begin()
    other.values["track"] = 8
    both = pack("sound", [(track, BEGIN, bytes(800)) for track in (7, 8, 9)])
    answers = heard(begin("no such thing"), other, both, both)
    assert [answer.kind for answer in answers] == ["refused", "units", "units"]
    assert answers[0].number("track") == 7
    assert {track for answer in answers[1:] for track, _, _ in unpack(answer)} == {8}


def test_a_track_that_ends_begins_anew() -> None:
    piece = pack("sound", [(7, BEGIN, bytes(800))])
    once = heard(begin(), piece)
    assert heard(begin(), piece, Message("end", {"track": 7}), begin(), piece) == once * 2


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"times": [1], "sizes": []},
        {"times": ["1"], "sizes": [1]},
        {"times": [1], "sizes": [-1]},
    ],
)
def test_pieces_that_make_no_sense_are_an_error(values: dict[str, object]) -> None:
    with pytest.raises(WorkerError):
        unpack(Message("units", values, b"x"))


@pytest.mark.parametrize("rate", [48_000, 16_000])
def test_frames_of_mpeg_audio_say_what_they_are(rate: int) -> None:
    data = frames("mp2", rate, 64, 20)
    step = 1152 * TIMESCALE // rate
    whole = [(BEGIN + number * step, frame) for number, frame in enumerate(data)]
    units = made(begin("mp3", 48_000, bits=0), whole)
    times = [time for time, _ in units]
    assert {after - before for before, after in pairwise(times)} == {1920}
    assert times[-1] >= BEGIN + 19 * step - 4 * 1920
