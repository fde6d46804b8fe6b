"""What a viewer sees: camera, server and browser in processes of their own, pictures measured."""

import asyncio
import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from typing import Any, Final

from liveedge.bench.baseline import BASELINES, Baseline, as_expected, measure_baseline
from liveedge.bench.browser import Viewer, open_viewer
from liveedge.bench.camera_clock import (
    ClockOffset,
    by_our_clock,
    is_remote,
    measure_camera_clock,
)
from liveedge.bench.latency_plan import LatencyPlan
from liveedge.bench.parts import page_of, start_server, wait_live
from liveedge.bench.usage import CpuPressure
from liveedge.bench.view_figures import Figures, latency_figures, rounded
from liveedge.bench.witness import witness
from liveedge.clock import SystemClock
from liveedge.config.url import parse_camera_url
from liveedge.errors import LiveEdgeError

_CLOCK_SECONDS: Final = 6.0
"""Long enough for a sender report of cameras that send one each 5 s, as RFC 3550 §6.2 has it."""


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
        fps = _frame_rate(plan, wait_live(address))
        offset = _camera_clock(plan.camera_url, say)
        viewer = stack.enter_context(open_viewer(plan.chromium))

        def add(name: str, measure: Callable[[], Figures]) -> None:
            say(f"{name}: {plan.warmup + plan.seconds:.0f} s")
            report(
                {"transport": name, "seconds": plan.seconds}
                | measure()
                | {
                    "chromium": viewer.version,
                    "load_average": round(load_average, 2),
                    "camera_clock_offset_ms": rounded(offset.offset_ms) if offset else None,
                    "camera_clock_uncertainty_ms": (
                        rounded(offset.uncertainty_ms) if offset else None
                    ),
                }
            )

        for transport in plan.transports:
            add(transport, partial(_try_transport, viewer, plan, address, transport, offset))
        for baseline in BASELINES if plan.ffmpeg else ():
            add(baseline.name, partial(_try_baseline, viewer, plan, baseline, url, fps, offset))


def _try_transport(
    viewer: Viewer, plan: LatencyPlan, address: str, transport: str, offset: ClockOffset | None
) -> Figures:
    try:
        return _measure(viewer, plan, address, transport, offset)
    except LiveEdgeError as error:
        return {"error": str(error)}


def _try_baseline(
    viewer: Viewer,
    plan: LatencyPlan,
    baseline: Baseline,
    url: str,
    fps: float,
    offset: ClockOffset | None,
) -> Figures:
    try:
        return measure_baseline(viewer, plan, baseline, url, fps, offset)
    except LiveEdgeError as error:
        return as_expected(baseline, error)


def _measure(
    viewer: Viewer, plan: LatencyPlan, address: str, transport: str, offset: ClockOffset | None
) -> Figures:
    page = page_of(address, transport)
    with witness(address, SystemClock()) as watching:
        pressure = CpuPressure()
        view = viewer.view(page, plan.warmup + plan.seconds)
        waiting = pressure.percent()
    if offset:
        view = replace(view, pictures=by_our_clock(view.pictures, offset))
    status = wait_live(address)
    fps = _frame_rate(plan, status)
    begin = view.pictures[0].at + plan.warmup * 1000
    delivered, pause = watching.between(begin, begin + plan.seconds * 1000)
    return latency_figures(view, begin, plan.seconds, fps) | {
        "expected_fps": fps,
        "delivered": delivered,
        "delivered_longest_gap_ms": rounded(pause),
        "gop_s": status["gop_seconds"],
        "cpu_waiting_percent": rounded(waiting),
        "size": f"{status['width']}x{status['height']}",
    }


def _frame_rate(plan: LatencyPlan, status: dict[str, Any]) -> float:
    return round(status["fps"], 1) if plan.camera_url else float(plan.camera.fps)


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
