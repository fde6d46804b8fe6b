"""The numbers that an H.264 slice header gives its picture (ITU-T H.264 §7.3.3), read and changed.

They are of a fixed length, so a changed one takes the place of the other and nothing moves.
"""

from dataclasses import dataclass
from re import compile as pattern
from typing import Final

from liveedge.errors import ProtocolError
from liveedge.media.bits import BitReader, unescape

_SLICE, _IDR = 1, 5
_LONGEST_HEADER: Final = 40
"""Octets in which the numbers stand for sure: three codes of at most 32 bits, two of 16."""
_MAX_BITS: Final = 16
_NEEDS_ESCAPE: Final = pattern(rb"\x00\x00(?=[\x00-\x03])")
_LARGEST_ESCAPED: Final = 3


@dataclass(frozen=True, slots=True)
class SliceSyntax:
    """What a sequence parameter set says about the headers of slices."""

    frame_num_bits: int
    order_bits: int
    """Of pic_order_cnt_lsb; 0 where headers have none, as the order follows from frame_num."""
    simple: bool
    """False if fields or separate colour planes may put more in front of these numbers."""


@dataclass(frozen=True, slots=True)
class PictureNumbers:
    """What the slices of one picture say about its place among the others."""

    frame_num: int
    """Counts reference pictures since the last IDR picture, modulo 2^frame_num_bits."""
    order: int
    """pic_order_cnt_lsb; 0 where there is none."""


def is_reference(nal: bytes) -> bool:
    """Whether other pictures may refer to that of a slice (nal_ref_idc)."""
    return nal[0] & 0x60 != 0


def is_slice(nal: bytes) -> bool:
    """Whether a NAL unit is a whole slice of a primary coded picture."""
    return nal[0] & 0x1F in (_SLICE, _IDR)


def read_numbers(nal: bytes, syntax: SliceSyntax) -> PictureNumbers:
    """The numbers in the header of a slice; `ProtocolError` if it has none that could be read."""
    _, rbsp = _head(nal)
    at, order_at = _places(rbsp, nal[0] & 0x1F == _IDR, syntax)
    reader = BitReader(rbsp)
    reader.bits(at)
    frame_num = reader.bits(syntax.frame_num_bits)
    reader.bits(order_at - at - syntax.frame_num_bits)
    return PictureNumbers(frame_num, reader.bits(syntax.order_bits))


def shift_numbers(nal: bytes, syntax: SliceSyntax, frame_num: int, order: int) -> bytes:
    """The slice with these differences added to its numbers, modulo what they may be.

    Raises `ProtocolError` if it has none that could be read.
    """
    head, rbsp = _head(nal)
    at, order_at = _places(rbsp, nal[0] & 0x1F == _IDR, syntax)
    size = 8 * len(rbsp)
    value = int.from_bytes(rbsp, "big")
    value = _add(value, size - at - syntax.frame_num_bits, syntax.frame_num_bits, frame_num)
    value = _add(value, size - order_at - syntax.order_bits, syntax.order_bits, order)
    changed = value.to_bytes(len(rbsp), "big")
    return _NEEDS_ESCAPE.sub(b"\x00\x00\x03", changed) + nal[head:]


def _head(nal: bytes) -> tuple[int, bytes]:
    """How many octets of a slice hold its numbers, and those without emulation prevention."""
    if not is_slice(nal):
        raise ProtocolError("A NAL unit has no picture numbers, for it is no slice.")
    end = min(_LONGEST_HEADER, len(nal))
    # What begins behind such an octet is escaped alike, whatever stands before it.
    while end < len(nal) and nal[end - 1] <= _LARGEST_ESCAPED:
        end += 1
    return end, unescape(nal[:end])


def _places(rbsp: bytes, is_idr: bool, syntax: SliceSyntax) -> tuple[int, int]:
    """Where frame_num and pic_order_cnt_lsb begin, in bits."""
    if not syntax.simple or max(syntax.frame_num_bits, syntax.order_bits) > _MAX_BITS:
        raise ProtocolError("These pictures are numbered in a way that is not read.")
    reader = BitReader(rbsp)
    reader.bits(8)  # NAL unit header
    reader.ue()  # first_mb_in_slice
    reader.ue()  # slice_type
    reader.ue()  # pic_parameter_set_id
    at = reader.position
    reader.bits(syntax.frame_num_bits)
    if is_idr:
        reader.ue()  # idr_pic_id
    order_at = reader.position
    reader.bits(syntax.order_bits)
    return at, order_at


def _add(value: int, shift: int, bits: int, difference: int) -> int:
    """Add to a field of `bits` bits that ends `shift` bits before the end."""
    mask = (1 << bits) - 1
    field = value >> shift & mask
    return value ^ (field ^ (field + difference & mask)) << shift
