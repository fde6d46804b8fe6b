"""`liveedge bench loss`."""

from typing import Annotated, Any

import typer
from rich.console import Console

from liveedge import logs
from liveedge.bench import requirements, tables
from liveedge.bench.latency_command import parse_transports
from liveedge.bench.options import Chromium, Fps, Json, Kbps, Size
from liveedge.bench.output import collector, say
from liveedge.bench.parts import CameraPlan
from liveedge.config.rtsp import OnLoss
from liveedge.errors import ConfigError


def loss(
    percent: Annotated[
        float, typer.Option(min=0, max=50, help="Of the camera's packets that are lost.")
    ] = 1.0,
    seconds: Annotated[float, typer.Option(min=1, help="How long to measure each.")] = 20,
    warmup: Annotated[
        float, typer.Option(min=0, help="Seconds after the first picture that do not count.")
    ] = 3,
    on_loss: Annotated[str, typer.Option(help="show, wait, or all.")] = "all",
    transport: Annotated[str, typer.Option(help="As in bench latency.")] = "webcodecs,mse",
    gop: Annotated[str, typer.Option(help="Pictures from keyframe to keyframe.")] = "15,60",
    fps: Fps = 30,
    size: Size = "1280x720",
    kbps: Kbps = 2000,
    chromium: Chromium = None,
    as_json: Json = False,
) -> None:
    """What a viewer sees of a camera over UDP whose packets are lost."""
    gops, ways, transports = parse_gops(gop), parse_ways(on_loss), parse_transports(transport)
    requirements.require_playwright()
    logs.configure(level=logs.Level.WARNING)
    from liveedge.bench.loss import LossPlan, measure_loss  # noqa: PLC0415 - has Playwright

    camera = CameraPlan(fps, gops[0], size, kbps)
    program = requirements.find_chromium(chromium)
    plan = LossPlan(percent, camera, gops, ways, transports, seconds, warmup, program)
    results: list[dict[str, Any]] = []
    measure_loss(plan, say, collector(results, as_json=as_json))
    if not as_json:
        Console().print(tables.loss(results))


def parse_ways(text: str) -> tuple[OnLoss, ...]:
    """Read `--on-loss`; raise `ConfigError` if there is no such way."""
    try:
        return tuple(OnLoss) if text == "all" else (OnLoss(text),)
    except ValueError:
        raise ConfigError(f'--on-loss is show, wait or all, and not "{text[:40]}".') from None


def parse_gops(text: str) -> tuple[int, ...]:
    """Read `--gop`, one number or several with commas; raise `ConfigError` if one is none."""
    words = text.split(",")
    if not all(word.isascii() and word.isdigit() and 0 < int(word) <= 10_000 for word in words):
        raise ConfigError(f'--gop is a number of pictures, or several with commas; not "{text}".')
    return tuple(int(word) for word in words)
