import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from liveedge.errors import ConfigError
from liveedge.rtsp.server import Limits, RtspServer
from liveedge.rtsp.server_audience import Audience, Listener
from liveedge.rtsp.server_udp import open_server_ports
from liveedge.rtsp.transport import parse_transports
from liveedge.rtsp.udp import bind_pair
from tests.camera.peer import DEADLINE, Peer
from tests.support import FakeClock

LIMITS = Limits(connections=4, backlog=64 << 10, sweep=0.01)


@dataclass
class Tape:
    """A track that is sent when the test says so."""

    control: str = "trackID=0"
    ssrc: int = 1
    audience: Audience = field(default_factory=Audience)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def rtp_time(self) -> int:
        return 90_000

    def join(self, listener: Listener) -> None:
        listener.send_report(b"report")
        self.audience.add(listener)
        self.changed.set()

    def leave(self, listener: Listener) -> None:
        self.audience.remove(listener)
        self.changed.set()

    async def has(self, listeners: int) -> None:
        """Wait until so many clients play."""
        async with asyncio.timeout(DEADLINE):
            while len(self.audience) != listeners:
                self.changed.clear()
                await self.changed.wait()


@dataclass
class Media:
    """What the server offers."""

    tracks: tuple[Tape, ...]
    sdp: str = "v=0\r\n"


@dataclass
class Stage:
    """A server under way."""

    port: int
    tape: Tape
    sound: Tape
    clock: FakeClock

    def send(self, packet: bytes, *, sync: bool = True) -> None:
        self.tape.audience.send_access_unit([packet], self.clock.monotonic(), sync=sync)


@asynccontextmanager
async def serving(
    limits: Limits = LIMITS, credentials: tuple[str, str] | None = None
) -> AsyncIterator[Stage]:
    tape, sound, clock = Tape(), Tape("trackID=1", 2), FakeClock()
    paths = {"/cam": Media((tape, sound))}
    server = RtspServer(paths, clock, credentials=credentials, limits=limits)
    port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(server.run("127.0.0.1", 0, port.set_result))
    try:
        yield Stage(await port, tape, sound, clock)
    finally:
        task.cancel()
        async with asyncio.timeout(DEADLINE):
            await asyncio.wait((task,))
        assert task.cancelled()


async def test_a_client_gets_the_answer_then_a_report_then_pictures() -> None:
    async with serving() as stage, Peer(stage.port) as peer:
        assert (await peer.ask("DESCRIBE")).body == b"v=0\r\n"
        await peer.play(channels="2-3")
        assert not peer.frames
        await stage.tape.has(1)
        stage.send(b"not yet", sync=False)
        stage.send(b"first")
        stage.send(b"second", sync=False)
        assert [await peer.frame() for _ in range(3)] == [
            (3, b"report"),
            (2, b"first"),
            (2, b"second"),
        ]


async def test_sound_goes_its_own_way_over_the_same_connection() -> None:
    async with serving() as stage, Peer(stage.port) as peer:
        await peer.set_up("trackID=1", "4-5")
        await peer.play(channels="2-3")
        await stage.tape.has(1)
        await stage.sound.has(1)
        stage.sound.audience.send_access_unit([b"beep"], 0.0, sync=True)
        stage.send(b"flash")
        heard = [await peer.frame() for _ in range(4)]
        assert sorted(heard[:2]) == [(3, b"report"), (5, b"report")]
        assert heard[2:] == [(4, b"beep"), (2, b"flash")]
        await peer.ask("TEARDOWN")
        await stage.tape.has(0)
        await stage.sound.has(0)


@pytest.mark.parametrize("method", ["PAUSE", "TEARDOWN"])
async def test_who_stops_playing_hears_nothing_more(method: str) -> None:
    async with serving() as stage, Peer(stage.port) as peer:
        await peer.play()
        await stage.tape.has(1)
        assert (await peer.ask(method)).status == 200
        await stage.tape.has(0)


