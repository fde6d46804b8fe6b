"""The virtual camera over TLS."""

import asyncio
import hashlib
import ssl
from dataclasses import replace
from pathlib import Path

import pytest

from liveedge.camera import certificate
from liveedge.camera.certificate import Identity, load_identity, make_identity
from liveedge.camera.command import CameraSettings, serve_camera
from liveedge.clock import SystemClock
from liveedge.config.rtsp import RtspSettings
from liveedge.config.url import parse_camera_url
from liveedge.errors import ConfigError, Reason, SourceError
from liveedge.rtsp.client import RtspClient
from tests.camera.peer import DEADLINE
from tests.rtsp.scripted import Remembering

SETTINGS = CameraSettings(port=0, width=640, height=360, gop=10, kbps=800, tls=True)
KEYS = Path(__file__).parents[1] / "rtsp" / "certificates"


async def watched(identity: Identity, settings: RtspSettings) -> Remembering:
    """Watch a camera with this identity until there are some pictures."""
    url: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(serve_camera(SETTINGS, ready=url.set_result, identity=identity))
    handler = Remembering()
    try:
        async with asyncio.timeout(DEADLINE):
            address = await url
        assert address.startswith("rtsps://")
        client = RtspClient(parse_camera_url(address), handler, SystemClock(), settings=settings)
        attempt = asyncio.create_task(client.run_once())
        enough = asyncio.create_task(handler.until(lambda: len(handler.units) >= 15))
        await asyncio.wait((attempt, enough), return_when=asyncio.FIRST_COMPLETED)
        for task in (attempt, enough):
            task.cancel()
        await asyncio.wait((attempt, enough))
        if not attempt.cancelled():
            attempt.result()
    finally:
        serving.cancel()
        await asyncio.wait((serving,), timeout=DEADLINE)
    return handler


@pytest.mark.real("openssl")
async def test_a_camera_with_a_certificate_of_its_own_is_watched_by_whoever_pins_it() -> None:
    identity = make_identity()
    handler = await watched(identity, RtspSettings(tls_fingerprint=identity.digest))
    assert handler.units[0].sync
    assert handler.reports


@pytest.mark.real("openssl")
def test_each_run_has_another_certificate() -> None:
    assert make_identity().digest != make_identity().digest


async def test_another_certificate_than_the_one_that_is_pinned_is_refused() -> None:
    identity = load_identity(KEYS / "camera.pem", KEYS / "camera.key")
    with pytest.raises(SourceError) as caught:
        await watched(identity, RtspSettings(tls_fingerprint=bytes(32)))
    assert caught.value.reason is Reason.UNTRUSTED


def test_the_digest_is_that_of_the_certificate() -> None:
    der = ssl.PEM_cert_to_DER_cert((KEYS / "camera.pem").read_text())
    identity = load_identity(KEYS / "camera.pem", KEYS / "camera.key")
    assert identity.digest == hashlib.sha256(der).digest()


def test_without_openssl_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certificate, "_COMMAND", ("no-such-program",))
    with pytest.raises(ConfigError, match="leave --tls out"):
        make_identity()


def test_tls_and_udp_exclude_each_other() -> None:
    with pytest.raises(ConfigError, match="not encrypted"):
        replace(SETTINGS, transport="udp")
