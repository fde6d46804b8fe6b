"""Who is watching a stream, and what they report."""

from bisect import bisect_left
from dataclasses import dataclass
from typing import Final

from liveedge.clock import Clock
from liveedge.streams.audience import Audience

TRANSPORTS: Final = frozenset({"webcodecs", "mse", "llhls", "hls"})
OTHER: Final = "other"
"""Counted under this name: whatever else a client calls itself."""
DELAY_BOUNDS: Final = (0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.5, 5.0, 10.0)
"""Upper bounds in seconds of the classes that reported delays are counted in."""


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


class Delays:
    """How often which delay was reported."""

    def __init__(self) -> None:
        self.counts = [0] * (len(DELAY_BOUNDS) + 1)
        """Of each class; the last one is above all bounds."""
        self.sum = 0.0
        """Of all delays, in seconds."""

    def add(self, seconds: float) -> None:
        """Count one report."""
        self.counts[bisect_left(DELAY_BOUNDS, seconds)] += 1
        self.sum += seconds


class Viewers:
    """The viewers of one stream."""

    def __init__(self, clock: Clock) -> None:
        self.delays: dict[str, Delays] = {}
        """All medians ever reported, by transport."""
        self.audience = Audience(clock)
        """Those that are not connected but ask again and again."""
        self._present: set[Viewer] = set()

    def __len__(self) -> int:
        return len(self._present) + len(self.audience)

    def join(self, viewer: Viewer) -> None:
        """A viewer begins."""
        self._present.add(viewer)

    def leave(self, viewer: Viewer) -> None:
        """A viewer has gone; harmless if it had not joined."""
        self._present.discard(viewer)

    def report(
        self,
        viewer: Viewer,
        transport: str,
        *,
        latency_p50_ms: float,
        latency_p95_ms: float,
        stalls: int,
        dropped: int,
    ) -> None:
        """Take what a player says of itself."""
        viewer.transport = transport
        viewer.latency_p50_ms, viewer.latency_p95_ms = latency_p50_ms, latency_p95_ms
        viewer.stalls, viewer.dropped = stalls, dropped
        delays = self.delays.setdefault(known(transport), Delays())
        delays.add(max(0.0, latency_p50_ms / 1000))

    def by_transport(self) -> dict[str, int]:
        """How many are present, by transport."""
        counts = self.audience.by_transport()
        for viewer in self._present:
            name = known(viewer.transport)
            counts[name] = counts.get(name, 0) + 1
        return counts

    def latencies(self) -> list[float]:
        """The median delay of each viewer that has reported one, in milliseconds, sorted."""
        return sorted(v.latency_p50_ms for v in self._present if v.latency_p50_ms is not None)


def known(transport: str) -> str:
    """A transport's name, or `OTHER`: names come from clients, and each is kept for ever."""
    return transport if transport in TRANSPORTS else OTHER
