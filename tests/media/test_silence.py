"""Silence that decoders of others take for it."""

import av
import pytest

from liveedge.media.audio import AudioConfig, aac_config, opus_config
from liveedge.media.silence import silent_unit

HEAD = b"OpusHead\x01\x02\x00\x00\x80\xbb\x00\x00\x00\x00\x00"
SBR = AudioConfig("mp4a.40.5", 24000, 1, b"mp4a", b"", 1024)
SURROUND = AudioConfig("mp4a.40.2", 48000, 6, b"mp4a", b"", 1024)


@pytest.mark.parametrize("specific", ["1188", "1190", "1408", "1588", "1210"])
def test_a_decoder_of_aac_makes_silence_of_it(specific: str) -> None:
    extradata = bytes.fromhex(specific)
    assert decoded("aac", extradata, aac_config(extradata)) == (10 * 1024, {0})


def test_a_decoder_of_opus_makes_silence_of_it() -> None:
    assert decoded("libopus", HEAD, opus_config(2)) == (10 * 960, {0})


@pytest.mark.parametrize("config", [AudioConfig("ulaw", 8000, 1, b"ulaw"), SBR, SURROUND])
def test_what_is_not_known_is_not_guessed(config: AudioConfig) -> None:
    assert silent_unit(config) is None


def decoded(codec: str, extradata: bytes, config: AudioConfig) -> tuple[int, set[int]]:
    """How many samples ten units are, and which bytes are in them."""
    unit = silent_unit(config)
    assert unit is not None
    decoder = av.CodecContext.create(codec, "r")
    assert isinstance(decoder, av.AudioCodecContext)
    decoder.extradata = extradata
    frames = [frame for _ in range(10) for frame in decoder.decode(av.Packet(unit[0]))]
    assert {frame.samples for frame in frames} == {unit[1]}
    return sum(frame.samples for frame in frames), {
        byte for f in frames for byte in bytes(f.planes[0])
    }
