"""What a viewer sees: camera, server and browser in processes of their own, pictures measured."""

import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from liveedge.bench.browser import View, Viewer, open_viewer
from liveedge.bench.parts import STREAM, CameraPlan, start_server, wait_live
from liveedge.bench.stats import percentile, viewing
from liveedge.errors import LiveEdgeError

Figures = dict[str, Any]


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
        status = wait_live(address)
        fps = round(status["fps"], 1) if plan.camera_url else float(plan.camera.fps)
        viewer = stack.enter_context(open_viewer(plan.chromium))
        facts = {
            "gop_s": status["gop_seconds"],
            "size": f"{status['width']}x{status['height']}",
            "chromium": viewer.version,
            "load_average": round(load_average, 2),
        }
        for transport in plan.transports:
            say(f"{transport}: {plan.warmup + plan.seconds:.0f} s")
            report(_measure(viewer, plan, f"{address}watch/{STREAM}", transport, fps) | facts)


def _measure(viewer: Viewer, plan: LatencyPlan, page: str, transport: str, fps: float) -> Figures:
    figures: Figures = {"transport": transport, "seconds": plan.seconds}
    try:
        view = viewer.view(f"{page}?transport={transport}", plan.warmup + plan.seconds)
    except LiveEdgeError as error:
        return figures | {"error": str(error)}
    return figures | latency_figures(view, plan.warmup, plan.seconds, fps)


def latency_figures(view: View, warmup: float, seconds: float, fps: float) -> Figures:
    """The figures of one page by their names."""
    begin = view.pictures[0].at + warmup * 1000
    seen = asdict(viewing(view.pictures, begin, seconds, fps))
    return {
        "expected_fps": fps,
        **{name: _rounded(value) for name, value in seen.items()},
        "ttff_ms": _rounded(view.time_to_first_frame),
        "ttff_live_ms": _rounded(view.time_to_first_live_frame),
        "player_p50_ms": _rounded(percentile(view.reported, 50)),
        "page_errors": view.errors,
    }


def _rounded(value: float | None) -> float | None:
    return round(value, 1) if isinstance(value, float) else value
