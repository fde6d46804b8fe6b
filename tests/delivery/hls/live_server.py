"""A camera in real time behind a real HTTP server, on a port of its own."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn

from liveedge.config.hls import HlsSettings
from liveedge.delivery.hls.endpoint import HlsEndpoint
from liveedge.media.access_unit import AccessUnit
from liveedge.packaging.cutter import Cutter
from liveedge.packaging.packager import Packager
from liveedge.window.numbering import begin_numbering
from liveedge.window.segments import SegmentList
from tests.delivery.hls.exchange import Registry, Stream
from tests.support import encode

RATE = 30


@dataclass
class LiveServer:
    """A server and how often it has been asked."""

    port: int
    endpoint: HlsEndpoint
    segments: SegmentList
    requests: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hls/door/index.m3u8"

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        self.requests += 1
        await self.endpoint(scope, receive, send)

    async def begun(self) -> None:
        """Wait until a player finds the three segments that it holds back from the edge."""
        changed = asyncio.Event()
        stop = self.segments.listen(changed.set)
        async with asyncio.timeout(60):
            while len(self.segments.listed) < 3:
                changed.clear()
                await changed.wait()
        stop()


@asynccontextmanager
async def live_server(
    settings: HlsSettings | None = None,
    *,
    gop: int = 15,
    port: int = 0,
    segments: SegmentList | None = None,
) -> AsyncIterator[LiveServer]:
    """Serve `/hls/door/…` until the block ends, from a camera or from given segments."""
    settings = settings or HlsSettings()
    filming = segments is None
    segments = segments or SegmentList(
        begin_numbering(time.time()), wanted=settings.segments, max_bytes=settings.max_bytes
    )
    endpoint = HlsEndpoint(Registry({"door": Stream(segments)}), settings)
    # asyncio switches Nagle's algorithm off only where the protocol is named.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", port))
        listening.listen(4096)
        server = LiveServer(listening.getsockname()[1], endpoint, segments)
        config = uvicorn.Config(
            server,
            http="httptools",
            lifespan="off",
            access_log=False,
            log_level="error",
            proxy_headers=False,
            timeout_graceful_shutdown=1,
        )
        http = uvicorn.Server(config)
        film = _film(segments, settings, gop) if filming else asyncio.sleep(0)
        camera = asyncio.create_task(film)
        serving = asyncio.create_task(http.serve(sockets=[listening]))
        try:
            yield server
        finally:
            camera.cancel()
            http.should_exit = True
            for ended in await asyncio.gather(serving, camera, return_exceptions=True):
                if isinstance(ended, Exception):
                    raise ended


async def _film(segments: SegmentList, settings: HlsSettings, gop: int) -> None:
    """Deliver pictures of a real encoder at their time."""
    encoded = encode(frames=2 * gop, gop=gop, size=(160, 96))
    packager, cutter = Packager(1), Cutter(segments, settings)
    began = time.monotonic()
    frame = 0
    while True:
        nals, sync = encoded.pictures[frame % len(encoded.pictures)]
        now, unix_us = time.monotonic(), time.time_ns() // 1000
        sets = encoded.parameter_sets if sync else ()
        chunk = packager.add(
            AccessUnit(nals, 0, sync, now, sets),
            frame * 90_000 // RATE,
            gap=False,
            capture_us=unix_us,
            arrival_us=unix_us,
            camera_clock=False,
        )
        if chunk is not None and packager.epoch is not None:
            cutter.add(chunk, packager.epoch)
        frame += 1
        await asyncio.sleep(began + frame / RATE - time.monotonic())
