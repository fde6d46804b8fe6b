"""What a viewer sees of a camera over UDP whose packets are lost: camera, server and browser."""

import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from liveedge.bench.browser import View, Viewer, open_viewer
from liveedge.bench.loss_figures import Damages, wrong_clock_percent
from liveedge.bench.parts import STREAM, CameraPlan, page_of, start_server, stream_status, wait_live
from liveedge.bench.view_figures import Figures, latency_figures
from liveedge.bench.witness import witness
from liveedge.children import Child
from liveedge.clock import SystemClock
from liveedge.config.rtsp import OnLoss

WAYS: Final = tuple(OnLoss)
_OF_PICTURES: Final = (
    "shown_percent",
    "longest_gap_ms",
    "freezes_over_200ms",
    "p50_ms",
    "player_stalls",
    "page_errors",
)
_LONGER: Final = 86_400
"""Seconds for which packets are lost: until the camera ends."""


@dataclass(frozen=True, slots=True)
class LossPlan:
    """What to watch, how, and for how long."""

    percent: float
    """Of the packets of the camera."""
    camera: CameraPlan
    gops: tuple[int, ...]
    """Pictures from sync frame to sync frame; each is tried."""
    ways: tuple[OnLoss, ...]
    transports: tuple[str, ...]
    seconds: float
    warmup: float
    chromium: Path


def measure_loss(
    plan: LossPlan, say: Callable[[str], None], report: Callable[[Figures], None]
) -> None:
    """Watch each GOP length in each way by each transport; `report` gets the figures of each."""
    load_average = os.getloadavg()[0]
    with ExitStack() as stack:
        viewer = stack.enter_context(open_viewer(plan.chromium))
        for gop in plan.gops:
            url = _start_camera(stack, replace(plan.camera, gop=gop), plan.percent)
            for way in plan.ways:
                with ExitStack() as serving:
                    address = _serve(serving, url, way)
                    for transport in plan.transports:
                        say(f"{way}, keyframe every {gop} pictures, {transport}")
                        figures = _watch(plan, viewer, address, transport, gop)
                        report(
                            {"on_loss": str(way), "transport": transport}
                            | figures
                            | {"load_average": round(load_average, 2)}
                        )


def _start_camera(stack: ExitStack, camera: CameraPlan, percent: float) -> str:
    fault = f"0 loss {_LONGER} {percent}"
    return stack.enter_context(Child([*camera.arguments(STREAM), "--fault", fault])).wait_ready()


def _serve(stack: ExitStack, url: str, way: OnLoss) -> str:
    address = start_server(stack, url, ('transport = "udp"', f'on_loss = "{way}"'))
    # Keyframes that arrive whole one after the other may be seldom.
    wait_live(address, gop_known=False)
    return address


def _watch(plan: LossPlan, viewer: Viewer, address: str, transport: str, gop: int) -> Figures:
    page = page_of(address, transport)
    damages = Damages()
    before = stream_status(address)
    with witness(address, SystemClock(), damages.take):
        view = viewer.view(page, plan.warmup + plan.seconds)
    after = stream_status(address)
    fps = float(plan.camera.fps)
    return (
        {"gop_s": round(gop / fps, 2), "lost_percent": plan.percent, "seconds": plan.seconds}
        | _seen(view, plan, fps)
        | damages.figures(gop / fps)
        | {
            "lost_packets": after["lost_packets"] - before["lost_packets"],
            "reconnects": after["reconnect_count"] - before["reconnect_count"],
        }
    )


def _seen(view: View, plan: LossPlan, fps: float) -> Figures:
    begin = view.pictures[0].at + plan.warmup * 1000
    seen = latency_figures(view, begin, plan.seconds, fps)
    wrong = wrong_clock_percent(p for p in view.pictures if p.at >= begin)
    return {name: seen[name] for name in _OF_PICTURES} | {"wrong_clock_percent": wrong}
