"""The client against scripted cameras over real sockets."""

import asyncio
import socket
import traceback
from collections.abc import Callable
from typing import Any

import pytest
import uvloop

from liveedge.clock import SystemClock
from liveedge.config.url import CameraUrl, parse_camera_url
from liveedge.errors import LimitError, ProtocolError, Reason, SourceError
from liveedge.media.access_unit import AccessUnit
from liveedge.rtsp.auth import digest_response, parse_challenges
from liveedge.rtsp.client import RtspClient, Stats, Timeouts
from liveedge.rtsp.framing import MAX_BODY
from liveedge.rtsp.messages import MAX_HEAD, Headers, Request, Response
from liveedge.rtsp.rtcp import SenderReport, encode_sender_report, ntp_time
from tests.rtsp.scripted import IDR, SSRC, Camera, P, Peer, Remembering, frame, scripted

CANARY_USER = "canary-user"
CANARY_PASSWORD = "canary-p4ss"
CREDENTIALS = f"{CANARY_USER}:{CANARY_PASSWORD}@"
PATIENCE = Timeouts()


def client(
    url: CameraUrl, handler: Remembering | None = None, timeouts: Timeouts = PATIENCE
) -> RtspClient:
    return RtspClient(url, handler or Remembering(), SystemClock(), timeouts=timeouts)


async def failure(
    camera: Camera,
    handler: Remembering | None = None,
    timeouts: Timeouts = PATIENCE,
    credentials: str = "",
) -> SourceError:
    """How an attempt at a camera ends; checks what holds for every end."""
    url = camera.url(credentials)
    with pytest.raises(SourceError) as caught:
        await client(url, handler, timeouts).run_once()
    error = caught.value
    sentence = str(error)
    assert sentence.startswith(f"rtsp://127.0.0.1:{camera.port}/live: ")
    assert sentence.endswith(".")
    assert error.__cause__ is None
    assert error.__suppress_context__
    # Beginning with the product's own frames: this one's locals hold the credentials.
    frames = error.__traceback__ and error.__traceback__.tb_next
    shown = traceback.TracebackException(type(error), error, frames, capture_locals=True)
    for text in (sentence, repr(error), "".join(shown.format())):
        assert CANARY_PASSWORD not in text
        assert CANARY_USER not in text
    return error


# --- playing


async def test_pictures_are_handed_out_as_they_come() -> None:
    async def script(peer: Peer) -> None:
        await peer.play()
        video = peer.video
        peer.send(video.frame(IDR, 0), video.frame(P, 3000))
        await handler.until(lambda: len(handler.units) == 2)
        peer.send(video.frame(P, 6000))

    handler = Remembering()
    async with scripted(script) as camera:
        attempt = client(camera.url(), handler)
        assert attempt.stats == Stats()
        with pytest.raises(SourceError) as caught:
            await attempt.run_once()
    assert caught.value.reason is Reason.ENDED
    assert handler.order == ["playing"] + ["access_unit"] * 3
    (video,) = handler.videos
    assert (video.codec, video.clock_rate, video.parameter_sets) == (
        "h264",
        90000,
        (b"gd", b"h\xee"),
    )
    assert [(u.nals, u.rtp_time, u.sync) for u in handler.units] == [
        ([IDR], 0, True),
        ([P], 3000, False),
        ([P], 6000, False),
    ]
    assert handler.units[0].arrival <= handler.units[2].arrival
    stats = attempt.stats
    assert (stats.packets, stats.lost, stats.access_units) == (3, 0, 3)
    assert stats.bytes > 400


async def test_pictures_before_the_answer_to_play_are_not_lost() -> None:
    async def script(peer: Peer) -> None:
        await peer.describe()
        await peer.set_up()
        request = await peer.request("PLAY")
        peer.send(peer.video.frame(IDR, 0))
        peer.reply(request)
        peer.send(peer.video.frame(P, 3000))

    handler = Remembering()
    async with scripted(script) as camera:
        error = await failure(camera, handler)
    assert error.reason is Reason.ENDED
    assert handler.order == ["playing", "access_unit", "access_unit"]


async def test_everything_may_come_in_single_octets() -> None:
    async def script(peer: Peer) -> None:
        octets = bytearray()
        peer.send = lambda *data: octets.extend(b"".join(data))  # type: ignore[method-assign]

        async def drip() -> None:
            for octet in octets:
                peer.writer.write(bytes([octet]))
                await peer.writer.drain()
            octets.clear()

        await peer.describe()
        await drip()
        await peer.set_up()
        await drip()
        peer.reply(await peer.request("PLAY"))
        peer.send(peer.video.frame(IDR, 0))
        await drip()

    handler = Remembering()
    async with scripted(script) as camera:
        await failure(camera, handler)
    assert handler.order == ["playing", "access_unit"]


