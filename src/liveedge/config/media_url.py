"""Addresses that only FFmpeg's libraries can open: live streams, devices, files."""

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote, urlsplit

from liveedge.config.url import MAX_URL_LENGTH
from liveedge.errors import ConfigError

NETWORK: Final = frozenset({"rtmp", "rtmps", "srt", "http", "https"})
LOCAL: Final = frozenset({"file", "v4l2"})
_SECURE: Final = frozenset({"rtmps", "https"})
_SECRET_PATHS: Final = frozenset({"rtmp", "rtmps"})
"""Their paths hold stream keys."""


@dataclass(frozen=True, slots=True)
class MediaUrl:
    """What FFmpeg's libraries are to open; `str()` and `repr()` show nothing that is secret."""

    scheme: str
    display: str
    address: str = field(repr=False)
    """The URL as written, or the path of a file or device."""

    @property
    def secure(self) -> bool:
        """Whether there is a certificate to look at."""
        return self.scheme in _SECURE

    def __str__(self) -> str:
        return self.display


def is_media_url(text: str) -> bool:
    """Whether a text begins with a scheme that is read here."""
    return text.partition("://")[0].lower() in NETWORK | LOCAL


def parse_media_url(text: str) -> MediaUrl:
    """Read such an address; raise `ConfigError` that never repeats what may be secret."""
    if len(text) > MAX_URL_LENGTH or any(ord(c) <= 0x20 or ord(c) == 0x7F for c in unquote(text)):
        raise ConfigError(
            f"The URL is longer than {MAX_URL_LENGTH} characters, or contains a blank or control"
            " character."
        )
    try:
        parts = urlsplit(text)
        port = "" if parts.port is None else f":{parts.port}"
    except ValueError:
        raise ConfigError("The URL is malformed. Expected: scheme://host:port/path") from None
    if parts.scheme in LOCAL:
        return _local(parts.scheme, parts.netloc, unquote(parts.path))
    if parts.scheme not in NETWORK or not parts.hostname:
        raise ConfigError("The URL names no host. Expected: scheme://host:port/path")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    path = "/…" if parts.scheme in _SECRET_PATHS and parts.path else parts.path
    query = "?…" if parts.query else ""
    return MediaUrl(parts.scheme, f"{parts.scheme}://{host}{port}{path}{query}", text)


def _local(scheme: str, host: str, path: str) -> MediaUrl:
    if host or not path.startswith("/"):
        raise ConfigError(f"A {scheme} address has three slashes: {scheme}:///path/of/it")
    if scheme == "v4l2" and not path.startswith("/dev/"):
        raise ConfigError("A camera of this machine is named like v4l2:///dev/video0")
    return MediaUrl(scheme, f"{scheme}://{path}", path)
