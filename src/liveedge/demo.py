"""`liveedge demo` and `liveedge watch`: everything started, shown, and ended by one command."""

import json
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from typing import Any, Final

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from liveedge.children import Child
from liveedge.config.url import parse_camera_url
from liveedge.errors import LiveEdgeError

_NAMES: Final = ("Harbour", "Workshop", "Entrance", "Garden", "Garage", "Roof", "Office", "Yard")
_REFRESH: Final = 1.0
_REFRESH_OF_A_FILE: Final = 10.0
_NOTHING: Final = "-"


def run_demo(*, port: int, cameras: int) -> None:
    """Virtual cameras over real RTSP, a server, and the figures of each until Ctrl-C."""
    _end_on_termination()
    with suppress(KeyboardInterrupt), ExitStack() as stack:
        started = [
            (name, stack.enter_context(Child(_camera_arguments(name, index))))
            for index, name in enumerate(_camera_names(cameras))
        ]
        urls = {name: camera.wait_ready() for name, camera in started}
        server = stack.enter_context(_server(urls, port))
        _show(server, [camera for _, camera in started])


def run_watch(url: str, *, port: int) -> None:
    """One camera of the user's, a server, and its figures until Ctrl-C."""
    parse_camera_url(url)
    _end_on_termination()
    with suppress(KeyboardInterrupt), _server({"Camera": url}, port) as server:
        _show(server, [])


def _camera_names(count: int) -> list[str]:
    return [
        name if index < len(_NAMES) else f"{name} {index // len(_NAMES) + 1}"
        for index in range(count)
        for name in (_NAMES[index % len(_NAMES)],)
    ]


def _camera_arguments(name: str, index: int) -> list[str]:
    # Cameras differ in what a viewer notices: every second one has a long keyframe interval, and
    # sound.
    more = ["--gop", "15"] if index % 2 == 0 else ["--gop", "60", "--audio", "aac"]
    return ["camera", "--port", "0", *more, "--name", name, "--die-with-parent"]


def _server(cameras: dict[str, str], port: int) -> Child:
    lines = ["[server]", f"port = {port}"]
    for name, url in cameras.items():
        stream_id = name.lower().replace(" ", "-")
        lines += [
            f"[streams.{stream_id}]",
            f"name = {json.dumps(name)}",
            f"url = {json.dumps(url)}",
        ]
    # What goes wrong with a camera is in the table; log lines would tear it.
    arguments = ["serve", "--config", "-", "--die-with-parent", "--log-level", "error"]
    return Child(arguments, stdin="\n".join(lines))


def _end_on_termination() -> None:
    """Have SIGTERM do what Ctrl-C does, so that it too ends every process."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def _show(server: Child, others: Sequence[Child]) -> None:
    console = Console()
    address = server.wait_ready()
    console.print(f"\n  Open [bold]{address}[/bold]   (Ctrl-C ends everything)\n")
    try:
        if console.is_terminal:
            with Live(_table([]), console=console, auto_refresh=False) as live:
                _follow(server, others, address, lambda table: live.update(table, refresh=True))
        else:
            # In a file or a pipe a table that redraws itself would be noise.
            _follow(server, others, address, console.print, every=_REFRESH_OF_A_FILE)
    finally:
        console.print("  Stopping.")


def _follow(
    server: Child,
    others: Sequence[Child],
    address: str,
    show: Callable[[Group], None],
    every: float = _REFRESH,
) -> None:
    while True:
        _check_running(server, others)
        show(_table(_statuses(address)))
        time.sleep(every)


def _check_running(server: Child, others: Sequence[Child]) -> None:
    if not server.is_running():
        raise LiveEdgeError("The server ended by itself; what it wrote above says why.")
    if not all(camera.is_running() for camera in others):
        raise LiveEdgeError("A virtual camera ended by itself; what it wrote above says why.")


def _statuses(address: str) -> list[dict[str, Any]]:
    try:
        with urllib.request.urlopen(f"{address}api/streams/status", timeout=5) as answer:  # noqa: S310 - our own server
            streams: list[dict[str, Any]] = json.load(answer)["streams"]
            return streams
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return []


def _table(statuses: list[dict[str, Any]]) -> Group:
    table = Table(box=None, padding=(0, 1), header_style="dim")
    for title in ("stream", "state", "size", "fps", "kbit/s", "GOP", "viewers", "delay"):
        left = title in ("stream", "state")
        table.add_column(title, justify="left" if left else "right", no_wrap=True)
    for status in statuses:
        colour = "green" if status["is_active"] else "yellow"
        size = f"{status['width']}x{status['height']}" if status["width"] else _NOTHING
        table.add_row(
            status["name"],
            f"[{colour}]{status['state']}[/{colour}]",
            size,
            _number(status["fps"], "{:.1f}"),
            _number(status["bitrate_kbps"], "{:.0f}"),
            _number(status["gop_seconds"], "{:.2f} s"),
            str(status["viewers"]),
            _number(status["latency_p50_ms"], "{:.0f} ms"),
        )
    troubles = [
        Text(f" {status['name']}: {status['last_error']}", style="yellow")
        for status in statuses
        if status["reason"]
    ]
    return Group(table, *troubles)


def _number(value: float | None, form: str) -> str:
    return _NOTHING if value is None else form.format(value)