async def test_the_channels_that_the_camera_names_are_used(monkeypatch: Any) -> None:
    monkeypatch.setattr("liveedge.rtsp.connection.REPORT_INTERVAL", 0.01)
    report = SenderReport(SSRC, ntp_time(1_700_000_000.0), 4500, 1, 1)

    async def script(peer: Peer) -> None:
        peer.video.channel = 6
        await peer.describe()
        peer.reply(
            await peer.request("SETUP"), Session="1", Transport="RTP/AVP/TCP;interleaved=6-7"
        )
        peer.reply(await peer.request("PLAY"))
        peer.send(frame(0, b"stray"), peer.video.frame(IDR, 0))
        peer.send(frame(7, encode_sender_report(report, "camera")))
        await handler.until(lambda: bool(handler.reports))
        # One written before the sender report came may be under way.
        while (await peer.report())[24:28] != ntp_middle:
            pass
        assert not peer.frames or peer.frames[0][0] == 7

    ntp_middle = (report.ntp >> 16 & 0xFFFFFFFF).to_bytes(4, "big")
    handler = Remembering()
    async with scripted(script) as camera:
        attempt = client(camera.url(), handler)
        with pytest.raises(SourceError):
            await attempt.run_once()
    assert handler.reports == [(1_700_000_000_000_000, 4500)]
    assert attempt.stats.foreign == 1


async def test_a_session_is_kept_alive() -> None:
    async def script(peer: Peer) -> None:
        await peer.play(session="abc;timeout=1")
        request = await peer.request("OPTIONS")
        assert request.headers.get("Session") == "abc"
        peer.reply(request, Public="GET_PARAMETER")
        peer.reply(await peer.request("GET_PARAMETER"))

    async with scripted(script) as camera:
        error = await failure(camera)
    assert error.reason is Reason.ENDED


async def test_the_camera_may_ask() -> None:
    async def script(peer: Peer) -> None:
        await peer.play()
        peer.send(Request("OPTIONS", "*", Headers([("CSeq", "9")])).encode())
        answer = await peer.message()
        assert isinstance(answer, Response)
        assert (answer.status, answer.cseq) == (200, 9)
        peer.send(peer.video.frame(IDR, 0))

    handler = Remembering()
    async with scripted(script) as camera:
        await failure(camera, handler)
    assert len(handler.units) == 1


def test_uvloop_is_as_good() -> None:
    async def script(peer: Peer) -> None:
        await peer.play()
        peer.send(peer.video.frame(IDR, 0))
        await peer.request("TEARDOWN")

    async def main() -> None:
        handler = Remembering()
        async with scripted(script) as camera:
            task = asyncio.create_task(client(camera.url(), handler).run_once())
            await handler.until(lambda: bool(handler.units))
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    uvloop.run(main())


# --- authentication


def digest_is_right(request: Request, challenge: str) -> bool:
    (asked,) = parse_challenges([challenge])
    given = parse_challenges([request.headers.get("Authorization") or ""])
    if not given or given[0].scheme != "digest":
        return False
    fields = given[0].parameters
    assert fields["uri"] == request.url
    return fields["response"] == digest_response(
        asked,
        CANARY_USER,
        CANARY_PASSWORD,
        request.method,
        request.url,
        nonce_count=fields.get("nc", ""),
        cnonce=fields.get("cnonce", ""),
    )


@pytest.mark.parametrize(
    "challenge",
    [
        'Digest realm="r", nonce="n"',
        'Digest realm="r", nonce="n", qop="auth", algorithm=MD5, opaque="o"',
        'Digest realm="r", nonce="n", qop="auth", algorithm=SHA-256',
        'Basic realm="r"',
    ],
)
async def test_a_challenge_is_answered(challenge: str) -> None:
    async def script(peer: Peer) -> None:
        peer.reply(await peer.request("DESCRIBE"), 401, WWW_Authenticate=challenge)
        await peer.play()
        assert "Authorization" not in peer.requests[0].headers
        for request in peer.requests[1:]:
            if challenge.startswith("Basic"):
                expected = "Basic Y2FuYXJ5LXVzZXI6Y2FuYXJ5LXA0c3M="
                assert request.headers.get("Authorization") == expected
            else:
                assert digest_is_right(request, challenge)

    handler = Remembering()
    async with scripted(script) as camera:
        error = await failure(camera, handler, credentials=CREDENTIALS)
    assert error.reason is Reason.ENDED
    assert handler.order == ["playing"]


