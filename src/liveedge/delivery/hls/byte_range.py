"""Range requests (RFC 9110 §14) over a body in pieces."""

import re
from collections.abc import Iterable
from typing import Final

_RANGE: Final = re.compile(rb"bytes=([0-9]{0,15})-([0-9]{0,15})")


def parse(header: bytes, length: int) -> range | None:
    """The bytes that a Range header selects, None if it is to be ignored.

    Several ranges, and units other than bytes, may be ignored (§14.2), and are. An empty range
    cannot be satisfied: the answer is 416.
    """
    match = _RANGE.fullmatch(header.strip())
    if match is None:
        return None
    first, last = match.groups()
    if first:
        if last and int(last) < int(first):
            return None
        return range(int(first), min(int(last) + 1, length) if last else length)
    return range(max(0, length - int(last)), length) if last else None


def cut(pieces: Iterable[bytes | memoryview], wanted: range) -> list[memoryview]:
    """The wanted bytes of some pieces in a row, without copying them."""
    begin, end = wanted.start, wanted.stop
    result = []
    for piece in pieces:
        if begin < len(piece) and end > 0:
            result.append(memoryview(piece)[max(0, begin) : end])
        begin -= len(piece)
        end -= len(piece)
    return result
