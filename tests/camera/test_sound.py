"""What the camera lets be heard, decoded: a beep at each full second, and no seam anywhere."""

from array import array
from typing import TYPE_CHECKING

import av
import pytest
from av.audio.codeccontext import AudioCodecContext
from av.audio.resampler import AudioResampler
from hypothesis import given
from hypothesis import strategies as st

from liveedge.camera.flash import is_lit
from liveedge.camera.sound import Sound, record
from liveedge.camera.sound_codecs import AAC, PCMU, SOUND_CODECS, SoundCodec
from liveedge.camera.tone import BEEP_SECONDS, second
from liveedge.rtsp.sound import AacDepacketizer

if TYPE_CHECKING:
    from liveedge.media.audio import AudioUnit

DECODERS = {"aac": "aac", "opus": "opus", "pcmu": "pcm_mulaw", "pcma": "pcm_alaw"}
SPECIFIC_CONFIG = bytes.fromhex("1188")
EVERY = pytest.mark.parametrize("codec", SOUND_CODECS.values(), ids=SOUND_CODECS)


def heard(sound: Sound, count: int) -> "array[int]":
    """The samples of so many units, from the Unix second 0 on."""
    codec = sound.codec
    decoder = av.CodecContext.create(DECODERS[codec.name], "r")
    assert isinstance(decoder, AudioCodecContext)
    decoder.sample_rate = codec.rate
    decoder.layout = "mono"
    decoder.extradata = SPECIFIC_CONFIG if codec is AAC else None
    mono = AudioResampler(format="s16", layout="mono", rate=codec.rate)
    samples = array("h")
    for index in range(count):
        for coded in decoder.decode(av.Packet(sound.unit(index))):
            for frame in mono.resample(coded):
                samples.frombytes(bytes(frame.planes[0])[: 2 * frame.samples])
    return samples


@EVERY
def test_each_beep_begins_with_its_second(codec: SoundCodec) -> None:
    rate = codec.rate
    sound = record(codec)
    # Once around the circle of units, and over its seam.
    samples = heard(sound, len(sound.units) + 2 * rate // codec.duration)
    for begin in range(rate, len(samples) - rate, rate):
        around = range(begin - rate // 20, begin + rate // 20)
        first = next(place for place in around if abs(samples[place]) > 4000)
        assert abs(first - begin) <= rate * 0.0003
        last = next(
            place for place in range(begin + rate // 2, begin, -1) if abs(samples[place]) > 4000
        )
        assert abs(last - begin - rate * BEEP_SECONDS) <= rate * 0.002


@EVERY
def test_between_two_beeps_there_is_a_hum_without_a_click(codec: SoundCodec) -> None:
    rate = codec.rate
    sound = record(codec)
    samples = heard(sound, len(sound.units) + 2 * rate // codec.duration)
    cycle = rate // 250
    for begin in range(rate, len(samples) - rate, rate):
        for place in range(begin + rate // 4, begin + rate * 9 // 10, cycle):
            loudest = max(map(abs, samples[place : place + cycle]))
            assert 150 < loudest < 700


def test_a_whole_number_of_units_makes_whole_seconds() -> None:
    for codec in SOUND_CODECS.values():
        assert len(record(codec).units) * codec.duration % codec.rate == 0


@given(st.floats(1e9, 2e9), st.sampled_from([(AAC, 1024), (PCMU, 0)]))
def test_the_newest_unit_is_complete_and_the_next_is_not(
    wall: float, kind: tuple[SoundCodec, int]
) -> None:
    codec, lead = kind
    sound = Sound(codec, (b"unit",), lead)
    newest = sound.newest(wall)
    assert sound.complete(newest) <= wall + 1e-6
    assert sound.complete(newest + 1) > wall - 1e-6
    ends = sound.begins(newest) + codec.duration / codec.rate
    assert sound.complete(newest) == pytest.approx(ends + lead / codec.rate, abs=1e-6)


def test_our_depacketizer_gets_the_access_unit_back() -> None:
    units: list[AudioUnit] = []
    depacketizer = AacDepacketizer(units.append, size_bits=13, index_bits=3, duration=1024)
    unit = record(AAC).unit(7)
    payload = AAC.payload_of(unit)
    depacketizer.push(payload, 0, len(payload), 5, 0x80, 1.0)
    assert [(each.data, each.duration) for each in units] == [(unit, 1024)]


@given(st.floats(0, 2e9))
def test_the_flash_is_as_long_as_the_beep(wall: float) -> None:
    assert is_lit(wall) == (wall % 1 < BEEP_SECONDS)


@pytest.mark.parametrize("rate", [8000, 48_000])
def test_a_second_joins_the_next_one_without_a_step(rate: int) -> None:
    samples = array("h", second(rate))
    assert len(samples) == rate
    assert samples[0] == 0
    assert abs(samples[-1]) < 100
