"""`liveedge bench latency`, also beside the original description, also in its stages."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from liveedge import logs
from liveedge.bench import requirements, tables
from liveedge.bench.baseline_server import require_no_password
from liveedge.bench.latency_plan import LatencyPlan
from liveedge.bench.options import Chromium, Fps, Gop, Json, Kbps, Size
from liveedge.bench.output import collector, say
from liveedge.bench.parts import CameraPlan
from liveedge.config.url import parse_camera_url
from liveedge.errors import ConfigError, LiveEdgeError

TRANSPORTS = ("webcodecs", "mse", "llhls", "hls")
FOLLOWED = ("webcodecs", "mse", "llhls")
"""What `--breakdown` can follow: hls.js fetches whole segments long after they began."""


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
    chromium: Chromium = None,
    baseline: Annotated[
        bool, typer.Option("--baseline", help="Measure the original description beside ours.")
    ] = False,
    breakdown: Annotated[
        bool, typer.Option("--breakdown", help="Measure how the delay is made up.")
    ] = False,
    picture: Annotated[
        Path | None, typer.Option(help="With --breakdown: also write it as a picture (SVG).")
    ] = None,
    as_json: Json = False,
) -> None:
    """What a viewer sees: the clock in the camera's pictures, read off a browser's page."""
    camera_url = _camera_url(camera)
    if baseline:
        require_no_password(camera_url)
    plan = LatencyPlan(
        transports=parse_followed(transport) if breakdown else parse_transports(transport),
        camera=CameraPlan(fps, gop, size, kbps),
        camera_url=camera_url,
        seconds=seconds,
        warmup=warmup,
        chromium=_chromium(chromium),
        ffmpeg=requirements.find_ffmpeg() if baseline else None,
    )
    _refuse_what_makes_no_sense(plan, breakdown=breakdown, picture=picture)
    if breakdown:
        _show_breakdown(plan, picture, as_json=as_json)
    else:
        _show_latency(plan, as_json=as_json)


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


def parse_followed(text: str) -> tuple[str, ...]:
    """The same for `--breakdown`."""
    names = FOLLOWED if text == "all" else parse_transports(text)
    for name in names:
        if name not in FOLLOWED:
            raise ConfigError(f"--breakdown follows {', '.join(FOLLOWED)}; {name} it does not.")
    return names


def _refuse_what_makes_no_sense(
    plan: LatencyPlan, *, breakdown: bool, picture: Path | None
) -> None:
    if breakdown and plan.ffmpeg:
        raise ConfigError("Ask for --baseline or for --breakdown, one at a time.")
    if breakdown and plan.camera_url is not None:
        raise ConfigError("--breakdown needs a camera that takes notes; leave --camera out.")
    if picture is not None and not breakdown:
        raise ConfigError("--picture draws what --breakdown measures; give both.")


def _show_latency(plan: LatencyPlan, *, as_json: bool) -> None:
    from liveedge.bench.baseline import ratios_of_p50  # noqa: PLC0415 - has Playwright
    from liveedge.bench.latency import measure_latency  # noqa: PLC0415 - has Playwright

    results: list[dict[str, Any]] = []
    measure_latency(plan, say, _reporter(results, as_json=as_json))
    ratios = ratios_of_p50(results) if plan.ffmpeg else None
    if as_json:
        if ratios is not None:
            typer.echo(json.dumps({"ratios_of_p50": ratios}))
    else:
        Console().print(tables.latency(results, ratios))
    _fail_for_errors(results)


def _show_breakdown(plan: LatencyPlan, picture: Path | None, *, as_json: bool) -> None:
    from liveedge.bench.breakdown_picture import draw  # noqa: PLC0415 - seldom used
    from liveedge.bench.breakdown_run import measure_breakdown  # noqa: PLC0415 - has Playwright

    logs.configure(level=logs.Level.WARNING)
    results: list[dict[str, Any]] = []
    measure_breakdown(plan, say, _reporter(results, as_json=as_json))
    if picture is not None:
        picture.write_text(draw(results))
    if not as_json:
        Console().print(tables.breakdown(results))
    _fail_for_errors(results)


def _reporter(results: list[dict[str, Any]], *, as_json: bool) -> Any:
    collect = collector(results, as_json=as_json)

    def report(figures: dict[str, Any]) -> None:
        if "error" in figures:
            say(f"{figures['transport']}: {figures['error']}")
        collect(figures)

    return report


def _fail_for_errors(results: Sequence[dict[str, Any]]) -> None:
    failed = [figures["transport"] for figures in results if "error" in figures]
    if failed:
        raise LiveEdgeError(f"No figures for {', '.join(failed)}; the reasons are above.")


def _chromium(named: str | None) -> Path:
    requirements.require_playwright()
    return requirements.find_chromium(named)


def _camera_url(text: str | None) -> str | None:
    if text is None:
        return None
    url = sys.stdin.readline().strip() if text == "-" else text
    parse_camera_url(url)
    return url
