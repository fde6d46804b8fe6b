"""The configuration file: TOML, read into strict models."""

import os
import re
import tomllib
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Final, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationError,
    field_validator,
    model_validator,
)

from liveedge.config.engine import Engine
from liveedge.config.health import LONGEST_STALL, SHORTEST_STALL, STALL_SECONDS
from liveedge.config.hls import HlsSettings
from liveedge.config.media_url import MediaUrl, is_media_url, parse_media_url
from liveedge.config.origins import check_origins
from liveedge.config.rtsp import (
    OnLoss,
    RtspSettings,
    RtspTransport,
    check_reach,
    parse_fingerprint,
)
from liveedge.config.url import CameraUrl, parse_camera_url
from liveedge.errors import ConfigError

STREAM_ID: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
MAX_FILE: Final = 1024 * 1024
_VARIABLE: Final = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def _camera_url(value: object) -> CameraUrl | MediaUrl:
    if isinstance(value, CameraUrl | MediaUrl):
        return value
    if not isinstance(value, str):
        raise ValueError("a camera URL is text, like rtsp://user:password@10.0.0.5/stream1")  # noqa: TRY004 - pydantic reports ValueError only
    try:
        return parse_media_url(value) if is_media_url(value) else parse_camera_url(value)
    except ConfigError as error:
        raise ValueError(str(error)) from None


def _optional_url(value: object) -> CameraUrl | MediaUrl | None:
    return None if value is None else _camera_url(value)


def _fingerprint(value: object) -> bytes | None:
    if value is None or isinstance(value, bytes):
        return value
    try:
        return parse_fingerprint(value if isinstance(value, str) else "")
    except ConfigError as error:
        raise ValueError(str(error)) from None


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class ServerSettings(_Strict):
    """Where the server listens, and whom it believes."""

    host: str = "127.0.0.1"
    """Address to listen on. The default is reachable from this machine only."""
    port: int = Field(default=8080, ge=0, le=65535)
    """TCP port; 0 picks a free one."""
    embed_origins: frozenset[str] = frozenset()
    """Origins of pages on other servers that may show the streams (`https://home.example`), or
    `*` for every page. Empty: only pages of this server."""
    transcodes: int = Field(default=4, ge=0, le=64)
    """How many streams may be transcoded at once; each takes a part of a processor core."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses or networks of proxies whose X-Forwarded-For is believed. Empty: nobody's is."""

    @field_validator("embed_origins")
    @classmethod
    def _origins(cls, origins: frozenset[str]) -> frozenset[str]:
        check_origins(origins, "embed_origins")
        return origins

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, proxies: tuple[str, ...]) -> tuple[str, ...]:
        for proxy in proxies:
            try:
                ip_network(proxy)
            except ValueError:
                raise ConfigError(
                    f'trusted_proxies: "{proxy[:100]}" is not an address or a network. Write'
                    ' where the proxy connects from, as in "127.0.0.1" or "10.0.0.0/24".'
                ) from None
        return proxies


class StreamSettings(_Strict):
    """One camera."""

    url: Annotated[CameraUrl | MediaUrl, PlainValidator(_camera_url)]
    """`rtsp://user:password@host:port/path`, or what FFmpeg's libraries can open; `${NAME}` is
    taken from the environment."""
    name: str = Field(default="", max_length=100)
    """What people call it; the id if empty."""
    stall_seconds: float = Field(default=STALL_SECONDS, ge=SHORTEST_STALL, le=LONGEST_STALL)
    """Within so many seconds without a picture the camera is connected to anew; a camera that
    sends less than three pictures a second is given the time of four pictures."""
    low_url: Annotated[CameraUrl | MediaUrl | None, PlainValidator(_optional_url)] = None
    """The camera's sub-stream, which is then its quality `low`."""
    engine: Engine = Engine.AUTO
    """Who opens it: the native RTSP client, FFmpeg's libraries, or whichever can."""
    transport: RtspTransport = RtspTransport.AUTO
    """The way of the packets from the camera."""
    tls_verify: bool = True
    """Whether the certificate of an `rtsps://` camera, or of an `https://` or `rtmps://` one, must
    be one that this machine trusts."""
    tls_fingerprint: Annotated[bytes | None, PlainValidator(_fingerprint)] = None
    """`sha256:` and the digest of the only certificate to accept."""
    audio: bool = True
    """Whether to ask an RTSP camera for its sound too."""
    on_loss: OnLoss = OnLoss.SHOW
    """Whether pictures that refer to lost ones are shown with their faults, or waited out."""

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        try:
            for url in (self.url, self.low_url):
                if url is not None:
                    check_engine(url, self.engine, self.rtsp)
                if isinstance(url, CameraUrl):
                    check_reach(url, self.rtsp)
        except ConfigError as error:
            raise ValueError(str(error)) from None
        return self

    @property
    def rtsp(self) -> RtspSettings:
        """How the camera is reached, beside its URL."""
        return RtspSettings(
            self.transport, self.tls_verify, self.tls_fingerprint, self.audio, self.on_loss
        )


