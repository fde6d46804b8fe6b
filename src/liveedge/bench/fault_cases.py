"""The faults of a camera as a benchmark tries them, and what a server has to make of each."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from liveedge.camera.faults import FAULTS
from liveedge.errors import ConfigError, Reason
from liveedge.health.verdict import Code

_SPARE_SECONDS: Final = 60.0
"""A fault that somebody forgets to end, ends so long after its time."""


@dataclass(frozen=True, slots=True)
class Case:
    """One fault."""

    name: str
    """The fault's own, with its value where there is one of several."""
    words: tuple[str, ...]
    """Reasons and codes: the server has understood the fault once it says one of them. None:
    there is nothing to notice."""
    seconds: float = 5.0
    """For how long it lasts at least, unless it is done in a moment."""
    patience: float = 5.0
    """Seconds for which it is worth waiting that the server understands."""
    restart: bool = False
    """Afterwards somebody restarts the stream, for the server tries such a camera seldom."""
    endured: bool = False
    """Pictures have to come back while it is still on."""

    @property
    def fault(self) -> str:
        """The fault's name at the camera."""
        return self.name if self.name in FAULTS else self.name.rpartition("-")[0]

    @property
    def lasts(self) -> bool:
        """Whether it goes on until it is ended, and pictures come back only then."""
        return FAULTS[self.fault].lasts and not self.endured

    def order(self, seconds: float) -> str:
        """What to tell the camera's control port, for a fault of that length at least."""
        fault = FAULTS[self.fault]
        words = [self.fault]
        if fault.lasts:
            words.append(f"{seconds + _SPARE_SECONDS:g}")
        if self.name != self.fault:
            words.append(self.name.rpartition("-")[2])
        return " ".join(words)


CASES: Final = (
    Case("hang", (Code.NO_DATA,)),
    Case("half-open", (Code.NO_DATA,)),
    Case("reset", (Reason.ENDED,)),
    Case("reboot", (Reason.ENDED, Reason.REFUSED)),
    Case("garbage", (Reason.PROTOCOL, Reason.LIMIT)),
    Case("no-video", (Code.VIDEO_STOPPED,)),
    # Ten seconds are a rule of `health`: still scenes look alike.
    Case("freeze", (Code.SUSPECT_FROZEN,), patience=14.0),
    Case("loss", (Code.PACKETS_LOST,)),
    Case("reorder", (Code.PACKETS_LOST,)),
    Case("jump", (Code.TIMESTAMPS_JUMPED,)),
    Case("wrap", (Reason.ENDED,)),
    Case("resolution", (Code.PARAMETERS_CHANGED,)),
    # As are these: cameras with long keyframe intervals are well.
    Case("no-keyframes", (Code.KEYFRAME_OVERDUE,), patience=14.0),
    # Where it takes long to come, its place stays empty for long enough.
    Case("huge-picture", (Reason.LIMIT, Code.VIDEO_STOPPED)),
    Case("status-401", (Reason.UNAUTHORIZED,), restart=True),
    Case("status-403", (Reason.UNAUTHORIZED,), restart=True),
    Case("status-404", (Reason.NOT_FOUND,), restart=True),
    Case("status-453", (Reason.BUSY,)),
    Case("status-454", (Reason.SESSION_LOST,)),
    Case("status-461", (Reason.UNSUPPORTED,)),
    Case("status-503", (Reason.BUSY,)),
    Case("redirect", (Reason.REDIRECT,)),
    Case("sdp-no-video", (Reason.NO_VIDEO,)),
    Case("sdp-broken", (Reason.PROTOCOL,)),
    Case("sdp-huge", (Reason.LIMIT,)),
    Case("sdp-tracks", (Reason.LIMIT, Reason.PROTOCOL)),
    Case("sdp-no-sets", (Reason.ENDED,), endured=True),
    Case("slow-answers", (Reason.TIMEOUT,), patience=10.0),
    Case("one-viewer", (), seconds=0.0, endured=True, restart=True),
)


def choose(text: str) -> tuple[Case, ...]:
    """Read `--only`: names with commas, or `all`; a fault that has several cases names them all.

    Raises `ConfigError` if there is no such fault.
    """
    if text == "all":
        return CASES
    names = text.split(",")
    known = {name for case in CASES for name in (case.name, case.fault)}
    for name in names:
        if name not in known:
            raise ConfigError(f'There is no fault "{name[:40]}"; choose {_listed(CASES)} or all.')
    return tuple(case for case in CASES if {case.name, case.fault} & set(names))


def _listed(cases: Iterable[Case]) -> str:
    return ", ".join(case.name for case in cases)
