"""Many viewers of one camera: what they cost the server, and whether each gets everything.

The viewers are in a process of their own, so that the server's processor time is only its own.
"""

import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Final

from liveedge.bench.parts import CameraPlan, start_server_process, wait_live
from liveedge.bench.usage import CpuPressure, Memory, cpu_seconds, memory
from liveedge.bench.viewers_crowd import LATE_MS, Crowd, CrowdPlan, parse_crowd
from liveedge.children import Child

_ALONE_SECONDS: Final = 12.0
"""How long one viewer watches first: until everything that playlists list is in memory."""
_READY_DEADLINE: Final = 60.0
_GRACE: Final = 20.0


@dataclass(frozen=True, slots=True)
class Turn:
    """What a crowd was given, and what that has cost the server."""

    crowd: Crowd
    cpu_seconds: float
    memory: Memory
    """At the end, with everybody still there or just leaving."""


def measure_viewers(
    plan: CrowdPlan, camera: CameraPlan, say: Callable[[str], None]
) -> dict[str, Any]:
    """Watch with one viewer, then with all of them; returns the figures by their names."""
    load_average = os.getloadavg()[0]
    with ExitStack() as stack:
        _, url = camera.start(stack)
        server, address = start_server_process(stack, url)
        say("waiting for the camera")
        status = wait_live(address)
        say(f"one viewer, {_ALONE_SECONDS:.0f} s")
        alone = _turn(CrowdPlan(plan.transport, 1, _ALONE_SECONDS), server.pid, address)
        say(f"{plan.viewers} viewers, {plan.seconds:.0f} s")
        pressure = CpuPressure()
        turn = _turn(plan, server.pid, address)
        waiting = pressure.percent()
    return viewer_figures(plan, alone, turn) | {
        "size": f"{status['width']}x{status['height']}",
        "expected_fps": camera.fps,
        "cpu_waiting_percent": None if waiting is None else round(waiting, 1),
        "load_average": round(load_average, 2),
    }


def viewer_figures(plan: CrowdPlan, alone: Turn, turn: Turn) -> dict[str, Any]:
    """The figures of a run by their names."""
    crowd, cpu = turn.crowd, turn.cpu_seconds
    figures: dict[str, Any] = {
        "transport": plan.transport,
        "viewers": plan.viewers,
        "seconds": round(crowd.seconds, 2),
        "server_cpu_percent": round(100 * cpu / crowd.seconds, 1),
        "late": crowd.late,
        "late_bound_ms": LATE_MS,
        "delay_p50_ms": _rounded(crowd.delay_p50_ms),
        "delay_p99_ms": _rounded(crowd.delay_p99_ms),
        "rss_mb": round(turn.memory.rss, 1),
        "rss_mb_one_viewer": round(alone.memory.rss, 1),
        "problems": crowd.problems,
    }
    if plan.transport == "live":
        return figures | {
            "frames": crowd.media,
            "frames_missed": crowd.missed,
            "frame_bytes": _ratio(crowd.media_bytes, crowd.media),
            "frames_per_second": round(crowd.media / crowd.seconds),
            "cpu_us_per_frame": _ratio(cpu * 1e6, crowd.media, 1),
        }
    responses = crowd.media + crowd.playlists
    return figures | {
        "responses": responses,
        "requests_per_second": round(responses / crowd.seconds),
        "responses_per_cpu_second": _ratio(responses, cpu),
        "parts": crowd.media,
        "parts_missed": crowd.missed,
        "part_bytes": _ratio(crowd.media_bytes, crowd.media),
        "playlists_served": crowd.playlists,
        "playlist_versions": crowd.playlist_versions,
    }


def _turn(plan: CrowdPlan, server: int, address: str) -> Turn:
    with Child(_arguments(plan, address)) as viewers:
        viewers.wait_ready(_READY_DEADLINE)
        cpu = cpu_seconds(server)
        line = viewers.read_line(plan.seconds + _GRACE)
        cpu = cpu_seconds(server) - cpu
        return Turn(parse_crowd(line), cpu, memory(server))


def _arguments(plan: CrowdPlan, address: str) -> list[str]:
    options = {
        "transport": plan.transport,
        "viewers": plan.viewers,
        "seconds": plan.seconds,
        "address": address,
    }
    return ["bench", "crowd", *(word for k, v in options.items() for word in (f"--{k}", str(v)))]


def _ratio(value: float, by: float, digits: int | None = None) -> float | None:
    return round(value / by, digits) if by else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
