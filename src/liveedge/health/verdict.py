"""What the rules make of the facts."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from liveedge.errors import Reason, SourceError


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    INFO = "info"
    """Worth knowing; the stream is healthy."""
    DEGRADED = "degraded"
    """Pictures come, but not as they should."""
    FAILED = "failed"
    """Viewers get no pictures."""


class Code(StrEnum):
    """What is the matter, in one word; stable for the API, the log and the metrics."""

    STOPPED = "stopped"
    CONNECTING = "connecting"
    OFFLINE = "offline"
    OPENING_HANGS = "opening_hangs"
    NO_PICTURE = "no_picture"
    NO_DATA = "no_data"
    VIDEO_STOPPED = "video_stopped"
    WAITING_FOR_KEYFRAME = "waiting_for_keyframe"
    KEYFRAME_OVERDUE = "keyframe_overdue"
    FRAME_RATE_COLLAPSED = "frame_rate_collapsed"
    TIMESTAMPS_JUMPED = "timestamps_jumped"
    PACKETS_LOST = "packets_lost"
    UNSTABLE = "unstable"
    PARAMETERS_CHANGED = "parameters_changed"
    SUSPECT_FROZEN = "suspect_frozen"
    VIEWERS_LATE = "viewers_late"


CODES_OF_STATES: Final = frozenset({Code.STOPPED, Code.CONNECTING, Code.OFFLINE})
"""What a stream's state says already."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule found."""

    code: Code
    level: Level
    message: str
    """A sentence for a person."""
    reconnect: Reason | None = None
    """If set, the session with the camera is to end, with this reason, and a new one to begin."""


_SEVERITY = {Level.OK: 0, Level.INFO: 0, Level.DEGRADED: 1, Level.FAILED: 2}
_BY_SEVERITY = (Level.OK, Level.DEGRADED, Level.FAILED)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What all rules found; an empty one is perfect health."""

    findings: tuple[Finding, ...] = ()

    @property
    def level(self) -> Level:
        """OK, DEGRADED or FAILED: the worst that was found."""
        worst = max((_SEVERITY[finding.level] for finding in self.findings), default=0)
        return _BY_SEVERITY[worst]

    @property
    def healthy(self) -> bool:
        """Whether the stream does what it is there for."""
        return self.level is Level.OK

    @property
    def codes(self) -> tuple[Code, ...]:
        """What was found; two verdicts with the same codes are the same news."""
        return tuple(finding.code for finding in self.findings)

    @property
    def remedy(self) -> SourceError | None:
        """With what the session with the camera should end, None if it should go on."""
        for finding in self.findings:
            if finding.reconnect is not None:
                return SourceError(finding.reconnect, finding.message)
        return None
