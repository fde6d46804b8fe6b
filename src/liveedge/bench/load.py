"""What reading some cameras cost for a while: measured in the process that reads them."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from liveedge.errors import LiveEdgeError

Reader = Literal["liveedge", "pyav"]


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """How long to read how many cameras."""

    reader: Reader
    cameras: int
    seconds: float
    warmup: float
    """Seconds from the last camera's first picture until measuring begins."""
    one_core: bool = False


@dataclass(frozen=True, slots=True)
class Lag:
    """How late a timer of the event loop was, in milliseconds."""

    p50_ms: float
    p99_ms: float
    max_ms: float


@dataclass(frozen=True, slots=True)
class Load:
    """The cost of reading some cameras."""

    seconds: float
    cpu_seconds: float
    frames: list[int]
    """Pictures of each camera."""
    base_mb: float
    """Unique memory before the first connection."""
    memory_mb: float
    """Unique memory at the end."""
    reconnects: int
    lag: Lag | None
    """None for a reader without an event loop."""

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(asdict(self))


def parse_load(line: str) -> Load:
    """Read what `Load.to_json` wrote; raise `LiveEdgeError` if that is nothing."""
    if not line:
        raise LiveEdgeError("A reader ended without a result; what it wrote above says why.")
    data = json.loads(line)
    lag = data.pop("lag")
    return Load(**data, lag=Lag(**lag) if lag else None)


@dataclass(frozen=True, slots=True)
class Cost:
    """Several loads of one reader, summed up."""

    cpu_percent: float
    """Of one core, for all cameras together."""
    mb_a_camera: float
    base_mb: float
    fps_min: float
    """Of the camera that delivered least."""
    reconnects: int
    lag: Lag | None
    """The worst of all loads."""


def cost(loads: Sequence[Load]) -> Cost:
    """Sum up; `loads` must not be empty."""
    seconds = sum(load.seconds for load in loads)
    lags = [load.lag for load in loads if load.lag is not None]
    return Cost(
        cpu_percent=100 * sum(load.cpu_seconds for load in loads) / seconds,
        mb_a_camera=max((load.memory_mb - load.base_mb) / len(load.frames) for load in loads),
        base_mb=max(load.base_mb for load in loads),
        fps_min=min(min(load.frames) / load.seconds for load in loads),
        reconnects=sum(load.reconnects for load in loads),
        lag=_worst(lags) if lags else None,
    )


def _worst(lags: Sequence[Lag]) -> Lag:
    return Lag(
        p50_ms=max(lag.p50_ms for lag in lags),
        p99_ms=max(lag.p99_ms for lag in lags),
        max_ms=max(lag.max_ms for lag in lags),
    )
