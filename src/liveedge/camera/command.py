"""`liveedge camera`: serve one virtual camera until told to stop."""

import asyncio
import signal
import sys
from collections.abc import Callable
from functools import partial

import uvloop

from liveedge.camera.certificate import Identity, make_identity
from liveedge.camera.conduct import Conduct
from liveedge.camera.control import Misuse
from liveedge.camera.effects import Rig
from liveedge.camera.faults import Faults
from liveedge.camera.links import Links
from liveedge.camera.service import Service
from liveedge.camera.settings import CameraSettings, parse_size
from liveedge.camera.tamper import Tamper
from liveedge.camera.virtual import VirtualCamera
from liveedge.clock import Clock, SystemClock
from liveedge.config.rtsp import show_fingerprint
from liveedge.errors import LiveEdgeError
from liveedge.rtsp.server import Limits, RtspServer

__all__ = ["CameraSettings", "Misuse", "parse_size", "run", "serve_camera"]

_MIN_BACKLOG, _MAX_BACKLOG = 256 << 10, 4 << 20


async def serve_camera(
    settings: CameraSettings,
    *,
    ready: Callable[[str], None],
    clock: Clock | None = None,
    misuse: Misuse | None = None,
    identity: Identity | None = None,
) -> None:
    """Serve the camera until cancelled; `ready` gets its URL once it can be opened.

    Over TLS if it has an `identity`. With `misuse`, even an empty one, it can be made to fail.
    Raises `ConfigError` if the settings, or the address, cannot be used. However it ends, its
    thread and its sockets are gone afterwards, within some seconds at worst.
    """
    clock = clock or SystemClock()
    tamper, behaviour, links = Tamper(), Conduct(), Links()
    camera = await asyncio.to_thread(
        VirtualCamera, settings, clock, None if misuse is None else tamper
    )
    path = settings.path.rstrip("/")
    # A client that reads slowly gets a second of video at most, as from a real camera.
    backlog = max(_MIN_BACKLOG, min(_MAX_BACKLOG, settings.kbps * 1000 // 8))
    limits = Limits(backlog=backlog)
    make_server = partial(
        RtspServer,
        {path: camera},
        clock,
        credentials=settings.credentials,
        limits=limits,
        tcp=settings.transport != "udp",
        udp=settings.transport != "tcp" and identity is None,
        tls=None if identity is None else identity.context,
    )
    if misuse is None:
        server = make_server()
    else:
        server = make_server(
            session=behaviour.make_session, dress=links.dress, muffled=links.muffles
        )
    service = Service(server)
    faults = Faults(Rig(camera, tamper, behaviour, links, service))

    opened = asyncio.Event()

    def listens(port: int) -> None:
        scheme = "rtsp" if identity is None else "rtsps"
        ready(f"{scheme}://{_authority(settings.host, port)}{path}")
        opened.set()

    async def fail(misuse: Misuse) -> None:
        await opened.wait()
        await misuse.run(faults)

    tasks = [camera.run(), service.run(settings.host, settings.port, listens)]
    if misuse is not None:
        tasks.append(fail(misuse))
    await _until_one_ends([asyncio.create_task(task) for task in tasks])


async def _until_one_ends(tasks: list[asyncio.Task[None]]) -> None:
    """Wait until one ends or we are cancelled, end the others, and raise what any raised."""
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        # In this order, so that clients are told good-bye while they are still connected.
        for task in tasks:
            task.cancel()
            await asyncio.wait((task,))
    for task in tasks:
        if not task.cancelled():
            task.result()


def run(settings: CameraSettings, misuse: Misuse | None = None) -> int:
    """Be the process of a camera: print `ready URL`, serve until SIGINT or SIGTERM.

    With TLS the next line is `certificate` and its fingerprint.
    Returns the exit status; what went wrong is said in a sentence on standard error.
    """
    try:
        uvloop.run(_until_signal(settings, misuse))
    except LiveEdgeError as error:
        sys.stderr.write(f"liveedge camera: {error}\n")
        return 1
    return 0


async def _until_signal(settings: CameraSettings, misuse: Misuse | None) -> None:
    identity = make_identity() if settings.tls else None

    def ready(url: str) -> None:
        _say(f"ready {url}")
        if identity is not None:
            _say(f"certificate {show_fingerprint(identity.digest)}")

    serving = asyncio.create_task(
        serve_camera(settings, ready=ready, misuse=misuse, identity=identity)
    )
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, serving.cancel)
    await asyncio.wait((serving,))
    if not serving.cancelled():
        serving.result()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _authority(host: str, port: int) -> str:
    # What listens everywhere is reached here by the loopback address.
    host = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
