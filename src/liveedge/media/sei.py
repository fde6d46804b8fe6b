"""Supplemental enhancement information (ITU-T H.264 §7.3.2.3.1, D.1)."""

from collections.abc import Iterator
from typing import Final

from liveedge.media.bits import unescape

_RECOVERY_POINT: Final = 6


def has_recovery_point(sei: bytes) -> bool:
    """Whether a SEI NAL unit of H.264 has a recovery point message (§D.2.8) in it."""
    return _RECOVERY_POINT in _payload_types(unescape(sei))


def _payload_types(sei: bytes) -> Iterator[int]:
    """The types of its messages; ends where it is no SEI any more."""
    position = 1
    # The last octet holds the stop bit, and is no message.
    while position < len(sei) - 1:
        kind, position = _number(sei, position)
        size, position = _number(sei, position)
        if position + size > len(sei):
            return
        yield kind
        position += size


def _number(sei: bytes, position: int) -> tuple[int, int]:
    """A payload type or size, and where it ends: 255 for each octet FF, and the last one."""
    number = 0
    while position < len(sei) and sei[position] == 0xFF:
        number += 255
        position += 1
    return number + (sei[position] if position < len(sei) else 0), position + 1
