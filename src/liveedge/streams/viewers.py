"""Who is watching a stream, and what they report."""

from dataclasses import dataclass


@dataclass(slots=True, eq=False)
class Viewer:
    """One viewer of one stream; times in milliseconds, None until its player has reported."""

    transport: str
    latency_p50_ms: float | None = None
    latency_p95_ms: float | None = None
    stalls: int = 0
    dropped: int = 0
    skipped: int = 0
    """Chunks that it did not keep up with."""


class Viewers:
    """The viewers of one stream."""

    def __init__(self) -> None:
        self._present: set[Viewer] = set()

    def __len__(self) -> int:
        return len(self._present)

    def join(self, viewer: Viewer) -> None:
        """A viewer begins."""
        self._present.add(viewer)

    def leave(self, viewer: Viewer) -> None:
        """A viewer has gone; harmless if it had not joined."""
        self._present.discard(viewer)

    def latencies(self) -> list[float]:
        """The median delay of each viewer that has reported one, in milliseconds, sorted."""
        return sorted(v.latency_p50_ms for v in self._present if v.latency_p50_ms is not None)
