"""Numbers of pictures in slice headers, changed in their place."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveedge.errors import ProtocolError
from liveedge.media.bits import unescape
from liveedge.media.h264 import parse_sps
from liveedge.media.h264_slice import (
    PictureNumbers,
    SliceSyntax,
    is_reference,
    read_numbers,
    shift_numbers,
)
from tests.media.bit_writer import BitWriter
from tests.support import encode

WIDTHS = st.integers(4, 16)


def escape(rbsp: bytes) -> bytes:
    """An octet at a time, as clause 7.4.1 words it."""
    nal = bytearray()
    for octet in rbsp:
        if nal[-2:] == b"\0\0" and octet <= 3:
            nal.append(3)
        nal.append(octet)
    return bytes(nal)


def slice_of(
    syntax: SliceSyntax, frame_num: int, order: int, *, first_mb: int = 0, rest: bytes = b"rest"
) -> bytes:
    """A P slice."""
    writer = BitWriter()
    for value in (first_mb, 5, 0):
        writer.ue(value)
    writer.bits(frame_num, syntax.frame_num_bits)
    if syntax.order_bits:
        writer.bits(order, syntax.order_bits)
    return escape(b"\x61" + writer.data() + rest)


@given(WIDTHS, WIDTHS | st.just(0), st.data())
def test_numbers_are_changed_and_nothing_else(
    frame_num_bits: int, order_bits: int, data: st.DataObject
) -> None:
    syntax = SliceSyntax(frame_num_bits, order_bits, simple=True)
    number = data.draw(st.integers(0, (1 << frame_num_bits) - 1))
    order = data.draw(st.integers(0, (1 << order_bits) - 1))
    first_mb = data.draw(st.integers(0, 8000))
    rest = data.draw(st.lists(st.sampled_from([0, 0, 0, 1, 2, 3, 255]), max_size=80).map(bytes))
    differences = st.integers(-(1 << 17), 1 << 17)
    by_number, by_order = data.draw(differences), data.draw(differences)
    nal = slice_of(syntax, number, order, first_mb=first_mb, rest=rest + b"\x80")
    assert read_numbers(nal, syntax) == PictureNumbers(number, order)
    shifted = PictureNumbers(
        (number + by_number) % (1 << frame_num_bits), (order + by_order) % (1 << order_bits)
    )
    expected = slice_of(
        syntax, shifted.frame_num, shifted.order, first_mb=first_mb, rest=rest + b"\x80"
    )
    assert shift_numbers(nal, syntax, by_number, by_order) == expected


@given(st.binary(max_size=60), WIDTHS, WIDTHS)
def test_no_octets_raise_anything_but_a_protocol_error(
    octets: bytes, frame_num_bits: int, order_bits: int
) -> None:
    syntax = SliceSyntax(frame_num_bits, order_bits, simple=True)
    with suppress(ProtocolError):
        changed = shift_numbers(b"\x61" + octets, syntax, 1, 2)
        assert len(unescape(changed)) == len(unescape(b"\x61" + octets))


def test_a_real_encoder_counts_pictures_from_each_idr_picture_on() -> None:
    encoded = encode(frames=8, gop=4)
    syntax = parse_sps(encoded.parameter_sets[0]).slices
    numbers = [read_numbers(nals[0], syntax).frame_num for nals, _ in encoded.pictures]
    assert numbers == [0, 1, 2, 3, 0, 1, 2, 3]
    assert all(is_reference(nals[0]) for nals, _ in encoded.pictures)


@pytest.mark.parametrize(
    ("nal", "syntax"),
    [
        (b"\x06sei", SliceSyntax(4, 4, simple=True)),
        (b"\x42partition", SliceSyntax(4, 4, simple=True)),
        (b"\x61\x80\x80", SliceSyntax(4, 4, simple=False)),
        (b"\x61\x80\x80", SliceSyntax(40, 0, simple=True)),
        (b"\x61\xe0", SliceSyntax(16, 16, simple=True)),
    ],
    ids=["no slice", "partition", "fields", "impossible length", "cut"],
)
def test_what_cannot_be_read_is_a_protocol_error(nal: bytes, syntax: SliceSyntax) -> None:
    with pytest.raises(ProtocolError):
        shift_numbers(nal, syntax, 1, 1)
