"""The log of one stream: a line an event, and never a flood of them."""

from dataclasses import dataclass
from typing import Any, Final, Protocol

BURST: Final = 4
"""Lines of one topic that are written at once."""
REFILL_SECONDS: Final = 15.0
"""After so long there is room for one more."""


class Log(Protocol):
    """Writes a line with fields, as structlog does."""

    def info(self, event: str, **fields: Any) -> object:
        """Write what is good to know."""
        ...

    def warning(self, event: str, **fields: Any) -> object:
        """Write what somebody should look at."""
        ...


@dataclass(slots=True)
class _Topic:
    room: float
    since: float
    held: tuple[str, bool, dict[str, Any]] | None = None
    unsaid: int = 0


class Journal:
    """Writes lines by topic; where a camera comes and goes, only the newest line of each.

    A line that finds no room is held until there is some. A newer one of its topic takes its
    place, so that the last line always says how things are; it counts those before it.
    """

    def __init__(self, log: Log) -> None:
        self._log = log
        self._topics: dict[str, _Topic] = {}

    def note(self, now: float, topic: str, event: str, *, warn: bool, **fields: Any) -> None:
        """Write or hold a line; `topic` is one of few, `now` is monotonic."""
        entry = self._topics.get(topic)
        if entry is None:
            entry = self._topics[topic] = _Topic(BURST, now)
        if entry.held is not None:
            entry.unsaid += 1
        entry.held = event, warn, fields
        self._release(now, entry)

    def flush(self, now: float) -> None:
        """Write what is held and has room by now."""
        for entry in self._topics.values():
            if entry.held is not None:
                self._release(now, entry)

    def _release(self, now: float, entry: _Topic) -> None:
        entry.room = min(BURST, entry.room + (now - entry.since) / REFILL_SECONDS)
        entry.since = now
        if entry.held is None or entry.room < 1:
            return
        event, warn, fields = entry.held
        if entry.unsaid:
            fields["unsaid"] = entry.unsaid
        entry.room -= 1
        entry.held, entry.unsaid = None, 0
        (self._log.warning if warn else self._log.info)(event, **fields)
