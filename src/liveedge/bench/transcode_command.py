"""`liveedge bench transcode`."""

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from liveedge import logs
from liveedge.bench.options import Fps, Gop, Json, Kbps, Size
from liveedge.bench.parts import CameraPlan
from liveedge.errors import ConfigError
from liveedge.streams.recipe import RECIPES

_ROWS = (
    ("delay added, p50", "added_p50_ms"),
    ("delay added, p95", "added_p95_ms"),
    ("delay added, max", "added_max_ms"),
    ("first picture of a cold start", "first_picture_ms"),
    ("CPU of the worker, % of a core", "cpu_percent"),
    ("pictures made", "pictures"),
    ("pictures of the camera", "originals"),
    ("size", "made_size"),
    ("kbit/s of the camera", "kbps"),
    ("kbit/s made", "made_kbps"),
    ("load average before", "load_average"),
)


def transcode(
    quality: Annotated[str, typer.Option(help=f"One of {', '.join(RECIPES)}.")] = "low",
    codec: Annotated[str, typer.Option(help="Of the camera: h264 or h265.")] = "h264",
    fps: Fps = 30,
    gop: Gop = 30,
    size: Size = "1280x720",
    kbps: Kbps = 2000,
    seconds: Annotated[float, typer.Option(min=1, help="How long to measure.")] = 20,
    warmup: Annotated[float, typer.Option(min=0, help="Seconds before that.")] = 3,
    as_json: Json = False,
) -> None:
    """What a quality that is transcoded adds to the delay, and what it costs."""
    if quality not in RECIPES:
        raise ConfigError(f'There is no quality "{quality}"; choose one of {", ".join(RECIPES)}.')
    logs.configure(level=logs.Level.WARNING)
    import uvloop  # noqa: PLC0415 - only what measures has a loop

    from liveedge.bench.transcode import TranscodePlan, measure_transcode  # noqa: PLC0415 - seldom

    camera = CameraPlan(fps, gop, size, kbps)
    plan = TranscodePlan(camera, codec, quality, seconds, warmup)
    figures = uvloop.run(measure_transcode(plan))
    if as_json:
        typer.echo(json.dumps(figures))
        return
    table = Table()
    table.add_column("milliseconds, unless it says otherwise")
    table.add_column(f"{quality} of {codec} {size}", justify="right")
    for title, name in _ROWS:
        table.add_row(title, str(figures[name]))
    Console().print(table)
