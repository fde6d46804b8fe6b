from contextlib import suppress
from fractions import Fraction

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveedge.errors import ProtocolError
from liveedge.media.bits import BitReader, unescape
from liveedge.media.h264 import ParameterSets, parse_sps
from tests.media.bit_writer import BitWriter
from tests.support import encode, split_annex_b


@given(st.lists(st.tuples(st.sampled_from(["ue", "se"]), st.integers(0, 2**31 - 2))))
def test_exp_golomb_round_trip(values: list[tuple[str, int]]) -> None:
    writer = BitWriter()
    signed = [(kind, -v if kind == "se" and v % 3 == 0 else v) for kind, v in values]
    for kind, value in signed:
        getattr(writer, kind)(value)
    reader = BitReader(writer.data())
    assert [(kind, getattr(reader, kind)()) for kind, _ in signed] == signed


def test_reading_past_the_end_is_a_protocol_error() -> None:
    reader = BitReader(b"\xff")
    assert reader.bits(8) == 255
    with pytest.raises(ProtocolError, match="ends in the middle"):
        reader.bits(1)


def test_emulation_prevention_is_taken_out() -> None:
    assert unescape(b"\x67\x00\x00\x03\x01\x00\x00\x03\x00\x00\x03\x02") == (
        b"\x67\x00\x00\x01\x00\x00\x00\x00\x02"
    )


@pytest.mark.parametrize("size", [(64, 48), (1280, 720), (1920, 1080), (358, 202)])
def test_sps_of_a_real_encoder(size: tuple[int, int]) -> None:
    sps, _ = encode(frames=1, gop=1, size=size).parameter_sets
    parameters = parse_sps(sps)
    assert (parameters.width, parameters.height) == size
    assert parameters.frame_rate == Fraction(30, 1)
    assert parameters.reorder_frames == 0
    assert parameters.chroma_format == 1


def test_sps_with_b_frames_states_its_reorder_depth() -> None:
    codec = av.CodecContext.create("libx264", "w")
    codec.width, codec.height, codec.pix_fmt = 128, 96, "yuv444p"
    codec.time_base = Fraction(1, 25)
    codec.options = {"x264-params": "bframes=3:b-pyramid=normal"}
    codec.flags |= av.codec.context.Flags.global_header
    codec.open()
    assert codec.extradata is not None
    sps = next(nal for nal in split_annex_b(codec.extradata) if nal[0] & 31 == 7)
    parameters = parse_sps(sps)
    assert parameters.reorder_frames == 2
    assert parameters.chroma_format == 3
    assert (parameters.width, parameters.height) == (128, 96)


@given(st.binary(max_size=200))
def test_any_bytes_parse_or_raise_our_error(data: bytes) -> None:
    with suppress(ProtocolError):
        parse_sps(b"\x67" + data)


@given(st.integers(1, 60), st.integers(0, 7))
def test_a_damaged_sps_parses_or_raises_our_error(position: int, bit: int) -> None:
    sps = bytearray(encode().parameter_sets[0])
    sps[position % len(sps)] ^= 1 << bit
    try:
        parameters = parse_sps(bytes(sps))
    except ProtocolError:
        return
    assert 0 < parameters.width <= 16384
    assert 0 < parameters.height <= 16384


def test_parameter_sets_change_only_when_their_bytes_do() -> None:
    small, large = encode(), encode(size=(128, 96))
    sets = ParameterSets()
    assert sets.config() is None
    assert sets.update(small.parameter_sets[:1])
    assert sets.config() is None
    assert sets.update(small.parameter_sets)
    config = sets.config()
    assert config is not None
    assert config.codec == "avc1." + small.parameter_sets[0][1:4].hex()
    assert not sets.update(small.parameter_sets)
    assert sets.update(large.parameter_sets)
    config = sets.config()
    assert config is not None
    assert config.parameters.width == 128
    assert len(config.sps) == 1


@pytest.mark.parametrize("nal", [b"", b"\x65abc", b"\x68" + bytes(5000), b"\x67\x42\xc0\x1f\x00"])
def test_what_is_no_parameter_set_is_refused(nal: bytes) -> None:
    with pytest.raises(ProtocolError):
        ParameterSets().update([nal])
