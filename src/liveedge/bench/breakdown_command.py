"""The process that is the camera of `liveedge bench latency --breakdown`."""

from pathlib import Path
from typing import Annotated

import typer

from liveedge import process


def noting_camera(
    fps: Annotated[int, typer.Option()],
    gop: Annotated[int, typer.Option()],
    size: Annotated[str, typer.Option()],
    kbps: Annotated[int, typer.Option()],
    notes: Annotated[Path, typer.Option()],
) -> None:
    """Be a camera that writes down when it has sent each picture."""
    process.die_with_parent()
    import uvloop  # noqa: PLC0415 - only what measures has a loop

    from liveedge.bench.breakdown_camera import serve_noting_camera  # noqa: PLC0415 - brings PyAV
    from liveedge.camera.settings import CameraSettings, parse_size  # noqa: PLC0415
    from liveedge.clock import SystemClock  # noqa: PLC0415

    width, height = parse_size(size)
    settings = CameraSettings(
        port=0, fps=fps, gop=gop, width=width, height=height, kbps=kbps, name="Bench"
    )
    uvloop.run(serve_noting_camera(settings, SystemClock(), notes, _ready))


def _ready(url: str) -> None:
    typer.echo(f"ready {url}")
