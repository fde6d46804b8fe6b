"""What a viewer hears: lip sync, the delay of sound, and what sound costs the pictures."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from liveedge.bench.browser import View, Viewer, open_viewer
from liveedge.bench.lip_sync import flashes, lip_sync_figures, pair, verdict
from liveedge.bench.parts import CameraPlan, page_of, start_server, wait_live
from liveedge.bench.sound_wire import measure_at_server
from liveedge.bench.stats import percentile
from liveedge.bench.usage import CpuPressure
from liveedge.bench.view_figures import Figures, latency_figures, rounded
from liveedge.clock import SystemClock
from liveedge.errors import LiveEdgeError

_AT_SERVER: Final = 10.0
"""Seconds that are recorded and decoded."""
_OF_PICTURES: Final = ("p50_ms", "p95_ms", "freezes_over_200ms", "shown_percent")


@dataclass(frozen=True, slots=True)
class SoundPlan:
    """What to listen to, how, and for how long."""

    transports: tuple[str, ...]
    camera: CameraPlan
    """With sound."""
    seconds: float
    """Muted, and as long with sound."""
    warmup: float
    """Seconds after the first picture, and again after the first sound, that do not count."""
    chromium: Path


def measure_sound(
    plan: SoundPlan, say: Callable[[str], None], report: Callable[[Figures], None]
) -> None:
    """Measure one transport after the other on one camera, server and browser.

    `report` gets the figures of each by their names; one that lets nothing be heard has an
    `error`, and the others are measured all the same.
    """
    with ExitStack() as stack:
        address = start_server(stack, plan.camera.start(stack)[1])
        say("waiting for the camera")
        wait_live(address)
        say(f"at the server: {_AT_SERVER:.0f} s")
        leaving = _server_figures(address)
        viewer = stack.enter_context(open_viewer(plan.chromium))
        for transport in plan.transports:
            say(f"{transport}: {2 * (plan.warmup + plan.seconds):.0f} s, half of it muted")
            facts = {"transport": transport, "audio": plan.camera.audio, "seconds": plan.seconds}
            report(facts | _try(viewer, plan, address, transport) | leaving)


def _server_figures(address: str) -> Figures:
    beeps = measure_at_server(address, _AT_SERVER, SystemClock.wall)
    named = lip_sync_figures(beeps)
    return {f"server_{name}": rounded(value) for name, value in named.items()}


def _try(viewer: Viewer, plan: SoundPlan, address: str, transport: str) -> Figures:
    page = page_of(address, transport)
    each = plan.warmup + plan.seconds
    pressure = CpuPressure()
    try:
        view = viewer.view(page, each, heard=each)
    except LiveEdgeError as error:
        return {"error": str(error)}
    waiting = pressure.percent()
    if view.ear is None or not view.ear["beeps_ms"]:
        return {"error": "Nothing was heard."}
    return _figures(plan, view, view.ear) | {
        "cpu_waiting_percent": rounded(waiting),
        "chromium": viewer.version,
    }


def _figures(plan: SoundPlan, view: View, ear: dict[str, Any]) -> Figures:
    fps = float(plan.camera.fps)
    muted_from = view.pictures[0].at + plan.warmup * 1000
    heard_from = ear["began_ms"] + plan.warmup * 1000
    muted = latency_figures(view, muted_from, plan.seconds, fps)
    with_sound = latency_figures(view, heard_from, plan.seconds, fps)
    seen = flashes(view.pictures)
    every = pair(ear["beeps_ms"], seen)
    beeps = pair((beep for beep in ear["beeps_ms"] if beep >= heard_from), seen)
    figures: Figures = {
        **{name: rounded(value) for name, value in lip_sync_figures(beeps).items()},
        "lip_sync_first_ms": rounded(every[0].apart) if every else None,
        "sound_p50_ms": rounded(percentile([beep.delay for beep in beeps], 50)),
        "sound_p95_ms": rounded(percentile([beep.delay for beep in beeps], 95)),
        "beeps": len(beeps),
        "beeps_expected": int(plan.seconds),
        **{name: with_sound[name] for name in _OF_PICTURES},
        **{f"muted_{name}": muted[name] for name in _OF_PICTURES},
        "holes": ear["holes"],
        "silent_ms": rounded(float(ear["silent_ms"])),
        "output_latency_ms": rounded(float(ear["output_latency_ms"])),
        "page_errors": view.errors,
    }
    return figures | {"verdict": verdict(figures) or ["ok"]}
