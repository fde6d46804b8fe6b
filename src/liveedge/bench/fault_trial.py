"""How one fault at one camera went."""

from dataclasses import dataclass
from typing import Any

from liveedge.bench.fault_cases import Case


@dataclass(frozen=True, slots=True)
class Trial:
    """How one fault went. Seconds; None for what did not happen."""

    case: Case
    detected: float | None
    """Until the server said that something is wrong."""
    understood: float | None
    """Until it said what."""
    back: float | None
    """From the end of the fault until pictures came, less the wait for a keyframe."""
    keyframe_wait: float | None
    """The part of that time in which the camera had agreed to send."""
    seen: tuple[str, ...]
    """All reasons and codes that the server gave meanwhile and not before."""
    neighbours_gap: float
    """Longest pause of any of the other streams meanwhile."""

    @property
    def ok(self) -> bool:
        """Whether the server saw what was wrong, and pictures came back."""
        noticed = self.understood is not None or not self.case.words
        return noticed and self.back is not None


def figures(trial: Trial, quiet_gap: float) -> dict[str, Any]:
    """A trial by the names of its figures; `quiet_gap` is the neighbours' without a fault."""
    return {
        "fault": trial.case.name,
        "ok": trial.ok,
        "detected_s": _rounded(trial.detected),
        "understood_s": _rounded(trial.understood),
        "back_s": _rounded(trial.back),
        "keyframe_wait_s": _rounded(trial.keyframe_wait),
        "restarted": trial.case.restart,
        "seen": list(trial.seen),
        "healthy_gap_ms": round(trial.neighbours_gap * 1000, 1),
        "healthy_gap_quiet_ms": round(quiet_gap * 1000, 1),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
