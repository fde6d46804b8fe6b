"""How one RTSP camera is reached, beside its address."""

import re
from dataclasses import dataclass
from enum import StrEnum

from liveedge.config.url import CameraUrl
from liveedge.errors import ConfigError

_PREFIX = "sha256:"
_DIGEST = re.compile(r"[0-9a-f]{64}")


class RtspTransport(StrEnum):
    """The way that RTP packets take from the camera (RFC 2326 §10.12, §12.39)."""

    AUTO = "auto"
    """Over the RTSP connection; over UDP if the camera refuses that."""
    TCP = "tcp"
    """Over the RTSP connection."""
    UDP = "udp"
    """Over UDP, a port of its own for RTP and one for RTCP."""
    HTTP = "http"
    """As TCP, with the RTSP connection inside two HTTP requests."""


class OnLoss(StrEnum):
    """What becomes of pictures that refer to one which did not arrive."""

    SHOW = "show"
    """They are shown, with traces of what is missing until the next keyframe. H.264 only."""
    WAIT = "wait"
    """They are left out: the picture stands until the next keyframe."""


@dataclass(frozen=True, slots=True)
class RtspSettings:
    """Settings of one stream; raises `ConfigError` where they contradict each other."""

    transport: RtspTransport = RtspTransport.AUTO
    tls_verify: bool = True
    """Whether the camera's certificate must be one that this machine trusts."""
    tls_fingerprint: bytes | None = None
    """SHA-256 of the only certificate to accept (in DER), instead of asking who signed it."""
    audio: bool = True
    """Whether to ask for the camera's sound too."""
    on_loss: OnLoss = OnLoss.SHOW
    """What becomes of pictures behind a loss of packets."""

    def __post_init__(self) -> None:
        if self.tls_fingerprint is not None and not self.tls_verify:
            raise ConfigError(
                "tls_fingerprint and tls_verify = false contradict each other; keep the first."
            )


def parse_fingerprint(text: str) -> bytes:
    """Read `sha256:` and 64 hexadecimal digits, colons between them or not; else `ConfigError`."""
    digits = text.strip().lower().removeprefix(_PREFIX).replace(":", "")
    if not _DIGEST.fullmatch(digits):
        raise ConfigError(
            'A fingerprint is "sha256:" and 64 hexadecimal digits, as'
            " openssl x509 -fingerprint -sha256 prints them."
        )
    return bytes.fromhex(digits)


def check_reach(url: CameraUrl, settings: RtspSettings) -> None:
    """Raise `ConfigError` if the settings do not fit the address."""
    if settings.transport is RtspTransport.UDP and url.secure:
        raise ConfigError(
            f"With {url.scheme}:// the video comes over the encrypted connection;"
            ' leave transport = "udp" out.'
        )
    if settings.transport is RtspTransport.UDP and url.tunnelled:
        raise ConfigError(
            f'{url.scheme}:// is a tunnel through HTTP; leave transport = "udp" out, or write'
            " rtsp://."
        )
    if not url.secure and (settings.tls_fingerprint is not None or not settings.tls_verify):
        raise ConfigError(
            f"tls_verify and tls_fingerprint need an encrypted connection; {url.scheme}:// is not"
            " one, rtsps:// is."
        )


def show_fingerprint(digest: bytes) -> str:
    """Return a digest as `parse_fingerprint` reads it."""
    return _PREFIX + digest.hex()
