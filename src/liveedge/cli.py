"""The command line."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from liveedge import __version__, app, demo, logs, process
from liveedge.bench.command import bench
from liveedge.camera.command import CameraSettings, parse_size
from liveedge.camera.command import run as run_camera
from liveedge.camera.control import Misuse, parse_planned
from liveedge.config.settings import Settings, parse_settings, read_settings
from liveedge.discovery.command import discover
from liveedge.doctor.command import probe
from liveedge.errors import LiveEdgeError

cli = typer.Typer(
    name="liveedge",
    help="IP cameras on a web page with the least delay that physics allows.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
cli.add_typer(bench, name="bench")
cli.command("probe")(probe)
cli.command("discover")(discover)

Host = Annotated[str | None, typer.Option(help="Address to listen on.")]
Port = Annotated[int | None, typer.Option(help="TCP port to listen on; 0 picks a free one.")]
Audio = Annotated[
    str | None,
    typer.Option(
        help="Sound: aac, opus, pcmu or pcma. A beep at each full second, and a flash with it."
    ),
]
Tls = Annotated[bool, typer.Option("--tls", help="Encrypt, with a certificate of its own.")]
ControlPort = Annotated[
    int | None,
    typer.Option(
        min=0,
        max=65535,
        help="Fail as told on this TCP port of this machine, a line a fault; 0 picks a free one."
        " Say help there.",
    ),
]


@cli.command("serve")
def serve(
    config: Annotated[
        str, typer.Option("--config", "-c", help="TOML file; - reads standard input.")
    ] = "liveedge.toml",
    host: Host = None,
    port: Port = None,
    die_with_parent: Annotated[bool, typer.Option(hidden=True)] = False,
    json_log: Annotated[bool, typer.Option(help="Log JSON instead of text.")] = False,
    log_level: Annotated[logs.Level, typer.Option(help="Least severe lines to log.")] = (
        logs.Level.INFO
    ),
) -> None:
    """Serve the cameras of a configuration file."""
    if die_with_parent:
        process.die_with_parent()
    logs.configure(level=log_level, json=json_log)
    settings = _settings(config)
    server = settings.server.model_copy(
        update={k: v for k, v in (("host", host), ("port", port)) if v is not None}
    )
    app.run(settings.model_copy(update={"server": server}), _ready)


@cli.command("demo")
def demo_command(
    port: Annotated[int, typer.Option(help="TCP port of the page; 0 picks a free one.")] = 8080,
    cameras: Annotated[int, typer.Option(min=1, max=16, help="Virtual cameras to start.")] = 2,
) -> None:
    """Start virtual cameras and a server, and show where to look."""
    demo.run_demo(port=port, cameras=cameras)


@cli.command("watch")
def watch(
    url: Annotated[
        str,
        typer.Argument(
            help="rtsp://user:password@host/path; - reads it from standard input, which keeps the"
            " password out of the process list."
        ),
    ],
    port: Annotated[int, typer.Option(help="TCP port of the page; 0 picks a free one.")] = 8080,
) -> None:
    """Show one camera of yours."""
    demo.run_watch(sys.stdin.readline().strip() if url == "-" else url, port=port)


@cli.command("camera")
def camera(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="TCP port; 0 picks a free one.")] = 8554,
    path: Annotated[str, typer.Option(help="Path of the stream.")] = "/cam",
    fps: Annotated[int, typer.Option(min=1, max=120, help="Pictures a second.")] = 30,
    gop: Annotated[int, typer.Option(min=1, help="Pictures from keyframe to keyframe.")] = 15,
    size: Annotated[str, typer.Option(help="Width and height in pixels.")] = "1280x720",
    kbps: Annotated[int, typer.Option(min=50, help="Bit rate in 1000 bit/s.")] = 2000,
    codec: Annotated[str, typer.Option(help="h264 or h265.")] = "h264",
    audio: Audio = None,
    transport: Annotated[
        str, typer.Option(help="The way that RTP may take: any, tcp or udp.")
    ] = "any",
    tls: Tls = False,
    name: Annotated[str, typer.Option(help="Shown in the picture.")] = "Camera",
    user: Annotated[str | None, typer.Option(help="Ask clients for this user name.")] = None,
    password_env: Annotated[
        str | None, typer.Option(help="Environment variable that holds the password.")
    ] = None,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            help="Fail as planned: AT NAME [SECONDS] [VALUE], such as '10 no-video 5'. Repeatable."
        ),
    ] = None,
    control_port: ControlPort = None,
    die_with_parent: Annotated[bool, typer.Option(hidden=True)] = False,
) -> None:
    """Be an RTSP camera: a moving picture with a burned-in clock, and faults on demand."""
    if die_with_parent:
        process.die_with_parent()
    width, height = parse_size(size)
    password = None if password_env is None else os.environ.get(password_env)
    settings = CameraSettings(
        host=host,
        port=port,
        path=path,
        fps=fps,
        gop=gop,
        width=width,
        height=height,
        kbps=kbps,
        codec=codec,
        audio=audio,
        transport=transport,
        tls=tls,
        name=name,
        username=user,
        password=password,
    )
    raise typer.Exit(run_camera(settings, _misuse(fault or (), control_port)))


@cli.command("version")
def version() -> None:
    """Print the version."""
    print(__version__)


def run() -> None:
    """Run the command line; errors of ours are a sentence on standard error, and status 1."""
    try:
        cli(standalone_mode=True)
    except LiveEdgeError as error:
        print(f"liveedge: {error}", file=sys.stderr)
        sys.exit(1)


def _misuse(plan: Sequence[str], control_port: int | None) -> Misuse | None:
    if not plan and control_port is None:
        return None
    return Misuse(
        tuple(parse_planned(text) for text in plan),
        control_port,
        lambda address: print(f"control {address}", flush=True),
    )


def _settings(config: str) -> Settings:
    if config != "-":
        return read_settings(Path(config))
    return parse_settings(sys.stdin.read(), "standard input")


def _ready(url: str) -> None:
    print(f"ready {url}", flush=True)