def check_engine(url: CameraUrl | MediaUrl, engine: Engine, rtsp: RtspSettings) -> None:
    """Raise `ConfigError` if the engine cannot do what the other settings want."""
    if isinstance(url, MediaUrl):
        if engine is Engine.NATIVE:
            raise ConfigError(f'only engine = "ffmpeg" or "auto" opens {url.scheme}:// addresses')
        rest = replace(rtsp, audio=True, on_loss=OnLoss.SHOW)
        if url.secure:
            rest = replace(rest, tls_verify=True)
        if rest != RtspSettings():
            raise ConfigError(f"transport and tls_… are for RTSP cameras, not for {url.scheme}://")
    elif engine is Engine.FFMPEG and rtsp.tls_fingerprint is not None:
        raise ConfigError('only engine = "native" or "auto" can look at tls_fingerprint')


class Settings(_Strict):
    """The whole file."""

    server: ServerSettings = ServerSettings()
    hls: HlsSettings = HlsSettings()
    streams: dict[str, StreamSettings] = {}


def read_settings(path: Path) -> Settings:
    """Read and check a configuration file; raise `ConfigError` with a sentence a problem."""
    try:
        if path.stat().st_size > MAX_FILE:
            raise ConfigError(f"{path} is larger than {MAX_FILE} bytes; is it the right file?")
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {_cause(error)}.") from None
    return parse_settings(text, str(path))


def parse_settings(text: str, source: str) -> Settings:
    """Read and check the text of a configuration file; `source` names it in errors."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{source} is not valid TOML: {error}.") from None
    return make_settings(data, dict(os.environ), source)


def make_settings(data: dict[str, Any], environment: dict[str, str], source: str) -> Settings:
    """Check what a file says; `source` names it in errors."""
    streams = data.get("streams", {})
    if isinstance(streams, dict):
        for stream_id, stream in streams.items():
            if not STREAM_ID.fullmatch(stream_id):
                raise ConfigError(
                    f'{source}: "{stream_id}" cannot be a stream id. Use small letters, digits,'
                    " - and _, at most 64, beginning with a letter or digit."
                )
            for name in ("url", "low_url"):
                if isinstance(stream, dict) and isinstance(stream.get(name), str):
                    stream[name] = _expand(stream[name], environment, f"{source}: {stream_id}")
    try:
        return Settings.model_validate(data)
    except ValidationError as error:
        problems = [_problem(detail) for detail in error.errors(include_url=False)]
        raise ConfigError(f"{source}: " + " ".join(problems)) from None
    except ConfigError as error:
        raise ConfigError(f"{source}: {error}") from None


def _expand(text: str, environment: dict[str, str], source: str) -> str:
    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name not in environment:
            raise ConfigError(f"{source}: the environment variable {name} is not set.")
        return environment[name]

    return _VARIABLE.sub(value, text)


def _problem(detail: Any) -> str:
    place = ".".join(str(part) for part in detail["loc"])
    if detail["type"] in {"extra_forbidden", "unexpected_keyword_argument"}:
        return f'"{place}" is not a setting.'
    message = str(detail["msg"]).removeprefix("Value error, ")
    return f"{place}: {message.rstrip('.')}."


def _cause(error: OSError | UnicodeDecodeError) -> str:
    if isinstance(error, OSError):
        return (error.strerror or "unknown error").lower()
    return "it is not UTF-8 text"