async def test_who_plays_again_begins_with_a_sync_frame() -> None:
    async with serving() as stage, Peer(stage.port) as peer:
        await peer.play()
        await stage.tape.has(1)
        stage.send(b"one")
        await peer.ask("PAUSE")
        await peer.ask("PLAY")
        await stage.tape.has(1)
        stage.send(b"two", sync=False)
        stage.send(b"three")
        heard = [(await peer.frame())[1] for _ in range(4)]
        assert heard == [b"report", b"one", b"report", b"three"]


async def test_who_disconnects_is_forgotten() -> None:
    async with serving() as stage:
        async with Peer(stage.port) as peer:
            await peer.play()
            await stage.tape.has(1)
        await stage.tape.has(0)


async def test_playing_twice_joins_once() -> None:
    async with serving() as stage, Peer(stage.port) as peer:
        await peer.play()
        await peer.ask("PLAY")
        await stage.tape.has(1)
        stage.send(b"one")
        assert [(await peer.frame())[1] for _ in range(2)] == [b"report", b"one"]


async def test_requests_may_come_in_pieces_and_between_reports() -> None:
    async with serving() as stage, Peer(stage.port) as peer:
        first = b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n"
        second = b"OPTIONS * RTSP/1.0\r\nCSeq: 2\r\n\r\n"
        peer.writer.write(first + b"$\x01\x00\x03rr!" + second[:20])
        assert (await peer.response()).cseq == 1
        peer.writer.write(second[20:])
        assert (await peer.response()).cseq == 2


@pytest.mark.parametrize(
    "octets",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00",
        b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 5000\r\n\r\n",
        b"OPTIONS * RTSP/1.0\r\nX: " + b"x" * 70_000,
    ],
)
async def test_what_is_no_rtsp_is_refused_and_disconnected(octets: bytes) -> None:
    async with serving() as stage, Peer(stage.port) as peer:
        peer.writer.write(octets)
        assert (await peer.ended()).startswith(b"RTSP/1.0 400 Bad Request\r\n")


async def test_an_answer_from_a_client_is_passed_over() -> None:
    async with serving() as stage, Peer(stage.port) as peer:
        peer.writer.write(b"RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n")
        assert (await peer.ask("OPTIONS")).status == 200


async def test_the_password_is_asked_for_on_the_wire() -> None:
    async with serving(credentials=("anna", "geheim")) as stage, Peer(stage.port) as peer:
        assert (await peer.ask("DESCRIBE")).status == 401
        basic = ("Authorization", "Basic YW5uYTpnZWhlaW0=")
        assert (await peer.ask("DESCRIBE", None, basic)).status == 200


async def test_a_client_that_does_not_read_delays_nobody_and_is_disconnected() -> None:
    async with serving() as stage, Peer(stage.port) as slow, Peer(stage.port) as quick:
        await slow.play()
        await quick.play()
        await stage.tape.has(2)
        assert await quick.frame() == (1, b"report")
        # 20 MB are more than the kernel keeps for a client; each picture reaches the quick one.
        for _ in range(400):
            stage.send(b"x" * 50_000)
            assert len((await quick.frame())[1]) == 50_000
        stage.clock.advance(LIMITS.patience + 1)
        # Both are silent, but not for long enough to be called idle.
        await stage.tape.has(1)
        stage.send(b"still here")
        assert await quick.frame() == (0, b"still here")


async def test_a_silent_client_is_disconnected() -> None:
    async with serving() as stage, Peer(stage.port) as silent, Peer(stage.port) as other:
        await silent.play()
        await stage.tape.has(1)
        stage.clock.advance(LIMITS.idle - 1)
        assert (await other.ask("OPTIONS")).status == 200
        stage.clock.advance(2)
        await silent.ended()
        await stage.tape.has(0)
        assert (await other.ask("OPTIONS")).status == 200


async def test_reports_of_a_client_keep_it_alive() -> None:
    async with serving() as stage, Peer(stage.port) as peer:
        await peer.play()
        await stage.tape.has(1)
        stage.clock.advance(LIMITS.idle - 1)
        # The answer shows that the report before it was heard.
        peer.writer.write(b"$\x01\x00\x03rr!")
        await peer.ask("OPTIONS")
        stage.clock.advance(LIMITS.idle - 1)
        stage.send(b"one")
        assert [(await peer.frame())[1] for _ in range(2)] == [b"report", b"one"]


