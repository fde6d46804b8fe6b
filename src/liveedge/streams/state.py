"""The state of a stream, in the words that the API, the page and the log share."""

from dataclasses import dataclass
from enum import StrEnum

from liveedge.errors import Reason


class State(StrEnum):
    """What a stream is doing."""

    CONNECTING = "connecting"
    """A session with the camera is being opened, or its first picture is awaited."""
    LIVE = "live"
    """Pictures are arriving."""
    OFFLINE = "offline"
    """The last attempt failed; the next one is scheduled."""
    STOPPED = "stopped"
    """Nobody wants this stream to run."""


@dataclass(frozen=True, slots=True)
class StreamState:
    """A state, since when (monotonic seconds), and what led to it."""

    state: State
    since: float
    reason: Reason | None = None
    error: str | None = None
