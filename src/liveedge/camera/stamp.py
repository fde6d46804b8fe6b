"""The clock that machines read: the capture time, drawn into the top rows of each picture.

32 blocks of 16x16 pixels, most significant bit first, light = 1, dark = 0. The value is the Unix
time in milliseconds modulo 2^32. A block is one macroblock, so it survives any bit rate.
"""

from liveedge.camera.plane import Plane

BLOCK = 16
"""Edge of a block, in pixels."""
BITS = 32
WIDTH = BITS * BLOCK
"""Pixels of a row that the stamp covers; a picture must be at least this wide."""
LIGHT = 235
DARK = 16
_THRESHOLD = (LIGHT + DARK) // 2
_BLOCKS = (bytes([DARK]) * BLOCK, bytes([LIGHT]) * BLOCK)
# A row of the stamp is four lookups: what the eight blocks of each octet look like.
_OCTETS = [b"".join(_BLOCKS[octet >> bit & 1] for bit in range(7, -1, -1)) for octet in range(256)]


def stamp_value(wall: float) -> int:
    """Return the value that stands for the Unix time `wall`, in seconds."""
    return int(wall * 1000) & 0xFFFFFFFF


def draw_stamp(luma: Plane, value: int) -> None:
    """Draw `value` into the top left of a luma plane."""
    row = b"".join([_OCTETS[octet] for octet in value.to_bytes(4, "big")])
    view, stride = luma.view, luma.stride
    for start in range(0, BLOCK * stride, stride):
        view[start : start + WIDTH] = row


def read_stamp(luma: Plane) -> int:
    """Return the value drawn in a (decoded) luma plane."""
    start = BLOCK // 2 * luma.stride + BLOCK // 2
    value = 0
    for sample in luma.view[start : start + WIDTH : BLOCK]:
        value = value << 1 | (sample > _THRESHOLD)
    return value


def delay_ms(value: int, wall: float) -> int:
    """Return the milliseconds from the stamp `value` to the Unix time `wall`, signed."""
    difference = (stamp_value(wall) - value) & 0xFFFFFFFF
    return difference - (1 << 32) if difference >= 1 << 31 else difference
