"""What workers can do. Another task is a module with `LIMITS` and `work`, and a line here."""

from enum import StrEnum


class Task(StrEnum):
    """The tasks, by the word on the command line of a worker."""

    STILL = "still"
    """A keyframe becomes a JPEG."""
    LIBAV = "libav"
    """FFmpeg's libraries open an address."""
    SOUND = "sound"
    """Sound that browsers do not play becomes AAC."""
    TRANSCODE = "transcode"
    """Pictures of a stream become smaller ones."""

    @property
    def module(self) -> str:
        """The module that does it; only the worker loads it."""
        return f"liveedge.workers.{self.value}"
