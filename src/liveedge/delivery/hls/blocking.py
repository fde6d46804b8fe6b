"""Delivery directives (RFC 8216bis §6.2.5): what a request asks for, and whether it is there."""

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

MAX_QUERY: Final = 1024
_DIRECTIVE: Final = re.compile(rb"(?:^|&)_HLS_(msn|part)=([^&]*)")
_DECIMAL_INTEGER: Final = re.compile(rb"[0-9]{1,15}")
_ADVANCE_SEGMENTS: Final = 2
_ADVANCE_PARTS: Final = 3


class BadDirectivesError(Exception):
    """The directives of a request mean nothing; the answer is 400."""


@dataclass(frozen=True, slots=True)
class Position:
    """What a request waits for: a segment, or one of its parts."""

    msn: int
    part: int | None


@dataclass(frozen=True, slots=True)
class Edge:
    """How far a playlist goes."""

    last_msn: int
    """Media sequence number of the newest complete segment; the one after it is being made."""
    last_parts: int
    """How many parts the newest complete segment has; a gap has none."""
    open_parts: int
    """How many parts of the segment after it are listed."""
    part_target: int
    """Milliseconds."""


class Answer(Enum):
    """What to do with a request."""

    DELIVER = auto()
    WAIT = auto()
    REFUSE = auto()
    """400."""


def parse(query: bytes) -> Position | None:
    """Read the directives of a query string, None if there are none.

    §6.2.5.1: `_HLS_skip` must be ignored where CAN-SKIP-UNTIL is not offered, and it is not. Other
    parameters are not ours to judge.
    """
    if not query:
        return None
    if len(query) > MAX_QUERY:
        raise BadDirectivesError
    values: dict[bytes, int] = {}
    for name, value in _DIRECTIVE.findall(query):
        if name in values or not _DECIMAL_INTEGER.fullmatch(value):
            raise BadDirectivesError
        values[name] = int(value)
    if b"msn" in values:
        return Position(values[b"msn"], values.get(b"part"))
    if values:
        # §6.2.5.2: _HLS_part without _HLS_msn must be answered with Bad Request.
        raise BadDirectivesError
    return None


def answer(position: Position, edge: Edge) -> Answer:
    """Whether the playlist has what was asked for (§6.2.5.2)."""
    msn, part = position.msn, position.part
    if msn > edge.last_msn + _ADVANCE_SEGMENTS:
        return Answer.REFUSE
    if part is None:
        return Answer.DELIVER if msn <= edge.last_msn else Answer.WAIT
    if msn == edge.last_msn and 0 < edge.last_parts <= part:
        # A part index beyond that of the final part is part 0 of the following segment.
        msn, part = msn + 1, 0
    if msn <= edge.last_msn:
        # Also if it is not in the playlist any more: the entire playlist is delivered.
        return Answer.DELIVER
    last_part = edge.open_parts - 1 if msn == edge.last_msn + 1 else -1
    if part <= last_part:
        return Answer.DELIVER
    too_far = part - last_part > advance_part_limit(edge.part_target)
    return Answer.REFUSE if too_far else Answer.WAIT


def advance_part_limit(part_target_ms: int) -> int:
    """How many parts a request may be ahead of the last one (§6.2.5.2)."""
    return _ADVANCE_PARTS * 1000 // min(part_target_ms, 1000)
