"""Who opens a camera."""

from enum import StrEnum


class Engine(StrEnum):
    """Word of the configuration and of the status."""

    AUTO = "auto"
    """The native client, and FFmpeg's libraries for what that cannot open."""
    NATIVE = "native"
    """Our own RTSP client only."""
    FFMPEG = "ffmpeg"
    """FFmpeg's libraries only, in a worker process."""
