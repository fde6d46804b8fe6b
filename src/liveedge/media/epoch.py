"""A stretch of a stream during which one decoder configuration holds."""

from dataclasses import dataclass

from liveedge.media.bmff import init_segment
from liveedge.media.chunk import frame_init
from liveedge.media.video import VideoConfig


@dataclass(frozen=True, slots=True)
class Epoch:
    """An init segment, its number within the stream, and what players need to know of it."""

    number: int
    config: VideoConfig
    init: bytes
    """`ftyp` and `moov`."""
    message: bytes
    """The same behind the header of the live protocol."""

    @property
    def codec(self) -> str:
        """RFC 6381 codecs parameter."""
        return self.config.codec


def make_epoch(number: int, stream: int, config: VideoConfig) -> Epoch:
    """Build the init segment of a new epoch, once for all viewers."""
    init = init_segment(config)
    return Epoch(number, config, init, frame_init(init, stream, number))
