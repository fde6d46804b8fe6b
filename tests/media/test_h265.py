from contextlib import suppress
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveedge.errors import ProtocolError
from liveedge.media.bmff import init_segment
from liveedge.media.h265 import H265Config, ParameterSets, parse_sps
from tests.media.bit_writer import BitWriter
from tests.support import demux, encode

MAIN_LEVEL_4 = bytes.fromhex("01600000009000000000007b")
"""Profile, tier and level of a main profile stream at level 4.1, as `hvcC` has them."""


def sps(
    *,
    layers: int = 1,
    cropped: int = 0,
    lists: bool = False,
    inter: bool = False,
    long_term: int = 0,
    vui: bool = True,
) -> bytes:
    """An SPS of 1920 by 1088 - `cropped`, written by the letter of §7.3.2.2.1."""
    w = BitWriter()
    write_layers(w, layers)
    for value in (3, 1, 1920, 1088):
        w.ue(value)
    w.bits(cropped > 0, 1)
    if cropped:
        for value in (0, 0, 0, cropped // 2):
            w.ue(value)
    for value in (2, 2, 4):
        w.ue(value)
    w.bits(layers > 1, 1)
    for layer in range(layers):
        for value in (4, layer, 0):
            w.ue(value)
    for value in (0, 3, 0, 3, 1, 1):
        w.ue(value)
    w.bits(3 if lists else 0, 2 if lists else 1)
    if lists:
        write_scaling_lists(w)
    w.bits(0b011, 3)
    w.bits(0, 8)
    for value in (0, 2):
        w.ue(value)
    w.bits(0, 1)
    write_reference_sets(w, inter=inter)
    w.bits(long_term > 0, 1)
    if long_term:
        w.ue(long_term)
        w.bits(0, long_term * 9)
    w.bits(3, 2)
    w.bits(vui, 1)
    if vui:
        write_vui(w)
    return escape(b"\x42\x01" + w.data())


def escape(rbsp: bytes) -> bytes:
    """Put emulation prevention in (§7.4.2)."""
    escaped, zeros = bytearray(), 0
    for byte in rbsp:
        if zeros >= 2 and byte <= 3:
            escaped.append(3)
            zeros = 0
        escaped.append(byte)
        zeros = zeros + 1 if byte == 0 else 0
    return bytes(escaped)


def write_layers(w: BitWriter, layers: int) -> None:
    w.bits(0, 4)
    w.bits(layers - 1, 3)
    w.bits(1, 1)
    w.bits(int.from_bytes(MAIN_LEVEL_4, "big"), 96)
    if layers > 1:
        w.bits((1 << 2 * (layers - 1)) - 1, 2 * (layers - 1))
        w.bits(0, 2 * (9 - layers))
        w.bits(1, 96 * (layers - 1))


def write_vui(w: BitWriter) -> None:
    """Extended aspect ratio, overscan, colours, and 25 pictures a second."""
    for value, bits in (
        *((0b1_11111111, 9), (0x00010001, 32), (0b11, 2), (0b1_0101_1, 6), (0x010101, 24)),
        *((0, 1), (0, 3), (0, 1), (1, 1), (1, 32), (25, 32)),
    ):
        w.bits(value, bits)


def write_scaling_lists(w: BitWriter) -> None:
    for size in range(4):
        for matrix in range(2 if size == 3 else 6):
            w.bits(matrix == 0, 1)
            if matrix:
                w.ue(1)
                continue
            for number in range(min(64, 16 << 2 * size) + (size > 1)):
                w.se(number % 3 - 1)


def write_reference_sets(w: BitWriter, *, inter: bool) -> None:
    w.ue(3 if inter else 1)
    for value in (2, 1):
        w.ue(value)
    for _ in range(3):
        w.ue(0)
        w.bits(1, 1)
    if inter:
        for used in ("1 1 01 00", "1 00 01 1"):  # of 3 + 1 pictures, and then of 3 + 1
            w.bits(1, 1)
            w.bits(1, 1)
            w.ue(0)
            w.text += used.replace(" ", "")


@pytest.mark.parametrize("layers", [1, 2, 7])
@pytest.mark.parametrize("lists", [False, True])
@pytest.mark.parametrize("inter", [False, True])
@pytest.mark.parametrize("long_term", [0, 3])
def test_sps_by_the_letter_of_the_standard(
    layers: int, lists: bool, inter: bool, long_term: int
) -> None:
    parameters = parse_sps(
        sps(layers=layers, cropped=8, lists=lists, inter=inter, long_term=long_term)
    )
    assert (parameters.width, parameters.height) == (1920, 1080)
    assert (parameters.bit_depth_luma, parameters.chroma_format) == (10, 1)
    assert parameters.frame_rate == 25
    assert parameters.temporal_layers == layers
    assert parameters.reorder_frames == layers - 1
    assert parameters.profile_tier_level == MAIN_LEVEL_4


def test_a_damaged_vui_costs_only_the_frame_rate() -> None:
    whole = sps()
    assert parse_sps(whole[:-6]).frame_rate is None
    assert parse_sps(whole[:-6]).height == 1088
    assert parse_sps(sps(vui=False)).frame_rate is None


@pytest.mark.parametrize("size", [(64, 48), (1280, 720), (1920, 1080), (358, 202)])
def test_sps_of_a_real_encoder(size: tuple[int, int]) -> None:
    parameters = parse_sps(encode(frames=1, gop=1, size=size, codec="h265").parameter_sets[1])
    assert (parameters.width, parameters.height) == size
    assert parameters.frame_rate == Fraction(30, 1)
    assert parameters.reorder_frames == 0


@given(st.binary(max_size=200))
def test_any_bytes_parse_or_raise_our_error(data: bytes) -> None:
    with suppress(ProtocolError):
        parse_sps(b"\x42\x01" + data)


@given(st.integers(1, 400), st.integers(0, 7))
def test_a_damaged_sps_parses_or_raises_our_error(position: int, bit: int) -> None:
    damaged = bytearray(sps(layers=2, lists=True, inter=True, long_term=2))
    damaged[2 + position % (len(damaged) - 2)] ^= 1 << bit
    try:
        parameters = parse_sps(bytes(damaged))
    except ProtocolError:
        return
    assert 0 < parameters.width <= 16384
    assert 0 < parameters.height <= 16384


def config() -> H265Config:
    sets = ParameterSets()
    sets.update(encode(codec="h265").parameter_sets)
    made = sets.config()
    assert made is not None
    return made


@pytest.mark.parametrize(
    ("profile_tier_level", "codec"),
    [
        (MAIN_LEVEL_4.hex(), "hvc1.1.6.L123.90"),
        ("01600000 00b0 00000000 00 5d", "hvc1.1.6.L93.B0"),
        ("22200000 00b0 00000000 00 99", "hvc1.2.4.H153.B0"),
        ("43700000 00 000000000000 5d", "hvc1.A3.E.L93"),
        ("04080000 00 9e a8 0000 0000 7b", "hvc1.4.10.L123.9E.A8"),
    ],
)
def test_the_codec_is_said_as_annex_e_demands(profile_tier_level: str, codec: str) -> None:
    made = config()
    octets = bytes.fromhex(profile_tier_level)
    assert len(octets) == 12
    parameters = replace(made.parameters, profile_tier_level=octets)
    assert H265Config(made.vps, made.sps, made.pps, parameters).codec == codec


def test_hvcc_carries_the_parameter_sets() -> None:
    made = config()
    kind, record = made.record
    assert kind == b"hvcC"
    assert record[0] == 1
    assert record[1:13] == made.parameters.profile_tier_level
    assert record[21] & 3 == 3, "four octets of length"
    arrays, rest = [], record[23:]
    for _ in range(record[22]):
        count = int.from_bytes(rest[1:3], "big")
        number, rest = rest[0], rest[3:]
        for _ in range(count):
            length = int.from_bytes(rest[:2], "big")
            arrays.append((number, rest[2 : 2 + length]))
            rest = rest[2 + length :]
    assert rest == b""
    assert arrays == [
        (0x80 | 32, made.vps[0]),
        (0x80 | 33, made.sps[0]),
        (0x80 | 34, made.pps[0]),
    ]


def test_ffmpeg_takes_the_init_segment() -> None:
    assert demux(init_segment(config())) == []


def test_parameter_sets_change_only_when_their_bytes_do() -> None:
    small, large = encode(codec="h265"), encode(size=(128, 96), codec="h265")
    sets = ParameterSets()
    assert sets.update(small.parameter_sets[1:])
    assert sets.config() is None
    assert sets.update(small.parameter_sets)
    assert not sets.update(small.parameter_sets)
    assert sets.update(large.parameter_sets)
    made = sets.config()
    assert made is not None
    assert (made.parameters.width, len(made.sps)) == (128, 1)


@pytest.mark.parametrize(
    "nal",
    [b"", b"\x26\x01abc", b"\x44\x01" + bytes(5000), b"\x42\x01\x01", b"\x40", b"\x44\x01\x00\x80"],
)
def test_what_is_no_parameter_set_is_refused(nal: bytes) -> None:
    with pytest.raises(ProtocolError):
        ParameterSets().update([nal])
