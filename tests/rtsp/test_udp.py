"""Video over UDP: a pair of ports by itself, and the client against cameras that send this way."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from liveedge.clock import SystemClock
from liveedge.config.rtsp import RtspSettings, RtspTransport
from liveedge.errors import Reason, SourceError
from liveedge.rtsp.client import RtspClient
from liveedge.rtsp.reorder import WAIT
from liveedge.rtsp.rtcp import SenderReport, encode_sender_report, ntp_time
from liveedge.rtsp.transport import Transport, parse_transports
from liveedge.rtsp.udp import UdpPorts, open_ports
from tests.rtsp.scripted import DEADLINE, IDR, SSRC, P, Peer, Remembering, Video, scripted

HERE = "127.0.0.1"
UDP = RtspSettings(RtspTransport.UDP)


class Sender:
    """The camera's two sockets."""

    def __init__(self, host: str = HERE) -> None:
        self.rtp, self.rtcp = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in "ab")
        for sock in (self.rtp, self.rtcp):
            sock.setblocking(False)
            sock.bind((host, 0))
        self.video = Video()
        self.to = (0, 0)

    @property
    def ports(self) -> tuple[int, int]:
        return self.rtp.getsockname()[1], self.rtcp.getsockname()[1]

    def packet(self, nal: bytes, timestamp: int, *, marker: bool = True) -> bytes:
        return self.video.frame(nal, timestamp, marker=marker)[4:]

    def send(self, *packets: bytes) -> None:
        for packet in packets:
            self.rtp.sendto(packet, (HERE, self.to[0]))

    def report(self, packet: bytes) -> None:
        self.rtcp.sendto(packet, (HERE, self.to[1]))

    async def heard(self, sock: socket.socket) -> tuple[bytes, Any]:
        async with asyncio.timeout(DEADLINE):
            return await asyncio.get_running_loop().sock_recvfrom(sock, 2048)

    async def set_up(self, peer: Peer) -> None:
        """Agree to a SETUP over UDP."""
        request = await peer.request("SETUP")
        (asked,) = parse_transports(request.headers.get("Transport") or "")
        assert (asked.protocol, asked.interleaved) == ("RTP/AVP", None)
        assert asked.client_port is not None
        self.to = asked.client_port
        agreed = Transport("RTP/AVP", client_port=self.to, server_port=self.ports)
        peer.reply(request, Session="12345678", Transport=str(agreed))


@contextmanager
def sender(host: str = HERE) -> Iterator[Sender]:
    made = Sender(host)
    try:
        yield made
    finally:
        made.rtp.close()
        made.rtcp.close()


class Hearing:
    """A pair of ports of ours that hears a sender."""

    def __init__(self, ports: UdpPorts, sender: Sender, agreed: Transport | None = None) -> None:
        self.packets: list[bytes] = []
        self.reports: list[bytes] = []
        self.failures: list[Exception] = []
        self.ports = ports
        self._changed = asyncio.Event()
        sender.to = ports.numbers
        ports.listen(
            (HERE, 554),
            agreed or Transport("RTP/AVP", server_port=sender.ports),
            rtp=lambda data, start, end, _: self._take(self.packets, data[start:end]),
            rtcp=lambda data, start, end, _: self._take(self.reports, data[start:end]),
            clock=SystemClock(),
            failed=self.failures.append,
        )

    def _take(self, where: list[bytes], packet: bytes) -> None:
        where.append(packet)
        self._changed.set()

    async def has(self, packets: int) -> list[bytes]:
        async with asyncio.timeout(DEADLINE):
            while len(self.packets) + len(self.reports) < packets:
                self._changed.clear()
                await self._changed.wait()
        return self.packets


@pytest.fixture
def ports() -> Iterator[UdpPorts]:
    pair = open_ports((HERE, 0))
    yield pair
    pair.close()


# --- a pair of ports


def test_the_ports_are_an_even_one_and_the_next() -> None:
    pairs = [open_ports((HERE, 0)) for _ in range(20)]
    for pair in pairs:
        rtp, rtcp = pair.numbers
        assert rtp % 2 == 0
        assert rtcp == rtp + 1
        pair.close()


def test_no_free_port_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("liveedge.rtsp.udp._bind", lambda _: None)
    with pytest.raises(SourceError, match="no pair of free UDP ports"):
        open_ports((HERE, 0))


