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
from liveedge.media.audio import AudioUnit
from liveedge.media.silence import silent_unit
from liveedge.packaging.cutter import Cutter
from liveedge.packaging.packager import Packager
from liveedge.packaging.sound import SoundPackager
from liveedge.window.numbering import begin_numbering
from liveedge.window.segments import SegmentList
from tests.delivery.hls.exchange import Registry, Stream
from tests.delivery.hls.microphone import AAC, UNIT, Heard
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
    sound: bool = False,
) -> AsyncIterator[LiveServer]:
    """Serve `/hls/door/…` until the block ends, from a camera or from given segments.

    `sound` is silence of AAC beside the camera's pictures.
    """
    settings = settings or HlsSettings()
    filming = segments is None
    segments = segments or SegmentList(
        begin_numbering(time.time()), wanted=settings.segments, max_bytes=settings.max_bytes
    )
    heard = Heard()
    stream = Stream(segments, heard)
    endpoint = HlsEndpoint(Registry({"door": stream}), settings)
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
        speaker = _Speaker(heard) if sound else None
        film = _film(segments, settings, gop, speaker) if filming else asyncio.sleep(0)
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


class _Speaker:
    """A microphone in a silent room."""

    def __init__(self, heard: Heard) -> None:
        self._heard = heard
        self._packager = SoundPackager(0x8001)
        self._packager.configure(AAC, AAC.sample_rate)
        heard.epoch = self._packager.epoch
        self._spoken = 0
        unit = silent_unit(AAC)
        assert unit is not None
        self._unit, self._samples = unit

    def speak(self, until: int, now: float) -> None:
        """All that is to be heard before that media time in 1/90000 s."""
        while self._spoken + UNIT <= until:
            chunk = self._packager.add(
                AudioUnit(self._unit, 0, self._samples, now),
                self._spoken,
                gap=False,
                capture_us=0,
                arrival_us=0,
                camera_clock=False,
            )
            assert chunk is not None
            self._heard.window.append(chunk)
            self._spoken += UNIT


async def _film(
    segments: SegmentList, settings: HlsSettings, gop: int, speaker: _Speaker | None
) -> None:
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
        if speaker is not None:
            speaker.speak(frame * 90_000 // RATE, now)
        await asyncio.sleep(began + frame / RATE - time.monotonic())
