"""What a worker and its parent say to each other: a few named values, and bytes."""

import json
from dataclasses import dataclass, field
from struct import Struct
from typing import Any, Final

import structlog

from liveedge.errors import Reason, SourceError, WorkerError

_log = structlog.get_logger(__name__)

PREFIX: Final = Struct(">II")
"""Octets of the values (JSON) and of the payload that follow."""
MAX_VALUES: Final = 16 * 1024
MAX_PAYLOAD: Final = 48 * 1024 * 1024
"""A window's worth of one picture at most, and the JPEG or H.264 that is made of it."""
_MAX_SENTENCE: Final = 500


@dataclass(frozen=True, slots=True)
class Message:
    """One message, in either direction."""

    kind: str
    values: dict[str, Any] = field(default_factory=dict)
    payload: bytes = b""

    def number(self, name: str) -> int:
        """A whole number; raise `WorkerError` if there is none."""
        value = self.values.get(name)
        if isinstance(value, bool) or not isinstance(value, int):
            raise _malformed()
        return value

    def real(self, name: str) -> float:
        """A number; raise `WorkerError` if there is none."""
        value = self.values.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise _malformed()
        return value

    def text(self, name: str) -> str:
        """A text; raise `WorkerError` if there is none."""
        value = self.values.get(name)
        if not isinstance(value, str):
            raise _malformed()
        return value

    def flag(self, name: str) -> bool:
        """A truth value; raise `WorkerError` if there is none."""
        value = self.values.get(name)
        if not isinstance(value, bool):
            raise _malformed()
        return value


def encode(message: Message) -> bytes:
    """A message on its way: prefix, values, payload."""
    values = json.dumps({"kind": message.kind, **message.values}).encode()
    return PREFIX.pack(len(values), len(message.payload)) + values + message.payload


def sizes(prefix: bytes) -> tuple[int, int]:
    """Octets of values and payload that follow a prefix; raise `WorkerError` above the limits."""
    values, payload = PREFIX.unpack(prefix)
    if values > MAX_VALUES or payload > MAX_PAYLOAD:
        raise _malformed()
    return values, payload


def decode(values: bytes, payload: bytes) -> Message:
    """A message that has come; raise `WorkerError` if it is none."""
    try:
        content = json.loads(values)
    except (ValueError, RecursionError):
        raise _malformed() from None
    if not isinstance(content, dict) or not isinstance(content.get("kind"), str):
        raise _malformed()
    return Message(content.pop("kind"), content, payload)


# --- how a worker says that something cannot be done

FAILURE: Final = "failure"
DEFECT: Final = "defect"
"""A defect of ours: `what` says where."""


def failure(error: SourceError) -> Message:
    """The message that says why."""
    return Message(FAILURE, {"reason": error.reason.value, "sentence": str(error)})


def check(message: Message) -> Message:
    """Return a message, or raise the `SourceError` that it reports.

    What a worker says goes into logs and pages, so it is cut to one line of a bounded length.
    """
    if message.kind == DEFECT:
        _log.error("worker_defect", what=_line(message.text("what")))
        raise WorkerError("A worker process failed; please report the log.")
    if message.kind != FAILURE:
        return message
    sentence = _line(message.text("sentence"))
    try:
        reason = Reason(message.text("reason"))
    except ValueError:
        raise _malformed() from None
    raise WorkerError(sentence) if reason is Reason.WORKER else SourceError(reason, sentence)


def _line(text: str) -> str:
    return " ".join(text.split())[:_MAX_SENTENCE]


def _malformed() -> WorkerError:
    return WorkerError("A worker process said something that means nothing; it is ended.")
