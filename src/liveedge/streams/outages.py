"""When and why a camera was lost, and for how long."""

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from liveedge.errors import Reason, SourceError

REMEMBERED: Final = 20


@dataclass(frozen=True, slots=True)
class Outage:
    """One time that pictures stopped and came back."""

    reason: Reason
    """Why the session ended that had delivered; what failed until the next one did is not it."""
    error: str
    began: float
    """Unix time."""
    seconds: float


@dataclass(frozen=True, slots=True)
class _Open:
    reason: Reason
    error: str
    began: float
    since: float


class Outages:
    """Counts all outages that are over, by reason, and remembers the newest ones."""

    def __init__(self) -> None:
        self.by_reason: Counter[Reason] = Counter()
        self._newest: deque[Outage] = deque(maxlen=REMEMBERED)
        self._open: _Open | None = None

    @property
    def count(self) -> int:
        """How often pictures came back."""
        return self.by_reason.total()

    def __iter__(self) -> Iterator[Outage]:
        """The newest outages, the last one first."""
        return reversed(tuple(self._newest))

    def begin(self, error: SourceError, now: float, wall: float) -> None:
        """Pictures have stopped."""
        self._open = _Open(error.reason, str(error), wall, now)

    def end(self, now: float) -> Outage | None:
        """Pictures come; return the outage that is over, if there was one."""
        opened, self._open = self._open, None
        if opened is None:
            return None
        outage = Outage(opened.reason, opened.error, opened.began, now - opened.since)
        self.by_reason[opened.reason] += 1
        self._newest.append(outage)
        return outage

    def forget(self) -> None:
        """Somebody stopped the stream: that pictures come later is no recovery."""
        self._open = None
