"""What a viewer sees: camera, server and browser in processes of their own, pictures measured."""

import asyncio
import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from liveedge.bench.browser import View, Viewer, open_viewer
from liveedge.bench.camera_clock import (
    ClockOffset,
    by_our_clock,
    is_remote,
    measure_camera_clock,
)
from liveedge.bench.parts import STREAM, CameraPlan, start_server, wait_live
from liveedge.bench.stats import viewing
from liveedge.bench.usage import CpuPressure
from liveedge.bench.witness import witness
from liveedge.clock import SystemClock
from liveedge.config.url import parse_camera_url
from liveedge.errors import LiveEdgeError

Figures = dict[str, Any]

_CLOCK_SECONDS: Final = 6.0
"""Long enough for a sender report of cameras that send one each 5 s, as RFC 3550 §6.2 has it."""


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


def measure_latency(
    plan: LatencyPlan, say: Callable[[str], None], report: Callable[[Figures], None]
) -> None:
    """Measure one transport after the other on one camera, server and browser.

    `report` gets the figures of each by their names; a transport that shows nothing has an
    `error`, and the others are measured all the same.
    """
    load_average = os.getloadavg()[0]
    with ExitStack() as stack:
        url = plan.camera_url or plan.camera.start(stack)[1]
        address = start_server(stack, url)
        say("waiting for the camera")
        wait_live(address)
        offset = _camera_clock(plan.camera_url, say)
        viewer = stack.enter_context(open_viewer(plan.chromium))
        for transport in plan.transports:
            say(f"{transport}: {plan.warmup + plan.seconds:.0f} s")
            figures: Figures = {"transport": transport, "seconds": plan.seconds}
            try:
                figures |= _measure(viewer, plan, address, transport, offset)
            except LiveEdgeError as error:
                figures["error"] = str(error)
            figures |= {
                "chromium": viewer.version,
                "load_average": round(load_average, 2),
                "camera_clock_offset_ms": _rounded(offset.offset_ms) if offset else None,
                "camera_clock_uncertainty_ms": _rounded(offset.uncertainty_ms) if offset else None,
            }
            report(figures)


def _measure(
    viewer: Viewer, plan: LatencyPlan, address: str, transport: str, offset: ClockOffset | None
) -> Figures:
    page = f"{address}watch/{STREAM}?transport={transport}"
    with witness(address, SystemClock()) as watching:
        pressure = CpuPressure()
        view = viewer.view(page, plan.warmup + plan.seconds)
        waiting = pressure.percent()
    if offset:
        view = replace(view, pictures=by_our_clock(view.pictures, offset))
    status = wait_live(address)
    fps = round(status["fps"], 1) if plan.camera_url else float(plan.camera.fps)
    begin = view.pictures[0].at + plan.warmup * 1000
    delivered, pause = watching.between(begin, begin + plan.seconds * 1000)
    return latency_figures(view, begin, plan.seconds, fps) | {
        "expected_fps": fps,
        "delivered": delivered,
        "delivered_longest_gap_ms": _rounded(pause),
        "gop_s": status["gop_seconds"],
        "cpu_waiting_percent": _rounded(waiting),
        "size": f"{status['width']}x{status['height']}",
    }


def latency_figures(view: View, begin: float, seconds: float, fps: float) -> Figures:
    """The figures of one page by their names, from `begin` (page clock, ms) on."""
    seen = asdict(viewing(view.pictures, begin, seconds, fps))
    return {
        **{name: _rounded(value) for name, value in seen.items()},
        "ttff_ms": _rounded(view.time_to_first_frame),
        "ttff_live_ms": _rounded(view.time_to_first_live_frame),
        "target_ms": _rounded(view.stats["target_ms"]),
        "player_stalls": view.stats["stalls"],
        "player_dropped": view.stats["dropped"],
        "page_errors": view.errors,
    }


def _camera_clock(camera_url: str | None, say: Callable[[str], None]) -> ClockOffset | None:
    """The offset of a camera on another machine; None where the clock is the same, or unknown."""
    url = None if camera_url is None else parse_camera_url(camera_url)
    if url is None or not is_remote(url):
        return None
    say("measuring the clock of the camera")
    offset = asyncio.run(measure_camera_clock(url, _CLOCK_SECONDS, SystemClock()))
    if offset is None:
        say(
            "This camera sends no RTCP sender reports. The delays below include the difference"
            " of the two clocks; set both by NTP."
        )
    return offset


def _rounded(value: float | None) -> float | None:
    return round(value, 1) if isinstance(value, float) else value
