"""Keyframes as fragmented MP4, as a window holds them."""

from functools import cache

from liveedge.packaging.packager import Packager
from tests.support import access_units, encode


@cache
def keyframe(size: tuple[int, int] = (128, 96)) -> bytes:
    """An init segment and the chunk of an IDR picture, grey."""
    packager = Packager(1)
    (unit,) = access_units(encode(1, 1, size))
    chunk = packager.add(unit, 0, gap=False, capture_us=0, arrival_us=0, camera_clock=False)
    assert chunk is not None
    assert packager.epoch is not None
    return packager.epoch.init + chunk.payload