async def test_a_wrong_password_is_sent_once_and_never_shown() -> None:
    async def script(peer: Peer) -> None:
        for nonce in "ab":
            challenge = f'Digest realm="r", nonce="{nonce}"'
            peer.reply(await peer.request("DESCRIBE"), 401, WWW_Authenticate=challenge)
        await peer.gone()
        assert len(peer.requests) == 2

    async with scripted(script) as camera:
        error = await failure(camera, credentials=CREDENTIALS)
    assert error.reason is Reason.UNAUTHORIZED


@pytest.mark.parametrize(
    "echo",
    [
        b"RTSP/1.0 %s\r\n\r\n",
        b"RTSP/1.0 500 %s\r\nCSeq: 2\r\n\r\n",
        b"RTSP/1.0 200 OK\r\nCSeq: 2\r\n%s\r\n\r\n",
    ],
)
async def test_a_camera_that_repeats_the_credentials_does_not_get_them_shown(echo: bytes) -> None:
    async def script(peer: Peer) -> None:
        peer.reply(await peer.request("DESCRIBE"), 401, WWW_Authenticate='Basic realm="r"')
        request = await peer.request("DESCRIBE")
        secret = f"{CANARY_PASSWORD} {request.headers.get('Authorization')}"
        peer.send(echo % secret.encode())
        await peer.gone()

    async with scripted(script) as camera:
        with pytest.raises(ProtocolError) as caught:
            await client(camera.url(CREDENTIALS)).run_once()
    assert CANARY_PASSWORD not in str(caught.value)
    assert "Y2FuYXJ5" not in str(caught.value)
    assert '"…"' in str(caught.value)


# --- how attempts end


async def test_nothing_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        camera = Camera(server.getsockname()[1])
    error = await failure(camera, credentials=CREDENTIALS)
    assert error.reason is Reason.REFUSED


async def test_a_name_without_an_address_is_unreachable(monkeypatch: Any) -> None:
    async def getaddrinfo(*_args: Any, **_named: Any) -> Any:
        raise socket.gaierror(-2, f"Name or service not known {CANARY_PASSWORD}")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
    for host in ("no-such-camera", "a" * 70 + ".example"):
        with pytest.raises(SourceError) as caught:
            await client(parse_camera_url(f"rtsp://{host}/live")).run_once()
        assert caught.value.reason is Reason.UNREACHABLE
        assert CANARY_PASSWORD not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("errors", "reason"),
    [
        ([OSError(113, "No route to host")], Reason.UNREACHABLE),
        ([ConnectionRefusedError(), OSError(101, "Network is unreachable")], Reason.REFUSED),
        ([TimeoutError(110, "Connection timed out")], Reason.UNREACHABLE),
    ],
)
async def test_every_address_of_a_name_is_tried(
    monkeypatch: Any, errors: list[OSError], reason: Reason
) -> None:
    loop = asyncio.get_running_loop()
    tried: list[Any] = []

    async def getaddrinfo(*_args: Any, **_named: Any) -> Any:
        kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*kind, (f"192.0.2.{n}", 554)) for n in range(len(errors))]

    async def sock_connect(sock: socket.socket, address: Any) -> None:
        tried.append(sock)
        raise errors[len(tried) - 1]

    monkeypatch.setattr(loop, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(loop, "sock_connect", sock_connect)
    with pytest.raises(SourceError) as caught:
        await client(parse_camera_url("rtsp://camera.example/live")).run_once()
    assert caught.value.reason is reason
    assert len(tried) == len(errors)
    assert all(sock.fileno() == -1 for sock in tried)


async def test_a_connection_that_is_not_accepted_times_out(monkeypatch: Any) -> None:
    async def sock_connect(sock: socket.socket, address: Any) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(asyncio.get_running_loop(), "sock_connect", sock_connect)
    error = await failure(Camera(9), timeouts=Timeouts(connect=0.02))
    assert error.reason is Reason.TIMEOUT
    assert "accept a connection" in str(error)


@pytest.mark.parametrize("timeouts", [Timeouts(connect=0.05), Timeouts(request=0.05)])
@pytest.mark.parametrize("answered", [0, 1, 2])
async def test_a_silent_camera_times_out(timeouts: Timeouts, answered: int) -> None:
    async def script(peer: Peer) -> None:
        if answered:
            await peer.describe()
        if answered > 1:
            await peer.set_up()
        await peer.gone()
        assert (peer.requests[-1].method == "TEARDOWN") == (answered > 1)

    async with scripted(script) as camera:
        error = await failure(camera, timeouts=timeouts)
    assert error.reason is Reason.TIMEOUT


@pytest.mark.parametrize("answered", [0, 1, 2, 3])
async def test_a_camera_that_hangs_up_has_ended(answered: int) -> None:
    async def script(peer: Peer) -> None:
        if answered:
            await peer.describe()
        if answered > 1:
            await peer.set_up()
        if answered > 2:
            peer.reply(await peer.request("PLAY"))

    async with scripted(script) as camera:
        assert (await failure(camera)).reason is Reason.ENDED


async def test_a_reset_connection_has_ended() -> None:
    async def script(peer: Peer) -> None:
        await peer.play()
        peer.writer.transport.abort()

    async with scripted(script) as camera:
        assert (await failure(camera)).reason is Reason.ENDED


async def test_video_that_stops_is_a_stall_while_reports_go_on() -> None:
    report = encode_sender_report(SenderReport(SSRC, 0, 0, 1, 1), "camera")

    async def script(peer: Peer) -> None:
        await peer.play()
        peer.send(peer.video.frame(IDR, 0))

        async def report_on() -> None:
            while not peer.writer.is_closing():
                peer.send(frame(1, report))
                await asyncio.sleep(0.01)

        reporting = asyncio.create_task(report_on())
        await peer.gone()
        reporting.cancel()
        assert peer.requests[-1].method == "TEARDOWN"

    handler = Remembering()
    async with scripted(script) as camera:
        error = await failure(camera, handler, Timeouts(stall=0.1))
    assert error.reason is Reason.STALLED
    assert len(handler.units) == 1
    assert handler.reports == []


async def test_no_picture_after_play_is_a_timeout() -> None:
    async def script(peer: Peer) -> None:
        await peer.play()
        await peer.gone()

    async with scripted(script) as camera:
        error = await failure(camera, timeouts=Timeouts(first_frame=0.05))
    assert error.reason is Reason.TIMEOUT


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (Request("TEARDOWN", "*").encode(), Reason.ENDED),
        (Request("REDIRECT", "*", Headers([("Location", "rtsp://x/")])).encode(), Reason.REDIRECT),
        (frame(1, b"\x81\xcb\x00\x01" + SSRC.to_bytes(4, "big")), Reason.ENDED),
    ],
    ids=["TEARDOWN", "REDIRECT", "BYE"],
)
async def test_the_camera_may_end_it(message: bytes, reason: Reason) -> None:
    async def script(peer: Peer) -> None:
        await peer.play()
        peer.send(peer.video.frame(IDR, 0), message)
        await peer.gone()

    async with scripted(script) as camera:
        assert (await failure(camera)).reason is reason