async def test_packets_are_put_in_order(ports: UdpPorts) -> None:
    with sender() as camera:
        hearing = Hearing(ports, camera)
        sent = [camera.packet(b"x%d" % number, 0) for number in range(4)]
        camera.send(sent[0], sent[2], sent[1], sent[1], sent[3])
        assert (await hearing.has(5))[:3] == sent[:3]
    assert ports.octets == 5 * len(sent[0])


async def test_what_is_lost_is_waited_for_and_given_up(ports: UdpPorts) -> None:
    with sender() as camera:
        hearing = Hearing(ports, camera)
        sent = [camera.packet(b"x%d" % number, 0) for number in range(3)]
        begin = SystemClock().monotonic()
        camera.send(sent[0], sent[2])
        assert await hearing.has(2) == [sent[0], sent[2]]
        assert SystemClock().monotonic() - begin >= WAIT


async def test_the_way_back_is_opened_and_reports_go_there(ports: UdpPorts) -> None:
    with sender() as camera:
        Hearing(ports, camera)
        for sock, port in ((camera.rtp, ports.numbers[0]), (camera.rtcp, ports.numbers[1])):
            _, source = await camera.heard(sock)
            assert source == (HERE, port)
        ports.send_report(b"report")
        assert (await camera.heard(camera.rtcp))[0] == b"report"


async def test_strangers_are_not_heard(ports: UdpPorts) -> None:
    with sender() as camera, sender("127.0.0.2") as stranger:
        hearing = Hearing(ports, camera)
        stranger.to = ports.numbers
        stranger.send(stranger.packet(b"evil", 0))
        stranger.report(b"evil")
        camera.send(packet := camera.packet(b"good", 0))
        assert await hearing.has(1) == [packet]
        camera.report(b"good")
        await hearing.has(2)
        assert hearing.reports == [b"good"]
        assert ports.strangers == 2


async def test_a_source_that_the_camera_names_is_heard(ports: UdpPorts) -> None:
    with sender("127.0.0.2") as elsewhere:
        hearing = Hearing(
            ports, elsewhere, Transport("RTP/AVP", server_port=(7, 8), source="127.0.0.2")
        )
        elsewhere.send(packet := elsewhere.packet(b"x", 0))
        assert await hearing.has(1) == [packet]


async def test_the_first_port_is_heard_until_the_named_one_speaks(ports: UdpPorts) -> None:
    with sender() as camera, sender() as other, sender() as third:
        hearing = Hearing(ports, camera)
        other.to = third.to = ports.numbers
        first, second = other.packet(b"a", 0), other.packet(b"b", 0)
        other.send(first)
        await hearing.has(1)
        third.send(third.packet(b"no", 0))
        camera.video.sequence = 101
        named = [camera.packet(b"c", 0), camera.packet(b"d", 0)]
        camera.send(named[0])
        await hearing.has(2)
        other.send(second)
        camera.send(named[1])
        assert await hearing.has(3) == [first, *named]
        assert ports.strangers == 2


async def test_without_a_named_port_reports_follow_those_of_the_camera(ports: UdpPorts) -> None:
    with sender() as camera:
        hearing = Hearing(ports, camera, Transport("RTP/AVP"))
        ports.send_report(b"nowhere to go")
        camera.report(b"here I am")
        await hearing.has(1)
        ports.send_report(b"report")
        assert (await camera.heard(camera.rtcp))[0] == b"report"


async def test_a_keyframe_that_comes_while_the_loop_is_busy_waits_in_the_kernel(
    ports: UdpPorts,
) -> None:
    """200 kB; without asking for more room, Linux holds about 90 of such packets."""
    with sender() as camera:
        hearing = Hearing(ports, camera)
        burst = [camera.packet(bytes(1400), 0) for _ in range(150)]
        camera.send(*burst)
        assert hearing.packets == []
        assert await hearing.has(150) == burst


async def test_what_a_sink_raises_is_the_end(ports: UdpPorts) -> None:
    def fail(*_: object) -> None:
        raise SourceError(Reason.LIMIT, "Too much.")

    failures: asyncio.Queue[Exception] = asyncio.Queue(2)
    with sender() as camera:
        camera.to = ports.numbers
        ports.listen(
            (HERE, 554),
            Transport("RTP/AVP"),
            rtp=fail,
            rtcp=fail,
            clock=SystemClock(),
            failed=failures.put_nowait,
        )
        camera.send(camera.packet(b"x", 0))
        camera.report(b"x")
        for _ in range(2):
            async with asyncio.timeout(DEADLINE):
                assert "Too much" in str(await failures.get())


# --- the client


