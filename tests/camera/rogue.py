"""A camera in this process that can be told to fail, and a client that watches it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from liveedge.camera.command import CameraSettings, serve_camera
from liveedge.camera.control import Misuse
from liveedge.camera.faults import Faults, parse_order
from liveedge.clock import SystemClock
from liveedge.media.access_unit import AccessUnit
from liveedge.rtsp.h264 import H264Depacketizer
from liveedge.rtsp.rtcp import SenderReport, parse_compound
from liveedge.rtsp.rtp import RtpReceiver
from tests.camera.peer import DEADLINE, Peer

SETTINGS = CameraSettings(port=0, width=640, height=360, fps=60, gop=10, kbps=800, name="Test")
CLOCK = SystemClock()


class Camera:
    """A camera in this process, and what it can be told to do wrong."""

    def __init__(self, port: int, faults: Faults) -> None:
        self.port = port
        self._faults = faults

    async def begin(self, text: str) -> None:
        await self._faults.begin(parse_order(text))

    async def end(self) -> None:
        await self._faults.end()

    @property
    def names(self) -> list[str]:
        return self._faults.names


@asynccontextmanager
async def camera(settings: CameraSettings = SETTINGS) -> AsyncIterator[Camera]:
    loop = asyncio.get_running_loop()
    url: asyncio.Future[str] = loop.create_future()
    given: asyncio.Future[Faults] = loop.create_future()

    class Rogue(Misuse):
        async def run(self, faults: Faults) -> None:
            given.set_result(faults)
            try:
                await asyncio.Event().wait()
            finally:
                await faults.end()

    task = asyncio.create_task(serve_camera(settings, ready=url.set_result, misuse=Rogue()))
    try:
        async with asyncio.timeout(DEADLINE):
            port = int((await url).removeprefix("rtsp://127.0.0.1:").partition("/")[0])
            faults = await given
        yield Camera(port, faults)
    finally:
        task.cancel()
        await asyncio.wait((task,), timeout=DEADLINE)
        assert task.cancelled()


class Viewer:
    """A client that plays."""

    def __init__(self, peer: Peer) -> None:
        self.units: list[AccessUnit] = []
        self.reports: list[SenderReport] = []
        self._peer = peer
        self.depacketizer = H264Depacketizer(self.units.append)
        self.receiver = RtpReceiver(self.depacketizer, 96, 90_000)
        self.sequences: list[int] = []

    async def take(self, units: int) -> list[AccessUnit]:
        """The next so many access units."""
        begin = len(self.units)
        while len(self.units) < begin + units:
            await self.take_frame()
        return self.units[begin:]

    async def take_frame(self) -> None:
        channel, packet = await self._peer.frame()
        if channel == 0:
            self.sequences.append(int.from_bytes(packet[2:4]))
            self.receiver.push(packet, 0, len(packet), CLOCK.monotonic())
        else:
            self.reports += [r for r in parse_compound(packet) or () if isinstance(r, SenderReport)]


@asynccontextmanager
async def viewer(of: Camera) -> AsyncIterator[Viewer]:
    async with Peer(of.port) as peer:
        await peer.play()
        made = Viewer(peer)
        await made.take(1)
        yield made


async def is_silent(peer: Peer | Viewer) -> bool:
    """Whether nothing comes for a quarter of a second, which is fifteen pictures."""
    read = peer.take_frame() if isinstance(peer, Viewer) else peer.frame()
    try:
        async with asyncio.timeout(0.25):
            await read
    except TimeoutError:
        return True
    return False
