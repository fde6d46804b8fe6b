"""`liveedge bench`: the figures of the README come from here."""

import json
import os
import sys
from typing import Annotated, Any

import typer
from rich.console import Console

from liveedge import logs, process
from liveedge.bench import requirements, tables
from liveedge.bench.load import LoadPlan, Reader
from liveedge.bench.parts import CameraPlan
from liveedge.config.url import parse_camera_url
from liveedge.errors import ConfigError, LiveEdgeError

TRANSPORTS = ("webcodecs", "mse", "llhls", "hls")

bench = typer.Typer(
    name="bench",
    help="Measure on this machine: what a viewer sees, and what a camera costs.",
    no_args_is_help=True,
)

Fps = Annotated[int, typer.Option(min=1, max=120, help="Pictures a second.")]
Gop = Annotated[int, typer.Option(min=1, help="Pictures from keyframe to keyframe.")]
Size = Annotated[str, typer.Option(help="Width and height in pixels.")]
Kbps = Annotated[int, typer.Option(min=50, help="Bit rate in 1000 bit/s.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")]
Cameras = Annotated[int, typer.Option(min=1, max=200, help="RTSP connections to the camera.")]
OneCore = Annotated[bool, typer.Option("--one-core", help="Keep each reader on one core.")]


@bench.command("latency")
def latency(
    camera: Annotated[
        str | None,
        typer.Option(
            help="A liveedge camera that runs already, on this machine or another; - reads its URL"
            " from standard input. Without it, one is started."
        ),
    ] = None,
    transport: Annotated[
        str, typer.Option(help=f"One of {', '.join(TRANSPORTS)}; several with commas; or all.")
    ] = "all",
    seconds: Annotated[float, typer.Option(min=1, help="How long to measure each.")] = 20,
    warmup: Annotated[
        float, typer.Option(min=0, help="Seconds after the first picture that do not count.")
    ] = 3,
    gop: Gop = 15,
    fps: Fps = 30,
    size: Size = "1280x720",
    kbps: Kbps = 2000,
    chromium: Annotated[str | None, typer.Option(help="Path of Chromium.")] = None,
    as_json: Json = False,
) -> None:
    """What a viewer sees: the clock in the camera's pictures, read off a browser's page."""
    transports, camera_url = parse_transports(transport), _camera_url(camera)
    requirements.require_playwright()
    program = requirements.find_chromium(chromium)
    from liveedge.bench.latency import LatencyPlan, measure_latency  # noqa: PLC0415 - has Playwright

    plan = LatencyPlan(
        transports=transports,
        camera=CameraPlan(fps, gop, size, kbps),
        camera_url=camera_url,
        seconds=seconds,
        warmup=warmup,
        chromium=program,
    )
    results: list[dict[str, Any]] = []

    def report(figures: dict[str, Any]) -> None:
        results.append(figures)
        if "error" in figures:
            _say(f"{figures['transport']}: {figures['error']}")
        if as_json:
            typer.echo(json.dumps(figures))

    measure_latency(plan, _say, report)
    if not as_json:
        Console().print(tables.latency(results))
    failed = [figures["transport"] for figures in results if "error" in figures]
    if failed:
        raise LiveEdgeError(f"No figures for {', '.join(failed)}; the reasons are above.")


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
    figures = measure_capacity(plan, _say)
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


def parse_transports(text: str) -> tuple[str, ...]:
    """Read `--transport`; raise `ConfigError` if it names one that there is not."""
    if text == "all":
        return TRANSPORTS
    names = tuple(dict.fromkeys(text.split(",")))
    for name in names:
        if name not in TRANSPORTS:
            raise ConfigError(
                f'There is no transport "{name}"; choose {", ".join(TRANSPORTS)} or all.'
            )
    return names


def _camera_url(text: str | None) -> str | None:
    if text is None:
        return None
    url = sys.stdin.readline().strip() if text == "-" else text
    parse_camera_url(url)
    return url


def _say(text: str) -> None:
    typer.echo(text, err=True)


def _ready() -> None:
    typer.echo("ready load")
