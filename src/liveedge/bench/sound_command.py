"""`liveedge bench sound`: lip sync, and what sound costs the pictures."""

import json
from typing import Annotated, Any

import typer
from rich.console import Console

from liveedge.bench import requirements, tables
from liveedge.bench.latency_command import parse_followed
from liveedge.bench.parts import CameraPlan
from liveedge.camera.sound_codecs import SOUND_CODECS
from liveedge.errors import ConfigError, LiveEdgeError


def sound(
    transport: Annotated[
        str,
        typer.Option(help="webcodecs, mse or llhls; several with commas; or all."),
    ] = "webcodecs,mse",
    audio: Annotated[str, typer.Option(help=f"One of {', '.join(SOUND_CODECS)}.")] = "aac",
    seconds: Annotated[
        float, typer.Option(min=3, help="How long to measure each, muted and with sound.")
    ] = 20,
    warmup: Annotated[
        float,
        typer.Option(min=0, help="Seconds after the first picture, and sound, that do not count."),
    ] = 5,
    gop: Annotated[int, typer.Option(min=1, help="Pictures from keyframe to keyframe.")] = 15,
    fps: Annotated[int, typer.Option(min=1, max=120, help="Pictures a second.")] = 30,
    size: Annotated[str, typer.Option(help="Width and height in pixels.")] = "1280x720",
    kbps: Annotated[int, typer.Option(min=50, help="Bit rate in 1000 bit/s.")] = 2000,
    chromium: Annotated[str | None, typer.Option(help="Path of Chromium.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object a line, for programs.")
    ] = False,
) -> None:
    """What a viewer hears: the camera's beeps beside its flashes, in a browser's page."""
    transports = parse_followed(transport)
    if audio not in SOUND_CODECS:
        raise ConfigError(f'There is no sound "{audio}"; choose {", ".join(SOUND_CODECS)}.')
    requirements.require_playwright()
    from liveedge.bench.sound import SoundPlan, measure_sound  # noqa: PLC0415 - has Playwright

    results: list[dict[str, Any]] = []

    def report(figures: dict[str, Any]) -> None:
        results.append(figures)
        if as_json:
            typer.echo(json.dumps(figures))

    plan = SoundPlan(
        transports,
        CameraPlan(fps, gop, size, kbps, audio),
        seconds,
        warmup,
        requirements.find_chromium(chromium),
    )
    measure_sound(plan, lambda text: typer.echo(text, err=True), report)
    if not as_json:
        Console().print(tables.sound(results))
    faults = [fault for figures in results for fault in complaints(figures)]
    if faults:
        raise LiveEdgeError(" ".join(faults))


def complaints(figures: dict[str, Any]) -> list[str]:
    """A sentence for each thing that is not as it should be on one transport."""
    faults = [figures["error"]] if "error" in figures else figures["verdict"]
    return [f"{figures['transport']}: {fault.rstrip('.')}." for fault in faults if fault != "ok"]
