"""What a crowd of viewers without pictures was given, as it is told between two processes."""

import json
from array import array
from dataclasses import asdict, dataclass, field
from typing import Final, Literal

from liveedge.bench.stats import percentile
from liveedge.errors import LiveEdgeError

Crowded = Literal["live", "llhls"]

LATE_MS: Final = 100.0
"""What takes longer than this beyond what it has to wait for is late."""


@dataclass(frozen=True, slots=True)
class CrowdPlan:
    """How many viewers watch, how, and for how long."""

    transport: Crowded
    viewers: int
    seconds: float


@dataclass(slots=True)
class Tally:
    """Counts while it is told to; the viewers of one process share it."""

    counting: bool = False
    media: int = 0
    """Frames, or parts."""
    media_bytes: int = 0
    playlists: int = 0
    versions: set[int] = field(default_factory=set)
    """Hashes of the playlists, to know how many different ones there were."""
    missed: int = 0
    """Frames, or parts, that some viewer never got."""
    late: int = 0
    delays_ms: "array[float]" = field(default_factory=lambda: array("f"))
    problems: list[str] = field(default_factory=list)

    def took(self, milliseconds: float, due_ms: float = 0.0) -> None:
        """Something came after so long, of which `due_ms` were expected."""
        self.delays_ms.append(milliseconds)
        self.late += milliseconds - due_ms > LATE_MS

    def problem(self, sentence: str) -> None:
        """Note what should not have happened; the first few tell enough."""
        if len(self.problems) < 5:
            self.problems.append(sentence)

    def result(self, seconds: float) -> "Crowd":
        """Sum up."""
        return Crowd(
            seconds=seconds,
            media=self.media,
            media_bytes=self.media_bytes,
            playlists=self.playlists,
            playlist_versions=len(self.versions),
            missed=self.missed,
            late=self.late,
            delay_p50_ms=percentile(self.delays_ms, 50),
            delay_p99_ms=percentile(self.delays_ms, 99),
            problems=self.problems,
        )


@dataclass(frozen=True, slots=True)
class Crowd:
    """What all viewers together were given; see `Tally`."""

    seconds: float
    media: int
    media_bytes: int
    playlists: int
    playlist_versions: int
    missed: int
    late: int
    delay_p50_ms: float | None
    delay_p99_ms: float | None
    problems: list[str]

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(asdict(self))


def parse_crowd(line: str) -> Crowd:
    """Read what `Crowd.to_json` wrote; raise `LiveEdgeError` if that is nothing."""
    if not line:
        raise LiveEdgeError("The viewers ended without a result; what they wrote above says why.")
    return Crowd(**json.loads(line))
