"""Many cameras: what reading them costs, beside what PyAV's demuxer alone costs."""

import os
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Final

from liveedge.bench.load import Cost, Load, LoadPlan, Reader, cost, parse_load
from liveedge.bench.parts import CameraPlan
from liveedge.bench.usage import cpu_seconds
from liveedge.children import Child

SLICES: Final = 2
"""Each reader has so many turns, one after the other, so that both see the machine's moods."""
_WARMUPS: Final[dict[Reader, float]] = {"liveedge": 20.0, "pyav": 4.0}
"""Seconds until nothing grows any more: liveedge keeps what playlists list, PyAV keeps nothing."""
_START_DEADLINE: Final = 60.0
_GRACE: Final = 20.0


@dataclass(frozen=True, slots=True)
class CapacityPlan:
    """What to read, and for how long."""

    camera: CameraPlan
    cameras: int
    seconds: float
    """For each reader, in all its turns together."""
    one_core: bool


def measure_capacity(plan: CapacityPlan, say: Callable[[str], None]) -> dict[str, Any]:
    """Run both readers in turn on the same virtual camera; returns the figures by their names."""
    load_average = os.getloadavg()[0]
    turns: dict[Reader, list[Load]] = {"liveedge": [], "pyav": []}
    camera_percents = []
    with ExitStack() as stack:
        camera, url = plan.camera.start(stack)
        for turn in range(SLICES):
            for reader, loads in turns.items():
                say(f"{reader}: {plan.cameras} cameras, turn {turn + 1} of {SLICES}")
                load, camera_percent = _turn(plan, reader, camera, url)
                loads.append(load)
                camera_percents.append(camera_percent)
    return _figures(
        plan, cost(turns["liveedge"]), cost(turns["pyav"]), max(camera_percents), load_average
    )


def _turn(plan: CapacityPlan, reader: Reader, camera: Child, url: str) -> tuple[Load, float]:
    """One turn of one reader: its load, and the CPU of the camera meanwhile in percent."""
    turn = LoadPlan(reader, plan.cameras, plan.seconds / SLICES, _WARMUPS[reader], plan.one_core)
    with Child(_arguments(turn), stdin=f"{url}\n") as worker:
        worker.wait_ready(_START_DEADLINE)
        cpu, begin = cpu_seconds(camera.pid), time.monotonic()
        line = worker.read_line(turn.warmup + 2 * turn.seconds + _GRACE)
        cpu, seconds = cpu_seconds(camera.pid) - cpu, time.monotonic() - begin
    return parse_load(line), 100 * cpu / seconds


def _arguments(turn: LoadPlan) -> list[str]:
    options = {
        "reader": turn.reader,
        "cameras": turn.cameras,
        "seconds": turn.seconds,
        "warmup": turn.warmup,
    }
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    return ["bench", "load", *words, *(["--one-core"] if turn.one_core else [])]


def _figures(
    plan: CapacityPlan, ours: Cost, pyav: Cost, camera_percent: float, load_average: float
) -> dict[str, Any]:
    lag = ours.lag
    return {
        "cameras": plan.cameras,
        "seconds": plan.seconds,
        "one_core": plan.one_core,
        "cores": len(os.sched_getaffinity(0)),
        "load_average": round(load_average, 2),
        "size": plan.camera.size,
        "kbps": plan.camera.kbps,
        "gop": plan.camera.gop,
        "expected_fps": plan.camera.fps,
        "fps_min": round(ours.fps_min, 2),
        "cpu_percent": round(ours.cpu_percent, 1),
        "cpu_percent_a_camera": round(ours.cpu_percent / plan.cameras, 2),
        "mb_a_camera": round(ours.mb_a_camera, 2),
        "base_mb": round(ours.base_mb, 1),
        "reconnects": ours.reconnects,
        "loop_lag_p50_ms": round(lag.p50_ms, 2) if lag else None,
        "loop_lag_p99_ms": round(lag.p99_ms, 2) if lag else None,
        "loop_lag_max_ms": round(lag.max_ms, 2) if lag else None,
        "pyav_fps_min": round(pyav.fps_min, 2),
        "pyav_cpu_percent": round(pyav.cpu_percent, 1),
        "pyav_cpu_percent_a_camera": round(pyav.cpu_percent / plan.cameras, 2),
        "pyav_mb_a_camera": round(pyav.mb_a_camera, 2),
        "pyav_base_mb": round(pyav.base_mb, 1),
        "cpu_ratio": round(ours.cpu_percent / pyav.cpu_percent, 2) if pyav.cpu_percent else None,
        "camera_cpu_percent": round(camera_percent, 1),
    }
