"""Control messages of the live protocol (docs/reference/live-protocol.md), parsed and built."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from liveedge.media.audio_epoch import AudioEpoch
from liveedge.media.bmff import VIDEO_TIMESCALE
from liveedge.media.epoch import Epoch
from liveedge.streams.offer import Offer

VERSION: Final = 1
MAX_MESSAGE: Final = 4096
_MAX_NAME: Final = 80
"""Characters: the id of a stream, and a quality."""


class BadMessageError(Exception):
    """A client sent something that is not in the protocol; the message says what."""


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Send the pictures of a stream, or with `audio` its sound."""

    stream: str
    audio: bool = False
    replaces: str | None = None
    """Another stream, whose pictures are wanted until these begin."""


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """Send no more pictures of a stream, or with `audio` no more sound."""

    stream: str
    audio: bool = False


@dataclass(frozen=True, slots=True)
class Clock:
    """Answer with the server's time and `t0`."""

    t0: float


@dataclass(frozen=True, slots=True)
class Report:
    """What a viewer sees: the transport's name, milliseconds and counts."""

    stream: str
    transport: str
    latency_p50_ms: float
    latency_p95_ms: float
    stalls: int
    dropped: int


Command = Subscribe | Unsubscribe | Clock | Report


def parse(text: str) -> Command | None:
    """Read a client's message; None for a type that a later version may know."""
    if len(text) > MAX_MESSAGE:
        raise BadMessageError(f"A control message is longer than {MAX_MESSAGE} characters.")
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        raise BadMessageError("A control message must be JSON.") from None
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise BadMessageError('A control message must be an object with a "type".')
    match message["type"]:
        case "subscribe":
            replaces = _name(message, "replaces") if "replaces" in message else None
            return Subscribe(_name(message, "stream"), message.get("audio") is True, replaces)
        case "unsubscribe":
            return Unsubscribe(_name(message, "stream"), message.get("audio") is True)
        case "clock":
            return Clock(_number(message, "t0"))
        case "report":
            return Report(
                _name(message, "stream"),
                _name(message, "transport"),
                _number(message, "latency_p50_ms"),
                _number(message, "latency_p95_ms"),
                int(_number(message, "stalls")),
                int(_number(message, "dropped")),
            )
        case _:
            return None


def _name(message: dict[str, Any], key: str) -> str:
    value = message.get(key)
    if not isinstance(value, str) or not 0 < len(value) <= _MAX_NAME:
        raise BadMessageError(f'"{key}" must be text of 1 to {_MAX_NAME} characters.')
    return value


def _number(message: dict[str, Any], key: str) -> float:
    value = message.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e15:
        raise BadMessageError(f'"{key}" must be a number.')
    return value


def hello() -> str:
    """The first message on every socket."""
    return json.dumps({"type": "hello", "version": VERSION})


def clock(t0: float, server_ms: float) -> str:
    """The answer to `Clock`."""
    return json.dumps({"type": "clock", "t0": t0, "server_ms": server_ms})


def error(code: str, message: str, stream: str | None = None) -> str:
    """A request that cannot be met."""
    return json.dumps({"type": "error", "stream": stream, "code": code, "message": message})


def state(stream: str, state: str, since_s: float, reason: str | None, error: str | None) -> str:
    """The state of a stream, and for how many seconds it has been so."""
    return json.dumps(
        {
            "type": "state",
            "stream": stream,
            "state": state,
            "since_s": round(since_s, 3),
            "reason": reason,
            "error": error,
        }
    )


def stream_started(
    stream: str,
    number: int,
    epoch: Epoch,
    fps: float | None,
    audio: AudioEpoch | None,
    qualities: Sequence[Offer] = (),
) -> str:
    """A new epoch; its init segment follows. `audio` is what the stream sounds like now."""
    parameters = epoch.config.parameters
    return json.dumps(
        {
            "type": "stream",
            "stream": stream,
            "number": number,
            "epoch": epoch.number,
            "codec": epoch.codec,
            "width": parameters.width,
            "height": parameters.height,
            "timescale": VIDEO_TIMESCALE,
            "fps": fps,
            "audio": None if audio is None else audio.config.codec,
            "qualities": [
                {
                    "quality": offer.quality,
                    "made": offer.made,
                    "width": offer.width,
                    "height": offer.height,
                }
                for offer in qualities
            ],
        }
    )


def audio_started(stream: str, number: int, epoch: AudioEpoch) -> str:
    """A new epoch of the sound; its init segment follows."""
    return json.dumps(
        {
            "type": "audio",
            "stream": stream,
            "number": number,
            "epoch": epoch.number,
            "codec": epoch.config.codec,
            "sample_rate": epoch.config.sample_rate,
            "channels": epoch.config.channels,
            "timescale": VIDEO_TIMESCALE,
        }
    )


def skipped(stream: str, chunks: int) -> str:
    """This client was moved to the newest sync frame."""
    return json.dumps({"type": "skipped", "stream": stream, "chunks": chunks})
