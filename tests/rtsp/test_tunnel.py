"""RTSP through HTTP, against a scripted camera behind a tunnel."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from liveedge.clock import SystemClock
from liveedge.config.rtsp import RtspSettings, RtspTransport
from liveedge.config.url import parse_camera_url
from liveedge.errors import Reason, SourceError
from liveedge.rtsp.auth import digest_response, parse_challenges
from liveedge.rtsp.client import RtspClient, Timeouts
from tests.rtsp.scripted import DEADLINE, IDR, P, Peer, Remembering, Script

OK = b"HTTP/1.0 200 OK\r\nContent-Type: application/x-rtsp-tunnelled\r\n\r\n"
AUTO = RtspSettings()
CHALLENGE = 'Digest realm="r", nonce="n", qop="auth"'


class Gate:
    """What answers HTTP: pairs GET and POST by their cookie and lets the script speak."""

    def __init__(self, script: Script, answers: list[bytes]) -> None:
        self.heads: list[bytes] = []
        self.peers: list[Peer] = []
        self.port = 0
        self.open: list[asyncio.StreamWriter] = []
        self.failures: list[BaseException] = []
        self._script = script
        self._answers = answers
        self._down: dict[bytes, asyncio.StreamWriter] = {}
        self.ended = asyncio.Event()

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open.append(writer)
        head = await reader.readuntil(b"\r\n\r\n")
        self.heads.append(head)
        fields = dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:-2])
        cookie = fields[b"x-sessioncookie"]
        if head.startswith(b"GET "):
            self._down[cookie] = writer
            writer.write(self._answers.pop(0) if self._answers else OK)
            return
        peer = Peer(inner := asyncio.StreamReader(), self._down[cookie])
        self.peers.append(peer)
        playing = asyncio.create_task(self._play(peer))
        while octets := await reader.read(4096):
            # Each piece is padded by itself; they may come together.
            for piece in octets.replace(b"=", b"= ").replace(b"= =", b"==").split():
                inner.feed_data(base64.b64decode(piece))
        inner.feed_eof()
        await playing
        writer.close()

    async def _play(self, peer: Peer) -> None:
        try:
            await self._script(peer)
        except (AssertionError, TimeoutError) as failure:
            self.failures.append(failure)
        finally:
            peer.writer.close()
            self.ended.set()

    def url(self, credentials: str = "") -> str:
        return f"rtsp+http://{credentials}127.0.0.1:{self.port}/live"


@asynccontextmanager
async def gate(script: Script, *answers: bytes) -> AsyncIterator[Gate]:
    made = Gate(script, list(answers))
    server = await asyncio.start_server(made.connected, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
        if made.peers:
            async with asyncio.timeout(DEADLINE):
                await made.ended.wait()
    finally:
        server.close()
        for writer in made.open:
            writer.transport.abort()
        # An abort takes effect in the loop's next round.
        await asyncio.sleep(0)
        await server.wait_closed()
    for failure in made.failures:
        raise failure


async def plays(peer: Peer) -> None:
    await peer.play()
    assert "interleaved" in (peer.requests[1].headers.get("Transport") or "")
    peer.send(peer.video.frame(IDR, 0), peer.video.frame(P, 3000))


async def attempt(url: str, handler: Remembering, settings: RtspSettings = AUTO) -> SourceError:
    client = RtspClient(
        parse_camera_url(url),
        handler,
        SystemClock(),
        settings=settings,
        timeouts=Timeouts(connect=2.0),
    )
    with pytest.raises(SourceError) as caught:
        await client.run_once()
    assert "canary" not in str(caught.value)
    return caught.value


async def test_pictures_come_through_a_tunnel() -> None:
    handler = Remembering()
    async with gate(plays) as camera:
        error = await attempt(camera.url(), handler)
    assert error.reason is Reason.ENDED
    assert str(error).startswith("rtsp+http://127.0.0.1")
    assert handler.order == ["playing", "access_unit", "access_unit"]
    get, post = camera.heads
    assert get.startswith(b"GET /live HTTP/1.0\r\n")
    assert post.startswith(b"POST /live HTTP/1.0\r\n")
    assert b"Authorization" not in get + post
    assert camera.peers[0].requests[0].url == f"rtsp://127.0.0.1:{camera.port}/live"


async def test_a_tunnel_may_be_asked_for_at_any_rtsp_address() -> None:
    handler = Remembering()
    async with gate(plays) as camera:
        url = camera.url().replace("rtsp+http:", "rtsp:")
        await attempt(url, handler, RtspSettings(RtspTransport.HTTP))
    assert len(handler.units) == 2


async def test_what_comes_with_the_answer_is_not_lost() -> None:
    """And what comes before POST waits for it."""
    options = b"OPTIONS * RTSP/1.0\r\nCSeq: 9\r\n\r\n"

    async def script(peer: Peer) -> None:
        assert (await peer.message()).cseq == 9
        await peer.request("DESCRIBE")

    async with gate(script, OK + options) as camera:
        await attempt(camera.url(), Remembering())


async def test_a_challenge_of_the_tunnel_is_answered() -> None:
    refusal = f"HTTP/1.0 401 Unauthorized\r\nWWW-Authenticate: {CHALLENGE}\r\n\r\n".encode()
    handler = Remembering()
    async with gate(plays, refusal) as camera:
        await attempt(camera.url("user:canary@"), handler)
    assert len(handler.units) == 2
    first, *others = camera.heads
    assert b"Authorization" not in first
    assert [head[:4] for head in others] == [b"GET ", b"POST"]
    (asked,) = parse_challenges([CHALLENGE])
    for head in others:
        text = head.decode()
        (given,) = parse_challenges([text.partition("Authorization: ")[2].partition("\r\n")[0]])
        fields = given.parameters
        assert fields["response"] == digest_response(
            asked,
            "user",
            "canary",
            text.partition(" ")[0],
            "/live",
            nonce_count=fields["nc"],
            cnonce=fields["cnonce"],
        )


@pytest.mark.parametrize(
    ("answer", "reason", "says"),
    [
        (b"HTTP/1.1 404 Not Found\r\n\r\n", Reason.UNSUPPORTED, "opens no tunnel"),
        (b"HTTP/1.1 302 Found\r\nLocation: http://x/\r\n\r\n", Reason.UNSUPPORTED, "302"),
        (b"HTTP/1.0 401 No\r\nWWW-Authenticate: Basic\r\n\r\n", Reason.UNAUTHORIZED, "401"),
        (b"RTSP/1.0 400 Bad Request\r\n\r\n", Reason.PROTOCOL, "does not speak HTTP"),
        (b"HTTP/1.0 two\r\n\r\n", Reason.PROTOCOL, "three digits"),
        (b"HTTP/1.0 200 OK\r\n" + b"a" * 70_000, Reason.LIMIT, "headers of the tunnel"),
        (b"HTTP/1.0 200", Reason.TIMEOUT, "accept a connection"),
    ],
)
async def test_what_is_no_tunnel_is_said(answer: bytes, reason: Reason, says: str) -> None:
    async def never(peer: Peer) -> None:
        raise AssertionError("nothing may be said")

    async with gate(never, answer) as camera:
        error = await attempt(camera.url(), Remembering())
        assert not camera.peers
    assert error.reason is reason
    assert says in str(error)


async def test_a_camera_that_hangs_up_has_ended() -> None:
    async def script(peer: Peer) -> None:
        await peer.describe()

    async with gate(script) as camera:
        assert (await attempt(camera.url(), Remembering())).reason is Reason.ENDED


async def test_a_cancelled_client_takes_leave_through_the_tunnel() -> None:
    async def script(peer: Peer) -> None:
        await plays(peer)
        peer.reply(await peer.request("TEARDOWN"))
        await peer.gone()

    handler = Remembering()
    async with gate(script) as camera:
        client = RtspClient(parse_camera_url(camera.url()), handler, SystemClock())
        task = asyncio.create_task(client.run_once())
        await handler.until(lambda: len(handler.units) == 2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
