"""First numbers of a run: they never go back, though nothing is kept on disk.

RFC 8216bis §6.2.2: media sequence numbers must not decrease, and a player outlives a restart of
the server. So the numbers of a run begin where no earlier run can have come, which the wall clock
tells: a run uses less than four media sequence numbers a second, since no segment is wished shorter
than 0.3 s, and begins with the number of quarters of a second that the clock has counted.

If the clock was set back while the server was down, they do go back. That does no harm to players
either, for each run has its own `token`, which is part of the names of its playlists and media.
"""

import secrets
from dataclasses import dataclass
from typing import Final

SEGMENTS_PER_SECOND: Final = 4
_BEGINNING: Final = 1_767_225_600
"""2026-01-01, so that the numbers fit into 31 bits until 2043; some players keep no more."""


@dataclass(frozen=True, slots=True)
class Numbering:
    """Where the numbers of one run of one stream begin."""

    media_sequence: int
    token: str
    """Part of every name of this run: eight characters that no other run has."""
    discontinuities: int = 0
    """How many there have been of what this is another version of."""


def begin_numbering(unix_seconds: float, discontinuities: int = 0) -> Numbering:
    """Numbers for a run that begins now."""
    elapsed = max(0.0, unix_seconds - _BEGINNING)
    return Numbering(int(elapsed * SEGMENTS_PER_SECOND), secrets.token_hex(4), discontinuities)
