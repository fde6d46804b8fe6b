"""`liveedge bench sound-cost`."""

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from liveedge import logs
from liveedge.bench.options import Json

_ROWS = (
    ("cameras", "cameras"),
    ("CPU a camera, % of a core: server", "server_cpu_percent_a_camera"),
    ("CPU a camera, % of a core: worker", "worker_cpu_percent_a_camera"),
    ("CPU a camera, % of a core: together", "cpu_percent_a_camera"),
    ("MB of the worker, for all cameras", "worker_mb"),
    ("access units a second, slowest camera", "access_units_per_s_min"),
)


def sound_cost(
    cameras: Annotated[int, typer.Option(min=1, max=200, help="That speak and are heard.")] = 10,
    seconds: Annotated[float, typer.Option(min=1, help="How long to measure, twice.")] = 10,
    as_json: Json = False,
) -> None:
    """What it costs to make AAC of the G.711 of cameras while somebody listens."""
    logs.configure(level=logs.Level.WARNING)
    import uvloop  # noqa: PLC0415 - only what measures has a loop

    from liveedge.bench.sound_cost import SoundCostPlan, measure_sound_cost  # noqa: PLC0415 - seldom used

    figures = uvloop.run(measure_sound_cost(SoundCostPlan(cameras, seconds)))
    if as_json:
        typer.echo(json.dumps(figures))
        return
    table = Table()
    table.add_column("")
    table.add_column("G.711 to AAC", justify="right")
    for title, name in _ROWS:
        table.add_row(title, str(figures[name]))
    Console().print(table)