async def play(camera_port_url: Any, handler: Remembering, settings: RtspSettings) -> RtspClient:
    client = RtspClient(camera_port_url, handler, SystemClock(), settings=settings)
    with pytest.raises(SourceError) as caught:
        await client.run_once()
    assert caught.value.reason is Reason.ENDED, caught.value
    return client


@pytest.mark.parametrize("refusal", [None, 461, 400, 500])
async def test_pictures_come_over_udp(refusal: int | None) -> None:
    """By choice, or after the camera has refused to send over TCP."""
    report = SenderReport(SSRC, ntp_time(1_700_000_000.0), 4500, 1, 1)
    handler = Remembering()

    async def script(peer: Peer) -> None:
        with sender() as camera:
            await peer.describe()
            if refusal is not None:
                request = await peer.request("SETUP")
                assert "interleaved" in (request.headers.get("Transport") or "")
                peer.reply(request, refusal)
            await camera.set_up(peer)
            peer.reply(await peer.request("PLAY"))
            await camera.heard(camera.rtp)
            first, second = camera.packet(IDR, 0), camera.packet(P, 3000)
            camera.report(encode_sender_report(report, "camera"))
            camera.send(first, camera.packet(P, 6000), second, first)
            await handler.until(lambda: len(handler.units) == 3 and bool(handler.reports))

    settings = UDP if refusal is None else RtspSettings()
    async with scripted(script) as camera:
        client = await play(camera.url(), handler, settings)
    assert [unit.rtp_time for unit in handler.units] == [0, 3000, 6000]
    assert handler.reports == [(1_700_000_000_000_000, 4500)]
    assert (client.stats.lost, client.stats.access_units) == (0, 3)
    assert client.stats.bytes > 400


async def test_a_camera_that_answers_with_udp_is_asked_for_it() -> None:
    handler = Remembering()

    async def script(peer: Peer) -> None:
        with sender() as camera:
            await peer.describe()
            agreed = "RTP/AVP;unicast;server_port=6970-6971"
            peer.reply(await peer.request("SETUP"), Session="12345678", Transport=agreed)
            await camera.set_up(peer)
            assert peer.requests[-1].headers.get("Session") == "12345678"
            peer.reply(await peer.request("PLAY"))
            camera.send(camera.packet(IDR, 0))
            await handler.until(lambda: bool(handler.units))

    async with scripted(script) as camera:
        await play(camera.url(), handler, RtspSettings())


@pytest.mark.parametrize(
    ("transport", "refused"), [(RtspTransport.TCP, 1), (RtspTransport.UDP, 1), (None, 2)]
)
async def test_a_camera_that_sends_in_no_way_that_is_allowed(
    transport: RtspTransport | None, refused: int
) -> None:
    async def script(peer: Peer) -> None:
        await peer.describe()
        for _ in range(refused):
            peer.reply(await peer.request("SETUP"), 461)
        await peer.gone()

    settings = RtspSettings() if transport is None else RtspSettings(transport)
    async with scripted(script) as camera:
        client = RtspClient(camera.url(), Remembering(), SystemClock(), settings=settings)
        with pytest.raises(SourceError) as caught:
            await client.run_once()
    assert caught.value.reason is Reason.UNSUPPORTED
    way = "TCP" if transport is RtspTransport.TCP else "UDP"
    assert f"does not send RTP over {way} (461)" in str(caught.value)


@pytest.mark.parametrize("status", [401, 403, 404, 453, 454, 503, 302])
async def test_other_refusals_are_not_a_matter_of_the_transport(status: int) -> None:
    async def script(peer: Peer) -> None:
        await peer.describe()
        peer.reply(await peer.request("SETUP"), status)
        await peer.gone()
        assert [request.method for request in peer.requests] == ["DESCRIBE", "SETUP"]

    async with scripted(script) as camera:
        with pytest.raises(SourceError):
            await RtspClient(camera.url(), Remembering(), SystemClock()).run_once()


async def test_the_ports_are_free_again_after_the_end() -> None:
    handler = Remembering()
    numbers: list[tuple[int, int]] = []

    async def script(peer: Peer) -> None:
        with sender() as camera:
            await peer.describe()
            await camera.set_up(peer)
            numbers.append(camera.to)
            peer.reply(await peer.request("PLAY"))
            camera.send(camera.packet(IDR, 0))
            peer.reply(await peer.request("TEARDOWN"))

    async with scripted(script) as camera:
        task = asyncio.create_task(
            RtspClient(camera.url(), handler, SystemClock(), settings=UDP).run_once()
        )
        await handler.until(lambda: bool(handler.units))
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    for port in numbers[0]:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind((HERE, port))
