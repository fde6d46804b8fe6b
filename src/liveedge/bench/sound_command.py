"""`liveedge bench sound`: lip sync, and what sound costs the pictures."""

from typing import Annotated, Any

import typer
from rich.console import Console

from liveedge.bench import requirements, tables
from liveedge.bench.latency_command import parse_followed
from liveedge.bench.options import Chromium, Fps, Gop, Json, Kbps, Size
from liveedge.bench.output import collector, say
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
    gop: Gop = 15,
    fps: Fps = 30,
    size: Size = "1280x720",
    kbps: Kbps = 2000,
    chromium: Chromium = None,
    as_json: Json = False,
) -> None:
    """What a viewer hears: the camera's beeps beside its flashes, in a browser's page."""
    transports = parse_followed(transport)
    if audio not in SOUND_CODECS:
        raise ConfigError(f'There is no sound "{audio}"; choose {", ".join(SOUND_CODECS)}.')
    requirements.require_playwright()
    from liveedge.bench.sound import SoundPlan, measure_sound  # noqa: PLC0415 - has Playwright

    results: list[dict[str, Any]] = []
    plan = SoundPlan(
        transports,
        CameraPlan(fps, gop, size, kbps, audio),
        seconds,
        warmup,
        requirements.find_chromium(chromium),
    )
    measure_sound(plan, say, collector(results, as_json=as_json))
    if not as_json:
        Console().print(tables.sound(results))
    faults = [fault for figures in results for fault in complaints(figures)]
    if faults:
        raise LiveEdgeError(" ".join(faults))


def complaints(figures: dict[str, Any]) -> list[str]:
    """A sentence for each thing that is not as it should be on one transport."""
    faults = [figures["error"]] if "error" in figures else figures["verdict"]
    return [f"{figures['transport']}: {fault.rstrip('.')}." for fault in faults if fault != "ok"]