async def test_a_redirect_is_never_followed() -> None:
    async def elsewhere(peer: Peer) -> None:
        raise AssertionError("a redirect was followed")

    async def script(peer: Peer) -> None:
        peer.reply(
            await peer.request("DESCRIBE"), 302, Location=f"rtsp://127.0.0.1:{trap.port}/live"
        )
        await peer.gone()
        assert len(peer.requests) == 1

    async with scripted(elsewhere) as trap, scripted(script) as camera:
        error = await failure(camera, credentials=CREDENTIALS)
        assert not trap.peers
    assert error.reason is Reason.REDIRECT


def drip(octet: bytes) -> Callable[[Peer], Any]:
    async def script(peer: Peer) -> None:
        await peer.request("DESCRIBE")
        peer.send(b"RTSP/1.0 200 OK\r\nX: ")
        while not peer.writer.is_closing():
            peer.send(octet)
            try:
                await peer.writer.drain()
            except ConnectionError:
                return
            await asyncio.sleep(0)

    return script


async def test_headers_that_drip_in_do_not_go_on_for_ever() -> None:
    async with scripted(drip(b"a")) as camera:
        error = await failure(camera, timeouts=Timeouts(connect=0.1))
    assert error.reason in (Reason.TIMEOUT, Reason.LIMIT)


async def test_endless_headers_are_a_limit() -> None:
    async with scripted(drip(b"a" * 1000)) as camera:
        assert isinstance(await failure(camera), LimitError)


