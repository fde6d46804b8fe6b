"""Camera addresses: parsed once, shown without their password."""

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from liveedge.errors import ConfigError

MAX_URL_LENGTH = 2048
DEFAULT_PORTS = {"rtsp": 554, "rtsps": 322, "rtsp+http": 80, "rtsp+https": 443}
"""`rtsps` is RTSP over TLS (RFC 7826 §19); behind `+` stands what RTSP is tunnelled through."""
_SECURE = frozenset({"rtsps", "rtsp+https"})


@dataclass(frozen=True, slots=True)
class CameraUrl:
    """An RTSP address (RFC 2326 §3.2), credentials kept apart so that they cannot leak.

    `str()` and `repr()` never show user name or password; `request` is what goes on the wire.
    """

    scheme: str
    host: str
    port: int
    path: str
    """Path with query, beginning with a slash, percent-encoding as given."""
    username: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)

    @property
    def secure(self) -> bool:
        """Whether the connection is over TLS."""
        return self.scheme in _SECURE

    @property
    def tunnelled(self) -> bool:
        """Whether RTSP goes through HTTP."""
        return "+" in self.scheme

    @property
    def authority(self) -> str:
        """Host and port, default port left out."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def request(self) -> str:
        """The URL for request lines: no credentials, default port left out, and no tunnel."""
        return f"{self.scheme.partition('+')[0]}://{self.authority}{self.path}"

    @property
    def display(self) -> str:
        """The URL for people: no credentials, and no query, for some cameras keep theirs there."""
        path, _, query = self.path.partition("?")
        shown = f"{self.scheme}://{self.authority}{path}"
        return shown + "?…" if query and path else shown

    def __str__(self) -> str:
        return self.display


def parse_camera_url(text: str) -> CameraUrl:
    """Read a URL of one of the schemes above.

    Raises `ConfigError`, which never repeats the credentials.
    """
    if len(text) > MAX_URL_LENGTH:
        raise ConfigError(f"The camera URL is longer than {MAX_URL_LENGTH} characters.")
    if any(ord(c) <= 0x20 or ord(c) == 0x7F for c in unquote(text)):
        raise ConfigError(
            "The camera URL contains a blank or control character; write it as plain text."
        )
    try:
        parts = urlsplit(text)
        port = parts.port
        host = parts.hostname
    except ValueError:
        raise ConfigError(
            "The camera URL is malformed. Expected: rtsp://user:password@host:554/path"
            " (a special character in the password is written as %XX)."
        ) from None
    if parts.scheme not in DEFAULT_PORTS:
        known = ", ".join(f"{name}://" for name in DEFAULT_PORTS)
        raise ConfigError(f"The camera URL must begin with {known}.")
    if not host:
        raise ConfigError("The camera URL names no host. Expected: rtsp://host:554/path")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return CameraUrl(
        scheme=parts.scheme,
        host=host,
        port=DEFAULT_PORTS[parts.scheme] if port is None else port,
        path=path,
        username=None if parts.username is None else unquote(parts.username),
        password=None if parts.password is None else unquote(parts.password),
    )
