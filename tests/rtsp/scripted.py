"""A camera that follows a script, one connection at a time, and a handler that remembers."""

import asyncio
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from liveedge.config.url import CameraUrl, parse_camera_url
from liveedge.media.access_unit import AccessUnit
from liveedge.rtsp.client import VideoDescription
from liveedge.rtsp.framing import Demultiplexer
from liveedge.rtsp.messages import Headers, Message, Request, Response

DEADLINE = 10.0
SSRC = 0xCA3E7A
SDP = b"""v=0\r
a=control:*\r
m=video 0 RTP/AVP 96\r
a=rtpmap:96 H264/90000\r
a=fmtp:96 sprop-parameter-sets=Z2Q=,aO4=\r
a=control:track1\r
"""
IDR = b"\x65\x80idr"
P = b"\x41\x80p"


def frame(channel: int, packet: bytes) -> bytes:
    return b"$" + bytes([channel]) + len(packet).to_bytes(2, "big") + packet


class Video:
    """The packets of one stream, each with the next sequence number."""

    def __init__(self, channel: int = 0) -> None:
        self.channel = channel
        self.sequence = 100

    def frame(self, nal: bytes, timestamp: int, *, marker: bool = True) -> bytes:
        head = struct.pack("!BBHII", 0x80, 96 | 0x80 * marker, self.sequence, timestamp, SSRC)
        self.sequence += 1
        return frame(self.channel, head + nal)


class Peer:
    """The camera's end of a connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.requests: list[Request] = []
        self.frames: list[tuple[int, bytes]] = []
        self.video = Video()
        self._reader = reader
        self.writer = writer
        self._messages: list[Message] = []
        self._demultiplexer = Demultiplexer(self._messages.append)
        for channel in range(8):
            self._demultiplexer.sinks[channel] = self._sink(channel)

    def _sink(self, channel: int) -> Callable[[bytes, int, int, float], None]:
        def take(data: bytes, start: int, end: int, arrival: float) -> None:
            self.frames.append((channel, data[start:end]))

        return take

    async def _read(self) -> bool:
        """Take what comes next; return False at the end."""
        async with asyncio.timeout(DEADLINE):
            try:
                data = await self._reader.read(65536)
            except ConnectionError:
                return False
        if data:
            self._demultiplexer.feed(data, 0.0)
        return bool(data)

    async def message(self) -> Message:
        """The next request or response of the client."""
        while not self._messages:
            if not await self._read():
                raise AssertionError("the client has closed the connection")
        return self._messages.pop(0)

    async def request(self, method: str) -> Request:
        """The next message, which must be this request."""
        message = await self.message()
        assert isinstance(message, Request), message
        assert message.method == method
        self.requests.append(message)
        return message

    async def report(self) -> bytes:
        """The next RTCP packet of the client."""
        while not self.frames:
            assert await self._read()
        return self.frames.pop(0)[1]

    async def gone(self) -> None:
        """Wait until the client has closed the connection, whatever it says before."""
        while await self._read():
            pass
        self.requests += [m for m in self._messages if isinstance(m, Request)]

    def send(self, *data: bytes) -> None:
        self.writer.write(b"".join(data))

    def reply(self, request: Request, status: int = 200, body: bytes = b"", **headers: str) -> None:
        fields = [("CSeq", str(request.cseq))]
        fields += [(name.replace("_", "-"), value) for name, value in headers.items()]
        self.send(Response(status, "Reason", Headers(fields), body).encode())

    async def describe(self, sdp: bytes = SDP) -> None:
        self.reply(await self.request("DESCRIBE"), body=sdp, Content_Type="application/sdp")

    async def set_up(self, session: str = "12345678;timeout=60") -> None:
        request = await self.request("SETUP")
        self.reply(request, Session=session, Transport=request.headers.get("Transport") or "")

    async def play(self, *, sdp: bytes = SDP, session: str = "12345678;timeout=60") -> None:
        """Answer all that opens a session."""
        await self.describe(sdp)
        await self.set_up(session)
        self.reply(await self.request("PLAY"))


Script = Callable[[Peer], Awaitable[None]]


class Camera:
    """Where a scripted camera listens, and how its connections went."""

    def __init__(self, port: int, scheme: str = "rtsp") -> None:
        self.port = port
        self.scheme = scheme
        self.peers: list[Peer] = []
        self.ended = asyncio.Event()
        """The script is through."""

    def url(self, credentials: str = "") -> CameraUrl:
        return parse_camera_url(f"{self.scheme}://{credentials}127.0.0.1:{self.port}/live")


@asynccontextmanager
async def scripted(script: Script, tls: ssl.SSLContext | None = None) -> AsyncIterator[Camera]:
    """Listen on a free port and play the script to each connection; its failures come out here.

    With a context, connections are over TLS.
    """
    failures: list[BaseException] = []

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = Peer(reader, writer)
        camera.peers.append(peer)
        try:
            await script(peer)
        except (AssertionError, TimeoutError) as failure:
            failures.append(failure)
        finally:
            writer.close()
            camera.ended.set()

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    camera = Camera(server.sockets[0].getsockname()[1], "rtsps" if tls else "rtsp")
    try:
        yield camera
        if camera.peers:
            async with asyncio.timeout(DEADLINE):
                await camera.ended.wait()
    finally:
        server.close()
        await server.wait_closed()
    for failure in failures:
        raise failure


class Remembering:
    """A handler that keeps what it is told, in order."""

    def __init__(self) -> None:
        self.videos: list[VideoDescription] = []
        self.units: list[AccessUnit] = []
        self.reports: list[tuple[int, int]] = []
        self.order: list[str] = []
        self._changed = asyncio.Event()

    def playing(self, video: VideoDescription) -> None:
        self.videos.append(video)
        self._note("playing")

    def access_unit(self, unit: AccessUnit) -> None:
        self.units.append(unit)
        self._note("access_unit")

    def sender_report(self, unix_us: int, rtp_time: int) -> None:
        self.reports.append((unix_us, rtp_time))
        self._note("sender_report")

    def _note(self, what: str) -> None:
        self.order.append(what)
        self._changed.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for a condition on what was told."""
        async with asyncio.timeout(DEADLINE):
            while not condition():
                self._changed.clear()
                await self._changed.wait()