SPOKEN = [
    (b"HTTP/1.1 400 Bad Request\r\n\r\n", Reason.PROTOCOL, "HTTP"),
    (b"220 mail.example ESMTP\r\n", Reason.PROTOCOL, "does not speak RTSP"),
    (b"\x15\x03\x03\x00\x02\x02\x46", Reason.PROTOCOL, "does not speak RTSP"),
    (b"RTSP/1.0 two hundred\r\n\r\n", Reason.PROTOCOL, "three digits"),
    (b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: -5\r\n\r\n", Reason.PROTOCOL, "decimal"),
    (
        b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: %d\r\n\r\n" % (MAX_BODY + 1),
        Reason.LIMIT,
        "body",
    ),
    (b"RTSP/1.0 200 OK\r\n" + b"A: b\r\n" * 500 + b"\r\n", Reason.LIMIT, "headers"),
    (b"RTSP/1.0 200 OK\r\n" + b"a" * MAX_HEAD, Reason.LIMIT, "headers"),
    (b"RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n", Reason.PROTOCOL, "SDP"),
    # A length that is too small leaves the rest of the body where a message should be.
    (
        b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 3\r\n\r\nv=0\r\nm=video 0 RTP/AVP 96\r\n",
        Reason.NO_VIDEO,
        "no video",
    ),
    # One that is too large is waited for.
    (b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 99\r\n\r\nv=0", Reason.TIMEOUT, "DESCRIBE"),
    # The answer to another question is not the answer to this one.
    (b"RTSP/1.0 404 Not Found\r\nCSeq: 99\r\n\r\n", Reason.TIMEOUT, "DESCRIBE"),
    (b"RTSP/1.0 100 Continue\r\nCSeq: 1\r\n\r\n", Reason.TIMEOUT, "DESCRIBE"),
]


@pytest.mark.parametrize(("spoken", "reason", "says"), SPOKEN)
async def test_what_is_no_camera_is_said(spoken: bytes, reason: Reason, says: str) -> None:
    async def script(peer: Peer) -> None:
        await peer.request("DESCRIBE")
        peer.send(spoken)
        await peer.gone()

    async with scripted(script) as camera:
        error = await failure(camera, timeouts=Timeouts(request=0.1))
    assert error.reason is reason
    assert says in str(error)


async def test_an_echo_is_no_camera() -> None:
    async def script(peer: Peer) -> None:
        for _ in range(2):
            message = await peer.message()
            peer.send(message.encode())
        await peer.gone()

    async with scripted(script) as camera:
        error = await failure(camera, timeouts=Timeouts(request=0.1))
    assert error.reason is Reason.PROTOCOL


# --- leaving


async def test_a_cancelled_client_takes_leave() -> None:
    async def script(peer: Peer) -> None:
        await peer.play()
        peer.send(peer.video.frame(IDR, 0))
        request = await peer.request("TEARDOWN")
        assert request.headers.get("Session") == "12345678"
        peer.send(peer.video.frame(P, 3000))
        peer.reply(request)
        await peer.gone()

    handler = Remembering()
    async with scripted(script) as camera:
        task = asyncio.create_task(client(camera.url(), handler).run_once())
        await handler.until(lambda: bool(handler.units))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert len(handler.units) == 1


async def test_a_camera_that_does_not_answer_teardown_is_left(monkeypatch: Any) -> None:
    monkeypatch.setattr("liveedge.rtsp.client.GRACE", 0.05)

    async def script(peer: Peer) -> None:
        await peer.play()
        peer.send(peer.video.frame(IDR, 0))
        await peer.gone()

    handler = Remembering()
    async with scripted(script) as camera:
        task = asyncio.create_task(client(camera.url(), handler).run_once())
        await handler.until(lambda: bool(handler.units))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


@pytest.mark.parametrize("answered", [0, 1])
async def test_a_client_may_be_cancelled_while_it_opens(answered: int) -> None:
    asked = asyncio.Event()

    async def script(peer: Peer) -> None:
        if answered:
            await peer.describe()
        await peer.message()
        asked.set()
        await peer.gone()

    async with scripted(script) as camera:
        task = asyncio.create_task(client(camera.url()).run_once())
        await asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_a_failing_handler_ends_the_attempt_with_its_own_error() -> None:
    class Failing(Remembering):
        def access_unit(self, unit: AccessUnit) -> None:
            raise ZeroDivisionError

    async def script(peer: Peer) -> None:
        await peer.play()
        peer.send(peer.video.frame(IDR, 0))
        await peer.gone()
        assert peer.requests[-1].method == "TEARDOWN"

    async with scripted(script) as camera:
        with pytest.raises(ZeroDivisionError):
            await client(camera.url(), Failing()).run_once()


async def test_one_client_may_try_again() -> None:
    async def script(peer: Peer) -> None:
        await peer.play()
        peer.send(peer.video.frame(IDR, 0))

    handler = Remembering()
    async with scripted(script) as camera:
        attempt = client(camera.url(), handler)
        for _ in range(2):
            with pytest.raises(SourceError):
                await attempt.run_once()
    assert handler.order == ["playing", "access_unit"] * 2
    assert attempt.stats.access_units == 1
