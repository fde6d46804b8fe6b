"""Measures how the delay is made up: camera, server and browser on this machine, all noting."""

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import uvloop

from liveedge.bench.breakdown import ChunkLog, breakdown_figures, in_order, moments
from liveedge.bench.breakdown_camera import read_sent
from liveedge.bench.browser import Viewer, open_viewer
from liveedge.bench.frame import measure_frames
from liveedge.bench.latency_plan import LatencyPlan
from liveedge.bench.parts import page_of, start_server, wait_live
from liveedge.bench.usage import CpuPressure
from liveedge.bench.view_figures import Figures, rounded
from liveedge.bench.witness import witness
from liveedge.children import Child
from liveedge.clock import SystemClock
from liveedge.errors import LiveEdgeError


def measure_breakdown(
    plan: LatencyPlan, say: Callable[[str], None], report: Callable[[Figures], None]
) -> None:
    """Measure one transport after the other, on a camera that takes notes.

    `report` gets the figures of each; a transport that shows nothing has an `error`.
    """
    say("boxing")
    boxing_ms = uvloop.run(measure_frames(0))["p50_us"] / 1000
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="liveedge-sent-")))
        notes = folder / "sent"
        camera = stack.enter_context(Child(_camera(plan, notes)))
        address = start_server(stack, camera.wait_ready())
        say("waiting for the camera")
        status = wait_live(address)
        viewer = stack.enter_context(open_viewer(plan.chromium))
        for transport in plan.transports:
            say(f"{transport}: {plan.warmup + plan.seconds:.0f} s")
            figures: Figures = {"transport": transport, "seconds": plan.seconds}
            try:
                figures |= _measure(viewer, plan, address, transport, notes, boxing_ms)
            except LiveEdgeError as error:
                figures["error"] = str(error)
            report(
                figures
                | {
                    "expected_fps": float(plan.camera.fps),
                    "gop_s": status["gop_seconds"],
                    "size": f"{status['width']}x{status['height']}",
                    "chromium": viewer.version,
                }
            )


def _measure(
    viewer: Viewer,
    plan: LatencyPlan,
    address: str,
    transport: str,
    sent: Path,
    boxing_ms: float,
) -> Figures:
    page, log = page_of(address, transport), ChunkLog()
    with witness(address, SystemClock(), log.take):
        pressure = CpuPressure()
        view = viewer.view(page, plan.warmup + plan.seconds, notes=True)
        waiting = pressure.percent()
    if view.notes is None:
        raise LiveEdgeError("The page noted nothing.")
    begin = view.pictures[0].at + plan.warmup * 1000
    pictures = [picture for picture in view.pictures if picture.at >= begin]
    found = moments(pictures, log.chunks, read_sent(sent), view.notes, boxing_ms)
    result: dict[str, Any] = breakdown_figures([each for each in found if in_order(each)])
    if not result["pictures"]:
        raise LiveEdgeError("None of the pictures could be followed from the camera to the page.")
    return result | {
        "not_followed": len(pictures) - result["pictures"],
        "cpu_waiting_percent": rounded(waiting),
    }


def _camera(plan: LatencyPlan, notes: Path) -> list[str]:
    camera = plan.camera
    options = {
        "fps": camera.fps,
        "gop": camera.gop,
        "size": camera.size,
        "kbps": camera.kbps,
        "notes": notes,
    }
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    return ["bench", "noting-camera", *words]
