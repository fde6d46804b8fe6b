"""`liveedge camera`: serve one virtual camera until told to stop."""

import asyncio
import signal
import sys
from collections.abc import Callable

import uvloop

from liveedge.camera.settings import CameraSettings, parse_size
from liveedge.camera.virtual import VirtualCamera
from liveedge.clock import Clock, SystemClock
from liveedge.errors import LiveEdgeError
from liveedge.rtsp.server import Limits, RtspServer

__all__ = ["CameraSettings", "parse_size", "run", "serve_camera"]

_MIN_BACKLOG, _MAX_BACKLOG = 256 << 10, 4 << 20


async def serve_camera(
    settings: CameraSettings, *, ready: Callable[[str], None], clock: Clock | None = None
) -> None:
    """Serve the camera until cancelled; `ready` gets its URL once it can be opened.

    Raises `ConfigError` if the settings, or the address, cannot be used. However it ends, its
    thread and its sockets are gone afterwards, within some seconds at worst.
    """
    clock = clock or SystemClock()
    camera = await asyncio.to_thread(VirtualCamera, settings, clock)
    path = settings.path.rstrip("/")
    # A client that reads slowly gets a second of video at most, as from a real camera.
    backlog = max(_MIN_BACKLOG, min(_MAX_BACKLOG, settings.kbps * 1000 // 8))
    server = RtspServer(
        {path: camera}, clock, credentials=settings.credentials, limits=Limits(backlog=backlog)
    )
    capture = asyncio.create_task(camera.run())
    serving = asyncio.create_task(
        server.run(
            settings.host,
            settings.port,
            lambda port: ready(f"rtsp://{_authority(settings.host, port)}{path}"),
        )
    )
    try:
        await asyncio.wait((capture, serving), return_when=asyncio.FIRST_COMPLETED)
    finally:
        # In this order, so that clients are told good-bye while they are still connected.
        for task in (capture, serving):
            task.cancel()
            await asyncio.wait((task,))
    for task in (capture, serving):
        if not task.cancelled():
            task.result()


def run(settings: CameraSettings) -> int:
    """Be the process of a camera: print `ready URL`, serve until SIGINT or SIGTERM.

    Returns the exit status; what went wrong is said in a sentence on standard error.
    """
    try:
        uvloop.run(_until_signal(settings))
    except LiveEdgeError as error:
        sys.stderr.write(f"liveedge camera: {error}\n")
        return 1
    return 0


async def _until_signal(settings: CameraSettings) -> None:
    serving = asyncio.create_task(serve_camera(settings, ready=_say_ready))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, serving.cancel)
    await asyncio.wait((serving,))
    if not serving.cancelled():
        serving.result()


def _say_ready(url: str) -> None:
    sys.stdout.write(f"ready {url}\n")
    sys.stdout.flush()


def _authority(host: str, port: int) -> str:
    # What listens everywhere is reached here by the loopback address.
    host = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
