"""How libav is to open an address, and what its errors mean. Nobody outside chooses options."""

import errno
import ssl
from dataclasses import dataclass, field
from typing import Final

from av.error import (
    ArgumentError,
    ExitError,
    FFmpegError,
    HTTPForbiddenError,
    HTTPNotFoundError,
    HTTPUnauthorizedError,
    InvalidDataError,
    ProtocolNotFoundError,
)

from liveedge.errors import Reason, SourceError

_PROBE: Final = {"probesize": "1000000", "analyzeduration": "1000000"}
_LOW_DELAY: Final = {"fflags": "nobuffer", "flags": "low_delay", **_PROBE}
_VIDEO_FILES: Final = "mov,mp4,matroska,webm,mpegts,avi,flv,h264,hevc,mjpeg,mpeg"
_LIVE_FORMATS: Final = "hls,mpegts,flv,mov,mp4,matroska,webm,mpjpeg,mjpeg,jpeg_pipe,aac,webvtt"


@dataclass(frozen=True, slots=True)
class Input:
    """How to open one kind of address."""

    format: str | None
    """libav's name of the format, None if it is to find out."""
    options: dict[str, str] = field(default_factory=dict)
    looped: bool = False
    """Played at its own speed, and again from the beginning when it ends."""


def input_for(scheme: str, *, verify: bool = True, sound: bool = False) -> Input:
    """How to open addresses of a scheme of ours; raise `SourceError` if there is none.

    Unless `verify` is false, a certificate must be one that this system trusts. Unless `sound` is
    true, a camera is not asked for any.

    Each may use only the protocols that it needs: a playlist cannot make it open a file.
    """
    match scheme:
        case "rtsp" | "rtsps" | "rtsp+http" | "rtsp+https":
            secure = scheme in {"rtsps", "rtsp+https"}
            transport = {"rtsp+http": "http", "rtsp+https": "https"}.get(scheme, "tcp")
            whitelist = "tls,tcp,http,https" if transport != "tcp" or secure else "tcp"
            media = "video+audio" if sound else "video"
            options = {"rtsp_transport": transport, "allowed_media_types": media}
            if secure and verify:
                options |= _verified()
            return Input("rtsp", {**_LOW_DELAY, **options, "protocol_whitelist": whitelist})
        case "rtmp":
            return Input("flv", {**_LOW_DELAY, "protocol_whitelist": "rtmp,tcp"})
        case "rtmps":
            options = _verified() if verify else {}
            return Input("flv", {**_LOW_DELAY, **options, "protocol_whitelist": "rtmps,tls,tcp"})
        case "srt":
            return Input("mpegts", {**_LOW_DELAY, "protocol_whitelist": "srt"})
        case "http" | "https":
            whitelist = "http,https,tls,tcp,crypto"
            options = {"protocol_whitelist": whitelist, "format_whitelist": _LIVE_FORMATS}
            if verify:
                options |= _verified()
            return Input(None, {**_LOW_DELAY, **options})
        case "file":
            options = {"protocol_whitelist": "file", "format_whitelist": _VIDEO_FILES}
            return Input(None, options, looped=True)
        case "v4l2":
            return Input("video4linux2", dict(_LOW_DELAY))
    raise SourceError(Reason.UNSUPPORTED, "liveedge does not open addresses of this kind.")


def _verified() -> dict[str, str]:
    """Believe a server only with a certificate that this system trusts; libav would not ask."""
    authorities = ssl.get_default_verify_paths().cafile
    return {"tls_verify": "1", **({"ca_file": authorities} if authorities else {})}


_SENTENCES: Final[tuple[tuple[type[Exception], Reason, str], ...]] = (
    (ConnectionRefusedError, Reason.REFUSED, "Nothing listens there; check address and port."),
    (HTTPUnauthorizedError, Reason.UNAUTHORIZED, "User name or password is wrong."),
    (HTTPForbiddenError, Reason.UNAUTHORIZED, "This user may not watch it."),
    (HTTPNotFoundError, Reason.NOT_FOUND, "It does not know this path."),
    (FileNotFoundError, Reason.NOT_FOUND, "There is no such file or device."),
    (PermissionError, Reason.UNAUTHORIZED, "liveedge may not read it; check its permissions."),
    (TimeoutError, Reason.TIMEOUT, "It did not answer in time; check address and network."),
    (ExitError, Reason.TIMEOUT, "It did not answer in time; check address and network."),
    (EOFError, Reason.ENDED, "It ended the stream."),
    (ProtocolNotFoundError, Reason.UNSUPPORTED, "FFmpeg's libraries here lack this protocol."),
    (ArgumentError, Reason.UNSUPPORTED, "It is of a kind that liveedge does not open."),
    (InvalidDataError, Reason.UNSUPPORTED, "FFmpeg's libraries find no video in what it sends."),
)


_SECURE: Final = frozenset({"rtsps", "rtsp+https", "rtmps", "https"})
_NO_CAMERA: Final = frozenset({errno.ENOTTY, errno.ENODEV, errno.ENXIO})
"""What a device says that knows nothing of Video4Linux."""


def explain(error: FFmpegError, scheme: str = "") -> SourceError:
    """A `SourceError` for an error of libav, without its words: they contain the address."""
    for kind, reason, sentence in _SENTENCES:
        if isinstance(error, kind):
            return SourceError(reason, sentence)
    if error.errno in _NO_CAMERA:
        return SourceError(Reason.UNSUPPORTED, "This device gives no video; name another one.")
    if scheme in _SECURE and error.errno == errno.EIO:
        return SourceError(
            Reason.UNREACHABLE,
            "It cannot be reached, or its certificate is not one that this machine trusts; check"
            " the address, or set tls_verify = false to accept any certificate.",
        )
    if isinstance(error, OSError):
        return SourceError(Reason.UNREACHABLE, "It cannot be reached; check address and network.")
    return SourceError(Reason.PROTOCOL, "FFmpeg's libraries cannot read what it sends.")
