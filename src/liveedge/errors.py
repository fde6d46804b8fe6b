"""The one error tree.

    LiveEdgeError
     ├─ ConfigError            what a person wrote cannot be used
     └─ SourceError            a camera cannot be shown (carries a Reason)
         ├─ WorkerError        a process that works for a stream has failed
         └─ ProtocolError      the camera sent bytes that its protocol does not allow
             └─ LimitError     the camera sent more than we are willing to hold

Each message is a sentence that tells a person what to do. No message ever contains a password:
cameras are named by `CameraUrl.display`.
"""

from enum import StrEnum


class LiveEdgeError(Exception):
    """Base of every error that liveedge raises on purpose."""


class ConfigError(LiveEdgeError):
    """The configuration, or an argument, cannot be used as it is."""


class Reason(StrEnum):
    """Why a camera is not delivering; stable words for the API, the log and the metrics."""

    UNREACHABLE = "unreachable"
    """No route, or the host name has no address."""
    REFUSED = "refused"
    """The host is there, but nothing listens on the port."""
    TIMEOUT = "timeout"
    """The camera did not answer in time."""
    UNAUTHORIZED = "unauthorized"
    """401 or 403: the user name or the password is wrong."""
    UNTRUSTED = "untrusted"
    """The camera's TLS certificate is not one to trust."""
    NOT_FOUND = "not_found"
    """404: the camera does not know this path."""
    SESSION_LOST = "session_lost"
    """454: the camera does not know a session that it has opened."""
    NO_VIDEO = "no_video"
    """The camera offers no video track."""
    UNSUPPORTED = "unsupported"
    """The camera offers only codecs or transports that cannot be played."""
    REDIRECT = "redirect"
    """The camera sent us elsewhere; redirects are never followed."""
    BUSY = "busy"
    """453 or 503: the camera has no room for another viewer."""
    PROTOCOL = "protocol"
    """The camera broke the rules of RTSP, SDP, RTP or its codec."""
    LIMIT = "limit"
    """The camera exceeded one of our limits."""
    STALLED = "stalled"
    """The connection is open, but video stopped arriving."""
    NO_KEYFRAME = "no_keyframe"
    """Pictures come, but none with which decoding could begin."""
    ENDED = "ended"
    """The camera closed the connection."""
    WORKER = "worker"
    """A process that reads or encodes for this stream crashed, or was too slow."""
    INTERNAL = "internal"
    """liveedge itself failed while reading the camera."""


class SourceError(LiveEdgeError):
    """A camera cannot be shown; `reason` says why in one word, the message in a sentence."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class WorkerError(SourceError):
    """A worker process crashed, did not answer in time, or made no sense; it has been ended."""

    def __init__(self, message: str) -> None:
        super().__init__(Reason.WORKER, message)


class ProtocolError(SourceError):
    """The camera sent something that its protocol does not allow."""

    def __init__(self, message: str, reason: Reason = Reason.PROTOCOL) -> None:
        super().__init__(reason, message)


class LimitError(ProtocolError):
    """The camera sent more than we are willing to hold."""

    def __init__(self, message: str) -> None:
        super().__init__(message, Reason.LIMIT)
