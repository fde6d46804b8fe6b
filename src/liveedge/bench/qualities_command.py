"""`liveedge bench qualities`."""

import json
from typing import Annotated, Any

import typer
from rich.console import Console

from liveedge.bench import requirements, tables
from liveedge.bench.options import Chromium, Fps, Gop, Json, Kbps, Size
from liveedge.bench.output import say
from liveedge.bench.parts import CameraPlan
from liveedge.errors import ConfigError

SETTINGS = ("auto", "high", "medium", "low")
TRANSPORTS = ("webcodecs", "mse")
"""Those that follow the bandwidth."""


def qualities(
    quality: Annotated[
        str, typer.Option(help=f"Of {', '.join(SETTINGS)}; several with commas.")
    ] = "auto,high",
    transport: Annotated[str, typer.Option(help=" or ".join(TRANSPORTS))] = "webcodecs",
    seconds: Annotated[float, typer.Option(min=4, help="How long bandwidth is short.")] = 12,
    cut: Annotated[
        float, typer.Option(min=0.05, help="Bandwidth then, in bit rates of the camera.")
    ] = 1 / 3,
    free: Annotated[float, typer.Option(min=1, help="The same before and after.")] = 4,
    gop: Gop = 15,
    fps: Fps = 30,
    size: Size = "1280x720",
    kbps: Kbps = 2000,
    chromium: Chromium = None,
    as_json: Json = False,
) -> None:
    """What a viewer sees whose bandwidth is cut for a while: by itself, and with one quality."""
    requirements.require_playwright()
    from liveedge.bench.qualities import QualityPlan, measure_qualities  # noqa: PLC0415 - Playwright

    plan = QualityPlan(
        settings=_named(quality.split(","), SETTINGS, "quality"),
        transport=_named([transport], TRANSPORTS, "transport that follows the bandwidth")[0],
        camera=CameraPlan(fps, gop, size, kbps),
        free=free,
        cut=cut,
        seconds=seconds,
        chromium=requirements.find_chromium(chromium),
    )

    def report(figures: dict[str, Any]) -> None:
        if as_json:
            typer.echo(json.dumps(figures))
        else:
            Console().print(tables.figures(figures))

    measure_qualities(plan, say, report)


def _named(names: list[str], known: tuple[str, ...], what: str) -> tuple[str, ...]:
    for name in names:
        if name not in known:
            raise ConfigError(f'There is no {what} "{name}"; choose {", ".join(known)}.')
    return tuple(dict.fromkeys(names))
