"""`liveedge bench`: the figures of the README come from here."""

import json
import os
import sys
from typing import Annotated

import typer
from rich.console import Console

from liveedge import logs, process
from liveedge.bench import tables
from liveedge.bench.breakdown_command import noting_camera
from liveedge.bench.faults_command import faults, soak
from liveedge.bench.latency_command import latency
from liveedge.bench.load import LoadPlan, Reader
from liveedge.bench.loss_command import loss
from liveedge.bench.options import Fps, Gop, Json, Kbps, Size
from liveedge.bench.output import say
from liveedge.bench.parts import CameraPlan
from liveedge.bench.qualities_command import qualities
from liveedge.bench.sound_command import sound
from liveedge.bench.sound_cost_command import sound_cost
from liveedge.bench.transcode_command import transcode
from liveedge.bench.viewers_command import crowd, viewers

bench = typer.Typer(
    name="bench",
    help="Measure on this machine: what a viewer sees, and what a camera costs.",
    no_args_is_help=True,
)

bench.command("latency")(latency)
bench.command("sound")(sound)
bench.command("loss")(loss)
bench.command("viewers")(viewers)
bench.command("qualities")(qualities)
bench.command("crowd", hidden=True)(crowd)
bench.command("noting-camera", hidden=True)(noting_camera)

bench.command("faults")(faults)
bench.command("soak")(soak)
bench.command("sound-cost")(sound_cost)
bench.command("transcode")(transcode)

Cameras = Annotated[int, typer.Option(min=1, max=200, help="RTSP connections to the camera.")]
OneCore = Annotated[bool, typer.Option("--one-core", help="Keep each reader on one core.")]


@bench.command("capacity")
def capacity(
    cameras: Cameras = 10,
    seconds: Annotated[float, typer.Option(min=2, help="How long to measure each reader.")] = 20,
    gop: Gop = 15,
    fps: Fps = 30,
    size: Size = "1280x720",
    kbps: Kbps = 2000,
    one_core: OneCore = False,
    as_json: Json = False,
) -> None:
    """What cameras cost: reading and boxing them, beside PyAV that only reads them."""
    from liveedge.bench.capacity import CapacityPlan, measure_capacity  # noqa: PLC0415 - seldom used

    plan = CapacityPlan(CameraPlan(fps, gop, size, kbps), cameras, seconds, one_core)
    figures = measure_capacity(plan, say)
    if as_json:
        typer.echo(json.dumps(figures))
    else:
        Console().print(tables.capacity(figures))


@bench.command("frame")
def frame(as_json: Json = False) -> None:
    """What one picture costs from the depacketizer to its viewers, without the network."""
    logs.configure(level=logs.Level.WARNING)
    import uvloop  # noqa: PLC0415 - only what measures has a loop

    from liveedge.bench.frame import VIEWERS, measure_frames  # noqa: PLC0415 - brings PyAV

    results = [uvloop.run(measure_frames(viewers)) for viewers in VIEWERS]
    if as_json:
        for figures in results:
            typer.echo(json.dumps(figures))
    else:
        Console().print(tables.frame(results))


@bench.command("load", hidden=True)
def load(
    reader: Annotated[str, typer.Option()],
    cameras: Cameras,
    seconds: Annotated[float, typer.Option()],
    warmup: Annotated[float, typer.Option()],
    one_core: OneCore = False,
) -> None:
    """Be the process that `capacity` measures; takes the camera's URL on standard input."""
    process.die_with_parent()
    logs.configure(level=logs.Level.WARNING)
    if one_core:
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    kind: Reader = "pyav" if reader == "pyav" else "liveedge"
    plan = LoadPlan(kind, cameras, seconds, warmup)
    url = sys.stdin.readline().strip()
    if kind == "pyav":
        from liveedge.bench.pyav_load import demux_cameras  # noqa: PLC0415 - only this reader has PyAV

        result = demux_cameras(plan, url, _ready)
    else:
        import uvloop  # noqa: PLC0415 - only this reader has a loop

        from liveedge.bench.ingest_load import read_cameras  # noqa: PLC0415

        result = uvloop.run(read_cameras(plan, url, _ready))
    typer.echo(result.to_json())


def _ready() -> None:
    typer.echo("ready load")
