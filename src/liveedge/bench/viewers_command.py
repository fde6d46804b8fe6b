"""`liveedge bench viewers`, and the process that its viewers are."""

import json
from typing import Annotated
from urllib.parse import urlsplit

import typer
from rich.console import Console

from liveedge import logs, process
from liveedge.bench import tables
from liveedge.bench.options import Fps, Gop, Json, Kbps, Size
from liveedge.bench.output import say
from liveedge.bench.parts import CameraPlan
from liveedge.bench.viewers_crowd import Crowd, Crowded, CrowdPlan
from liveedge.clock import SystemClock
from liveedge.errors import ConfigError

TRANSPORTS: tuple[Crowded, ...] = ("live", "llhls")

Transport = Annotated[str, typer.Option(help="live (the WebSocket) or llhls.")]
Viewers = Annotated[int, typer.Option(min=1, max=1000, help="Viewers at the same time.")]
Seconds = Annotated[float, typer.Option(min=1, help="How long to measure.")]


def viewers(
    transport: Transport = "live",
    viewers: Viewers = 300,
    seconds: Seconds = 15,
    gop: Gop = 15,
    fps: Fps = 30,
    size: Size = "1280x720",
    kbps: Kbps = 1920,
    as_json: Json = False,
) -> None:
    """What viewers cost: processor time of the server, and whether each gets everything."""
    from liveedge.bench.viewers import measure_viewers  # noqa: PLC0415 - seldom used

    plan = CrowdPlan(parse_crowded(transport), viewers, seconds)
    figures = measure_viewers(plan, CameraPlan(fps, gop, size, kbps), say)
    if as_json:
        typer.echo(json.dumps(figures))
    else:
        Console().print(tables.figures(figures))


def crowd(
    transport: Transport,
    viewers: Viewers,
    seconds: Seconds,
    address: Annotated[str, typer.Option()],
) -> None:
    """Be the viewers that `viewers` measures."""
    process.die_with_parent()
    logs.configure(level=logs.Level.WARNING)
    import uvloop  # noqa: PLC0415 - only what measures has a loop

    from liveedge.bench.viewers_hls import watch_hls  # noqa: PLC0415
    from liveedge.bench.viewers_live import watch_live  # noqa: PLC0415

    plan = CrowdPlan(parse_crowded(transport), viewers, seconds)
    watch = watch_live if plan.transport == "live" else watch_hls
    where = urlsplit(address)
    host, port = where.hostname or "127.0.0.1", where.port or 80
    result: Crowd = uvloop.run(watch(plan, host, port, SystemClock(), _ready))
    typer.echo(result.to_json())


def parse_crowded(text: str) -> Crowded:
    """Read `--transport`; raise `ConfigError` if it names one that there is not."""
    for name in TRANSPORTS:
        if text == name:
            return name
    raise ConfigError(f'There are no viewers by "{text}"; choose {" or ".join(TRANSPORTS)}.')


def _ready() -> None:
    typer.echo("ready crowd")
