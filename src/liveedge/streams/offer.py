"""What is said of a quality to those who might want it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from liveedge.streams.stream import Stream


class Made(StrEnum):
    """Who makes the pictures of a quality."""

    CAMERA = "camera"
    """A sub-stream of the camera."""
    TRANSCODE = "transcode"
    """A worker of this server, out of the camera's own stream."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A quality that may be asked for."""

    quality: str
    made: Made
    width: int | None
    """Pixels; None until it is known what the camera sends."""
    height: int | None
    stream: "Stream | None"
    """What was made of it so far, None if nobody has asked for it yet."""