async def test_one_client_too_many_is_told_so() -> None:
    async with serving() as stage:
        peers = [Peer(stage.port) for _ in range(LIMITS.connections)]
        for peer in peers:
            await peer.__aenter__()
            assert (await peer.ask("OPTIONS")).status == 200
        async with Peer(stage.port) as late:
            assert (await late.ask("OPTIONS")).status == 503
            await late.ended()
        for peer in peers:
            assert (await peer.ask("OPTIONS")).status == 200
            peer.writer.close()


async def test_who_asks_without_reading_the_answers_is_disconnected() -> None:
    async with serving() as stage, Peer(stage.port) as peer:
        request = b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n" * 1000
        with pytest.raises(ConnectionError):
            async with asyncio.timeout(DEADLINE):
                while True:
                    peer.writer.write(request)
                    await peer.writer.drain()


async def test_a_server_that_ends_disconnects_also_those_who_do_not_read() -> None:
    async with serving() as stage:
        peer = await Peer(stage.port).__aenter__()
        await peer.play()
        await stage.tape.has(1)
        for _ in range(400):
            stage.send(b"x" * 50_000)
    await peer.ended()
    assert len(stage.tape.audience) == 0
    peer.writer.close()


async def test_a_taken_port_is_said_in_a_sentence() -> None:
    async with serving() as stage:
        with pytest.raises(ConfigError, match=f"Port {stage.port} is taken"):
            await RtspServer({}, FakeClock()).run("127.0.0.1", stage.port, lambda _: None)


async def test_an_address_of_another_machine_is_said_in_a_sentence() -> None:
    with pytest.raises(ConfigError, match=r"192\.0\.2\.1"):
        await RtspServer({}, FakeClock()).run("192.0.2.1", 0, lambda _: None)


async def test_over_udp_packets_go_to_the_ports_that_were_named() -> None:
    async with serving() as stage, Peer(stage.port) as peer:
        sockets = bind_pair(("127.0.0.1", 0))
        assert sockets is not None
        rtp, rtcp = sockets
        ports = f"{rtp.getsockname()[1]}-{rtcp.getsockname()[1]}"
        transport = ("Transport", f"RTP/AVP;unicast;client_port={ports}")
        answer = await peer.ask("SETUP", f"{peer.url}/trackID=0", transport)
        (agreed,) = parse_transports(answer.headers.get("Transport") or "")
        assert agreed.server_port is not None
        peer.session = (answer.headers.get("Session") or "").partition(";")[0]
        await peer.ask("PLAY")
        await stage.tape.has(1)
        stage.send(b"not yet", sync=False)
        stage.send(b"first")
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(DEADLINE):
            assert (await loop.sock_recvfrom(rtcp, 2048))[0] == b"report"
            packet, source = await loop.sock_recvfrom(rtp, 2048)
        assert (packet, source) == (b"first", ("127.0.0.1", agreed.server_port[0]))
        rtp.close()
        rtcp.close()


async def test_a_report_over_udp_is_heard_of_its_client() -> None:
    ports, pair = open_server_ports(("127.0.0.1", 0)), bind_pair(("127.0.0.1", 0))
    assert ports is not None
    assert pair is not None
    heard = asyncio.Event()
    host, port = pair[1].getsockname()
    ports.add(host, port, heard.set)
    for sock in pair:
        sock.sendto(b"hello", ("127.0.0.1", ports.numbers[0]))
    pair[0].sendto(b"of somebody else", ("127.0.0.1", ports.numbers[1]))
    assert not heard.is_set()
    pair[1].sendto(b"report", ("127.0.0.1", ports.numbers[1]))
    async with asyncio.timeout(DEADLINE):
        await heard.wait()
    assert ports.reach("127.0.0.1")
    assert not ports.reach("::1")
    ports.close()
    for sock in pair:
        sock.close()
