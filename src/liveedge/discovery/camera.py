"""A camera of the network, and what it says of its streams."""

from dataclasses import dataclass, field
from typing import Final

from liveedge.config.url import CameraUrl
from liveedge.discovery.messages import Device
from liveedge.errors import SourceError

USER_VARIABLE: Final = "${CAMERA_USER}"
PASSWORD_VARIABLE: Final = "${CAMERA_PASSWORD}"  # noqa: S105 - the name of one
"""What stands for the credentials in addresses that are printed."""


@dataclass(frozen=True, slots=True)
class Profile:
    """One stream that a camera offers."""

    name: str
    codec: str
    """As ONVIF calls it: `H264`, `H265`, `JPEG`; empty if it is not said."""
    width: int
    height: int
    fps: float | None
    url: CameraUrl
    """Without credentials; the host is the one that has answered."""


@dataclass(frozen=True, slots=True)
class Camera:
    """A device, and what it says of its streams."""

    device: Device
    maker: str = ""
    model: str = ""
    profiles: tuple[Profile, ...] = ()
    """The largest picture first."""
    failure: SourceError | None = field(default=None, compare=False)
    """Why its streams are not known."""
