"""`liveedge bench faults` and `liveedge bench soak`."""

import secrets
from collections.abc import Callable
from typing import Annotated, Any

import typer
from rich.console import Console

from liveedge.bench import fault_tables
from liveedge.bench.options import Fps, Gop, Json, Kbps, Size
from liveedge.bench.output import collector
from liveedge.bench.parts import CameraPlan
from liveedge.bench.progress import Steps
from liveedge.errors import LiveEdgeError

Cameras = Annotated[int, typer.Option(min=2, max=64, help="Cameras, the failing one included.")]


def faults(
    only: Annotated[
        str, typer.Option(help="Faults to try, with commas: hang, status-401, …; or all.")
    ] = "all",
    cameras: Cameras = 8,
    quiet: Annotated[
        float, typer.Option(min=1, help="Seconds without a fault at the beginning.")
    ] = 20,
    gop: Gop = 30,
    fps: Fps = 30,
    size: Size = "640x360",
    kbps: Kbps = 800,
    as_json: Json = False,
) -> None:
    """Every way in which a camera can fail: noticed when, back when, and felt by whom."""
    from liveedge.bench.fault_cases import choose  # noqa: PLC0415 - brings PyAV
    from liveedge.bench.faults import FaultsPlan, measure_faults  # noqa: PLC0415

    cases = choose(only)
    plan = FaultsPlan(cases, CameraPlan(fps, gop, size, kbps), cameras, quiet)
    results: list[dict[str, Any]] = []
    with Steps(len(cases)) as steps:
        fine = measure_faults(plan, _run(), steps.say, _report(results, steps.done, as_json))
    if not as_json:
        Console().print(fault_tables.faults(results))
    if not fine:
        names = ", ".join(results[-1]["not_ok"])
        raise LiveEdgeError(f"Not noticed as what it was, or not recovered from: {names}.")


def soak(
    minutes: Annotated[float, typer.Option(min=0.5, help="For how long.")] = 30,
    seed: Annotated[
        int | None, typer.Option(min=0, help="What happens follows from it; printed if left out.")
    ] = None,
    cameras: Cameras = 8,
    gop: Gop = 30,
    fps: Fps = 30,
    size: Size = "640x360",
    kbps: Kbps = 800,
    as_json: Json = False,
) -> None:
    """A random fault each 20 to 60 s: whether memory, descriptors, tasks or delay rise."""
    from liveedge.bench.soak import SoakPlan, measure_soak  # noqa: PLC0415 - brings PyAV

    chosen = secrets.randbelow(10**6) if seed is None else seed
    plan = SoakPlan(minutes, chosen, CameraPlan(fps, gop, size, kbps), cameras)
    results: list[dict[str, Any]] = []
    with Steps() as steps:
        fine = measure_soak(plan, _run(), steps.say, _report(results, lambda: None, as_json))
    if not as_json:
        Console().print(fault_tables.soak(results))
    if not fine:
        raise LiveEdgeError(f"Not recovered from: {', '.join(results[-1]['not_recovered'])}.")


def _run() -> Callable[..., Any]:
    import uvloop  # noqa: PLC0415 - only what measures has a loop

    return uvloop.run


def _report(
    results: list[dict[str, Any]], done: Callable[[], None], as_json: bool
) -> Callable[[dict[str, Any]], None]:
    collect = collector(results, as_json=as_json)

    def report(figures: dict[str, Any]) -> None:
        collect(figures)
        done()

    return report
