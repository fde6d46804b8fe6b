"""What `bench latency` is to measure."""

from dataclasses import dataclass
from pathlib import Path

from liveedge.bench.parts import CameraPlan


@dataclass(frozen=True, slots=True)
class LatencyPlan:
    """What to watch, how, and for how long."""

    transports: tuple[str, ...]
    camera: CameraPlan
    """Started unless there is a `camera_url`."""
    camera_url: str | None
    """A camera that burns the clock in, and runs already."""
    seconds: float
    warmup: float
    """Seconds after the first picture that do not count: the player still steers to its target."""
    chromium: Path
    ffmpeg: Path | None = None
    """Also measure what the original description of this project measures, with this FFmpeg."""
