"""The only place that builds everything, connects it, and shuts it down in order."""

import asyncio
import gc
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

import structlog
import uvicorn
import uvloop

from liveedge.api.application import make_api
from liveedge.api.dispatch import Application, Dispatch
from liveedge.api.event_feed import EventFeed
from liveedge.clock import Clock, SystemClock
from liveedge.config.settings import ServerSettings, Settings
from liveedge.delivery.hls.endpoint import HlsEndpoint
from liveedge.delivery.live.connection import LiveConnection
from liveedge.delivery.live.endpoint import LiveEndpoint
from liveedge.delivery.live.protocol import MAX_MESSAGE
from liveedge.delivery.snapshot import DEADLINE, MAX_WAITING, Maker, SnapshotEndpoint
from liveedge.errors import ConfigError
from liveedge.health.monitor import Monitor
from liveedge.ingest.engine import camera_source
from liveedge.streams.qualities import Qualities
from liveedge.streams.registry import StreamRegistry
from liveedge.workers.service import WorkerService
from liveedge.workers.tasks import Task

_log = structlog.get_logger(__name__)

_SHUTDOWN_SECONDS = 3
_BACKLOG = 2048


class _Uvicorn(uvicorn.Server):
    """Uvicorn without signal handlers of its own: `serve` decides when everything ends."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def build_registry(settings: Settings, clock: Clock) -> StreamRegistry:
    """A registry with every configured stream, none of them running yet."""
    registry = StreamRegistry(clock, settings.hls)
    for stream_id, stream in settings.streams.items():
        registry.add(
            stream_id,
            stream.name or stream_id,
            camera_source(stream.url, stream.engine, clock, stream.rtsp),
            stall_seconds=stream.stall_seconds,
        )
    return registry


def build_application(
    registry: StreamRegistry,
    clock: Clock,
    settings: Settings,
    feed: EventFeed | None = None,
    stills: Maker | None = None,
    qualities: Qualities | None = None,
) -> Dispatch:
    """The ASGI application of a server; what is passed in is closed before it ends."""
    embed = settings.server.embed_origins
    hls = replace(settings.hls, cors_origins=settings.hls.cors_origins | embed)
    streams = qualities or registry
    return Dispatch(
        live=LiveEndpoint(streams, clock, embed),
        hls=HlsEndpoint(streams, hls),
        snapshot=SnapshotEndpoint(registry, stills or still_maker(clock), embed),
        api=make_api(registry, clock, feed, embed),
    )


def build_qualities(registry: StreamRegistry, settings: Settings, clock: Clock) -> Qualities:
    """The qualities of all streams, none of them running yet."""
    sub_streams = {
        stream_id: camera_source(stream.low_url, stream.engine, clock, stream.rtsp)
        for stream_id, stream in settings.streams.items()
        if stream.low_url is not None
    }
    transcodes = settings.server.transcodes
    return Qualities(
        registry, clock, hls=settings.hls, transcodes=transcodes, sub_streams=sub_streams
    )


def still_maker(clock: Clock) -> WorkerService:
    """What decodes keyframes for snapshots; its process starts when somebody asks for one."""
    return WorkerService(Task.STILL, clock, deadline=DEADLINE, max_waiting=MAX_WAITING)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; raise `ConfigError` if the address cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise ConfigError(
            f"The server cannot listen on {host} port {port}: {why}. Choose another with --port."
        ) from None


def uvicorn_config(application: Application, server: ServerSettings) -> uvicorn.Config:
    """How Uvicorn serves `application`."""
    return uvicorn.Config(
        application,
        http="httptools",
        ws=LiveConnection,
        ws_max_size=MAX_MESSAGE,
        ws_per_message_deflate=False,
        lifespan="off",
        access_log=False,
        log_config=None,
        log_level="warning",
        server_header=False,
        # By itself Uvicorn believes every proxy on this machine, and whoever sends through one.
        proxy_headers=bool(server.trusted_proxies),
        forwarded_allow_ips=list(server.trusted_proxies),
        timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
    )


async def serve(settings: Settings, ready: Callable[[str], None]) -> None:
    """Run a server until SIGINT or SIGTERM; `ready` is called with its URL once it listens."""
    clock = SystemClock()
    registry = build_registry(settings, clock)
    feed = EventFeed(registry, clock)
    stills = still_maker(clock)
    qualities = build_qualities(registry, settings, clock)
    application = build_application(registry, clock, settings, feed, stills, qualities)
    with listen(settings.server.host, settings.server.port) as sock:
        server = _Uvicorn(uvicorn_config(application, settings.server))
        _end_on_signal(server, feed)
        registry.start()
        monitor = asyncio.create_task(Monitor(qualities, clock).run(), name="health")
        _settle_memory()
        host, port = sock.getsockname()[:2]
        ready(f"http://{f'[{host}]' if ':' in host else host}:{port}/")
        try:
            await server.serve(sockets=[sock])
        finally:
            monitor.cancel()
            await qualities.stop()
            await registry.stop()
            await stills.close()


def run(settings: Settings, ready: Callable[[str], None]) -> None:
    """Run a server in an event loop of its own."""
    with suppress(KeyboardInterrupt):
        uvloop.run(serve(settings, ready))


def _end_on_signal(server: uvicorn.Server, feed: EventFeed) -> None:
    def end() -> None:
        server.should_exit = True
        # Uvicorn waits for answers that go on; this one would for ever.
        feed.close()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, end)


def _settle_memory() -> None:
    """Keep the garbage collector from walking what lives as long as the server does.

    A full collection over all imported modules stops the loop for tens of milliseconds, which
    viewers would see.
    """
    gc.collect()
    gc.freeze()
