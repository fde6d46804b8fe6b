"""The client against a second sender that somebody else wrote: RTP of the `ffmpeg` program.

FFmpeg has no RTSP server, so a scripted one hands on its session description and its packets.
"""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import pairwise

import av
import pytest
from av import VideoCodecContext

from liveedge.clock import SystemClock
from liveedge.errors import SourceError
from liveedge.media.access_unit import AccessUnit
from liveedge.rtsp.client import RtspClient
from tests.rtsp.scripted import Peer, Remembering, frame, scripted

pytestmark = [pytest.mark.real("ffmpeg"), pytest.mark.timeout(60)]

FPS, GOP = 25, 10
ENCODERS = {
    # The parameter sets stand in the session description only.
    "h264": "-c:v libx264 -flags +global_header -x264-params keyint=10:scenecut=0",
    "h265": "-c:v libx265 -x265-params log-level=none:keyint=10:scenecut=0:pools=none",
}


class Packets(asyncio.DatagramProtocol):
    """Takes RTP, or RTCP, and hands it on once there is somebody to take it."""

    def __init__(self, channel: int) -> None:
        self.peer: Peer | None = None
        self._channel = channel

    def datagram_received(self, data: bytes, addr: object) -> None:
        if self.peer is not None:
            self.peer.send(frame(self._channel, data))


def port_pair() -> tuple[socket.socket, socket.socket]:
    """Sockets of an even port and the next (RFC 3550 §11)."""
    while True:
        rtp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        rtcp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with suppress(OSError, OverflowError):
            rtp.bind(("127.0.0.1", 0))
            port = rtp.getsockname()[1]
            rtcp.bind(("127.0.0.1", port + 1))
            if port % 2 == 0:
                return rtp, rtcp
        rtp.close()
        rtcp.close()


@asynccontextmanager
async def sender(codec: str) -> AsyncIterator[tuple[bytes, list[Packets]]]:
    """What FFmpeg says of its stream, and where its packets come."""
    loop = asyncio.get_running_loop()
    sockets, taking = port_pair(), [Packets(0), Packets(1)]
    rtp, rtcp = taking
    transports = [
        (await loop.create_datagram_endpoint(lambda: rtp, sock=sockets[0]))[0],
        (await loop.create_datagram_endpoint(lambda: rtcp, sock=sockets[1]))[0],
    ]
    command = (
        f"ffmpeg -nostdin -v error -re -f lavfi -i testsrc2=size=640x360:rate={FPS}"
        f" {ENCODERS[codec]} -preset ultrafast -tune zerolatency -pix_fmt yuv420p"
        f" -f rtp rtp://127.0.0.1:{sockets[0].getsockname()[1]}?pkt_size=600"
    )
    process = await asyncio.create_subprocess_exec(*command.split(), stdout=-1)
    assert process.stdout is not None
    try:
        said = await process.stdout.readuntil(b"\nm=video")
        said += await process.stdout.readuntil(b"\n\n")
        sdp = said[said.index(b"v=0") :].strip().replace(b"\n", b"\r\n")
        yield sdp + b"\r\na=control:track1\r\n", taking
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        for transport in transports:
            transport.close()


@pytest.mark.parametrize("codec", sorted(ENCODERS))
async def test_what_ffmpeg_sends_is_whole(codec: str) -> None:
    handler = Remembering()
    async with sender(codec) as (sdp, taking):

        async def script(peer: Peer) -> None:
            await peer.play(sdp=sdp)
            for packets in taking:
                packets.peer = peer
            await peer.gone()

        async with scripted(script) as camera:
            client = RtspClient(camera.url(), handler, SystemClock())
            task = asyncio.create_task(client.run_once())
            await handler.until(lambda: len(handler.units) >= 2 * GOP)
            task.cancel()
            with suppress(asyncio.CancelledError, SourceError):
                await task
    assert client.stats.lost == 0
    assert client.stats.damaged <= 1, "the one in the middle of which it began"
    assert handler.videos[0].codec == codec
    units = handler.units[: 2 * GOP]
    assert [number for number, unit in enumerate(units) if unit.sync] == [0, GOP]
    assert {b.rtp_time - a.rtp_time & 0xFFFFFFFF for a, b in pairwise(units)} == {90_000 // FPS}
    assert decoded(codec, handler.videos[0].parameter_sets, units) == len(units)


def decoded(codec: str, sets: tuple[bytes, ...], units: list[AccessUnit]) -> int:
    """How many pictures a decoder makes of them."""
    name = {"h264": "h264", "h265": "hevc"}[codec]
    context = av.CodecContext.create(name, "r")
    assert isinstance(context, VideoCodecContext)
    context.thread_count = 1
    count = 0
    for unit in units:
        nals = (*sets, *unit.parameter_sets, *unit.nals)
        count += len(context.decode(av.Packet(b"".join(b"\0\0\0\1" + nal for nal in nals))))
    return count + len(context.decode(None))
