"""RTSP over TLS: which certificates are accepted, and what is said about the others."""

import asyncio
import hashlib
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from liveedge.clock import SystemClock
from liveedge.config.rtsp import RtspSettings, parse_fingerprint, show_fingerprint
from liveedge.config.url import parse_camera_url
from liveedge.errors import Reason, SourceError
from liveedge.rtsp import tls
from liveedge.rtsp.client import RtspClient, Timeouts
from tests.rtsp.scripted import IDR, Camera, P, Peer, Remembering, scripted

HERE = Path(__file__).with_name("certificates")
ANYBODY = RtspSettings(tls_verify=False)


def certificate(name: str) -> ssl.SSLContext:
    """A camera's context; the keys are made for these tests and protect nothing."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(HERE / f"{name}.pem", HERE / f"{name}.key")
    return context


def digest(name: str) -> bytes:
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert((HERE / f"{name}.pem").read_text())).digest()


def pin(name: str) -> RtspSettings:
    return RtspSettings(tls_fingerprint=digest(name))


@pytest.fixture(autouse=True)
def _roots(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This machine trusts nobody, unless the test says otherwise before it connects."""
    monkeypatch.setenv("SSL_CERT_FILE", str(HERE / "none.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(HERE / "none"))
    tls._context.cache_clear()
    yield
    tls._context.cache_clear()


async def plays(peer: Peer) -> None:
    await peer.play()
    peer.send(peer.video.frame(IDR, 0), peer.video.frame(P, 3000))


async def is_refused(peer: Peer) -> None:
    """The client says nothing: no request, so no password either."""
    await peer.gone()
    assert not peer.requests


async def attempt(camera: Camera, settings: RtspSettings, **timeouts: float) -> SourceError:
    handler = Remembering()
    client = RtspClient(
        camera.url("user:canary@"),
        handler,
        SystemClock(),
        settings=settings,
        timeouts=Timeouts(**timeouts),
    )
    with pytest.raises(SourceError) as caught:
        await client.run_once()
    error = caught.value
    assert str(error).startswith(f"{camera.scheme}://127.0.0.1:{camera.port}/live: ")
    assert "canary" not in str(error)
    assert error.__cause__ is None
    if error.reason is Reason.ENDED:
        assert handler.order == ["playing", "access_unit", "access_unit"]
    return error


@pytest.mark.parametrize("settings", [pin("camera"), ANYBODY], ids=["pinned", "not verified"])
async def test_pictures_come_over_tls(settings: RtspSettings) -> None:
    async with scripted(plays, certificate("camera")) as camera:
        assert (await attempt(camera, settings)).reason is Reason.ENDED


async def test_a_certificate_that_the_machine_trusts_is_enough(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(HERE / "camera.pem"))
    async with scripted(plays, certificate("camera")) as camera:
        assert (await attempt(camera, RtspSettings())).reason is Reason.ENDED


async def test_a_certificate_that_nobody_has_signed_is_named() -> None:
    async with scripted(is_refused, certificate("camera")) as camera:
        error = await attempt(camera, RtspSettings())
    assert error.reason is Reason.UNTRUSTED
    assert "not signed by anybody whom this machine trusts" in str(error)
    assert f'add tls_fingerprint = "{show_fingerprint(digest("camera"))}"' in str(error)


async def test_a_certificate_of_somebody_else_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(HERE / "other.pem"))
    async with scripted(is_refused, certificate("other")) as camera:
        error = await attempt(camera, RtspSettings())
    assert error.reason is Reason.UNTRUSTED
    assert "is not valid for 127.0.0.1: add tls_fingerprint" in str(error)


async def test_another_certificate_than_the_pinned_one_is_refused() -> None:
    async with scripted(is_refused, certificate("other")) as camera:
        error = await attempt(camera, pin("camera"))
    assert error.reason is Reason.UNTRUSTED
    assert show_fingerprint(digest("other")) in str(error)


@pytest.mark.parametrize(
    ("code", "says"),
    [(10, "has expired"), (9, "not valid yet"), (62, "not valid for cam"), (7, "cannot be")],
)
async def test_every_fault_of_a_certificate_has_words(code: int, says: str) -> None:
    error = ssl.SSLCertVerificationError()
    error.verify_code = code
    # Port 1: nothing listens that could be asked for its certificate.
    told = await tls.explain(error, "127.0.0.1" if code != 62 else "cam", 1)
    assert says in str(told)
    assert told.reason is Reason.UNTRUSTED


async def test_a_camera_without_tls_is_said() -> None:
    async def answer_in_plain(peer: Peer) -> None:
        peer.send(b"RTSP/1.0 400 Bad Request\r\n\r\n")
        await peer._reader.read()

    async with scripted(answer_in_plain) as camera:
        camera.scheme = "rtsps"
        error = await attempt(camera, RtspSettings())
    assert error.reason is Reason.PROTOCOL
    assert "does not speak TLS" in str(error)


async def test_a_handshake_that_nobody_answers_times_out() -> None:
    async def silent(peer: Peer) -> None:
        await peer._reader.read()

    async with scripted(silent) as camera:
        camera.scheme = "rtsps"
        error = await attempt(camera, RtspSettings(), connect=0.2)
    assert error.reason is Reason.TIMEOUT


async def test_a_camera_that_hangs_up_during_the_handshake_has_not_played() -> None:
    async def hang_up(peer: Peer) -> None:
        peer.writer.transport.abort()

    async with scripted(hang_up) as camera:
        url = parse_camera_url(f"rtsps://127.0.0.1:{camera.port}/live")
        with pytest.raises(SourceError) as caught:
            await RtspClient(url, Remembering(), SystemClock()).run_once()
    assert caught.value.reason in {Reason.ENDED, Reason.PROTOCOL}


async def test_a_client_may_be_cancelled_during_the_handshake() -> None:
    begun = asyncio.Event()

    async def silent(peer: Peer) -> None:
        await peer._reader.readexactly(1)
        begun.set()
        await peer._reader.read()

    async with scripted(silent) as camera:
        url = parse_camera_url(f"rtsps://127.0.0.1:{camera.port}/live")
        task = asyncio.create_task(RtspClient(url, Remembering(), SystemClock()).run_once())
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


def test_a_fingerprint_is_read_as_it_is_shown() -> None:
    assert parse_fingerprint(show_fingerprint(digest("camera"))) == digest("camera")
