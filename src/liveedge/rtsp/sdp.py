"""Session descriptions (SDP, RFC 8866) as RTSP uses them (RFC 2326 Appendix C)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from liveedge.errors import LimitError, ProtocolError
from liveedge.rtsp.messages import shown

MAX_SDP = 128 * 1024
MAX_MEDIA = 8
"""m-lines; a camera has one or two of video, audio and metadata."""
MAX_URL = 2048
MAX_FRAMERATE = 1000.0

# RFC 3551 §6: payload types that need no rtpmap.
_STATIC = {
    0: ("PCMU", 8000),
    3: ("GSM", 8000),
    8: ("PCMA", 8000),
    9: ("G722", 8000),
    14: ("MPA", 90000),
    26: ("JPEG", 90000),
    31: ("H261", 90000),
    32: ("MPV", 90000),
    33: ("MP2T", 90000),
    34: ("H263", 90000),
}


@dataclass(frozen=True, slots=True)
class PayloadFormat:
    """What an RTP payload type stands for (`a=rtpmap`, `a=fmtp`)."""

    payload_type: int
    encoding: str
    """Upper case, such as `H264`; empty if the description does not say."""
    clock_rate: int
    """Hz; 0 if the description does not say."""
    channels: int = 1
    parameters: Mapping[str, str] = field(default_factory=dict)
    """`a=fmtp`, names in lower case."""


@dataclass(frozen=True, slots=True)
class MediaDescription:
    """One m-line and the attributes below it."""

    kind: str
    """`video`, `audio`, `application`, …"""
    protocol: str
    """`RTP/AVP`, …"""
    formats: tuple[PayloadFormat, ...]
    control: str | None
    framerate: float | None
    """Frames a second (`a=framerate`), None if not said."""


@dataclass(frozen=True, slots=True)
class SessionDescription:
    """What a camera answers to DESCRIBE."""

    control: str | None
    media: tuple[MediaDescription, ...]


def parse_sdp(body: bytes) -> SessionDescription:
    """Read a session description; unknown lines and attributes are passed over.

    Raises `LimitError` above `MAX_SDP` octets or `MAX_MEDIA` m-lines, `ProtocolError` if this is
    no SDP at all.
    """
    if len(body) > MAX_SDP:
        raise LimitError(f"The session description exceeds {MAX_SDP} octets.")
    text = body.decode("utf-8", "surrogateescape")
    lines = [line.strip() for line in text.replace("\r", "\n").split("\n")]
    starts = [number for number, line in enumerate(lines) if line.startswith("m=")]
    if len(starts) > MAX_MEDIA:
        raise LimitError(f"The session description offers more than {MAX_MEDIA} tracks.")
    if not starts and not any(line.startswith("v=") for line in lines):
        raise ProtocolError("The answer to DESCRIBE is no session description (SDP).")
    session = _attributes(lines[: starts[0]] if starts else lines)
    media = [_media(lines[begin:end]) for begin, end in pairwise([*starts, len(lines)])]
    return SessionDescription(_first(session, "control"), tuple(media))


def resolve_control(base: str, control: str | None) -> str:
    """Return the URL that an `a=control` means below `base` (RFC 2326 §C.1.1).

    `base` is Content-Base, Content-Location or the URL that was described. A relative control is
    appended to it, behind a query too: that is not RFC 3986, but what cameras expect.
    Raises `ProtocolError` if the result cannot stand in a request line.
    """
    if control is None or control in ("", "*"):
        url = base
    elif is_absolute(control):
        url = control
    else:
        url = f"{base.removesuffix('/')}/{control.removeprefix('/')}"
    url = url.replace(" ", "%20")
    if len(url) > MAX_URL or not url.isprintable():
        raise ProtocolError(f"The session description names an unusable track: {shown(url)}.")
    return url


def is_absolute(url: str) -> bool:
    """Return whether this is an RTSP URL of its own."""
    return url.lower().startswith(("rtsp://", "rtsps://"))


def _attributes(lines: list[str]) -> dict[str, list[str]]:
    """Collect `a=name:value` by name in lower case."""
    attributes: dict[str, list[str]] = {}
    for line in lines:
        if line.startswith("a="):
            name, _, value = line[2:].partition(":")
            attributes.setdefault(name.strip().lower(), []).append(value.strip())
    return attributes


def _first(attributes: dict[str, list[str]], name: str) -> str | None:
    return attributes.get(name, [None])[0]


def _media(lines: list[str]) -> MediaDescription:
    words = lines[0][2:].split()
    kind, _port, protocol, *payload_types = words + [""] * (3 - len(words))
    attributes = _attributes(lines)
    maps = _by_payload_type(attributes.get("rtpmap", []))
    parameters = _by_payload_type(attributes.get("fmtp", []))
    formats = [
        _format(number, maps.get(number), parameters.get(number, ""))
        for number in map(_payload_type, payload_types)
        if number is not None
    ]
    return MediaDescription(
        kind.lower(),
        protocol.upper(),
        tuple(formats),
        _first(attributes, "control"),
        _framerate(attributes.get("framerate", [])),
    )


def _payload_type(text: str) -> int | None:
    plain = text.isascii() and text.isdigit() and len(text) <= 3
    return int(text) if plain and int(text) < 128 else None


def _by_payload_type(values: list[str]) -> dict[int, str]:
    """Read `96 what it says` lines; the first of a payload type counts."""
    found: dict[int, str] = {}
    for value in values:
        number, _, rest = value.partition(" ")
        payload_type = _payload_type(number)
        if payload_type is not None:
            found.setdefault(payload_type, rest.strip())
    return found


def _format(payload_type: int, rtpmap: str | None, fmtp: str) -> PayloadFormat:
    encoding, clock_rate = _STATIC.get(payload_type, ("", 0))
    channels = 1
    if rtpmap is not None:
        encoding, rate, count, *_ = [*rtpmap.split("/"), "", ""]
        clock_rate, channels = _positive(rate, 0), _positive(count, 1)
    parameters: dict[str, str] = {}
    for part in fmtp.split(";"):
        name, equals, value = part.partition("=")
        if equals:
            parameters.setdefault(name.strip().lower(), value.strip())
    encoding = encoding.strip().upper()
    return PayloadFormat(payload_type, encoding, clock_rate, channels, parameters)


def _positive(text: str, default: int) -> int:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else default


def _framerate(values: list[str]) -> float | None:
    """Return the first that is one: cameras write `0`, or `0S` with the true one below it."""
    for value in values:
        try:
            rate = float(value)
        except ValueError:
            continue
        if 0 < rate <= MAX_FRAMERATE:
            return rate
    return None
