from contextlib import suppress

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveedge.errors import ProtocolError
from liveedge.media.audio import aac_config, opus_config, played


@pytest.mark.parametrize(("rate", "layout", "channels"), [(48000, "stereo", 2), (8000, "mono", 1)])
def test_the_configuration_of_a_real_encoder(rate: int, layout: str, channels: int) -> None:
    encoder = av.CodecContext.create("aac", "w")
    encoder.sample_rate, encoder.layout, encoder.format = rate, layout, "fltp"
    encoder.open()
    assert encoder.extradata is not None
    config = aac_config(encoder.extradata)
    assert (config.codec, config.sample_rate, config.channels) == ("mp4a.40.2", rate, channels)
    assert config.frame_samples == 1024
    assert encoder.extradata in config.description


def test_an_explicit_frequency_and_short_frames_are_read() -> None:
    # AAC LC, index 15, 44100 Hz in 24 bits, mono, frameLengthFlag.
    bits = "00010" + "1111" + format(44100, "024b") + "0001" + "1" + "00"
    config = aac_config(int(bits, 2).to_bytes(len(bits) // 8, "big"))
    assert (config.sample_rate, config.channels, config.frame_samples) == (44100, 1, 960)


@pytest.mark.parametrize(
    "specific", ["", "11", "1180", "f85090", "1600", "17ffffffffff", "11" * 99]
)
def test_what_is_no_aac_is_refused(specific: str) -> None:
    with pytest.raises(ProtocolError):
        aac_config(bytes.fromhex(specific))


@given(st.binary(max_size=70))
def test_any_bytes_are_a_configuration_or_our_error(data: bytes) -> None:
    with suppress(ProtocolError):
        config = aac_config(data)
        assert 0 < config.sample_rate <= 96000
        assert config.channels


@pytest.mark.parametrize(("kind", "plays"), [(1, False), (2, True), (4, False)])
def test_browsers_play_low_complexity_only(kind: int, plays: bool) -> None:
    assert played(aac_config(bytes((kind << 3 | 1, 0x90)))) is plays


def test_opus_describes_itself() -> None:
    assert opus_config(2).description[4:10] == b"dOps\x00\x02"
    assert len(opus_config(2).description) == 19
    assert played(opus_config(2))
