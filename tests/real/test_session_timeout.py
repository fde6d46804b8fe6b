"""A camera that ends sessions without a sign of life: GStreamer's RTSP server."""

import asyncio

import pytest

from liveedge.clock import SystemClock
from liveedge.config.rtsp import RtspSettings, RtspTransport
from liveedge.config.url import parse_camera_url
from liveedge.errors import SourceError
from liveedge.rtsp.client import RtspClient
from liveedge.rtsp.session import Dialogue, Session
from tests.real.gst import GstCamera, gst_camera
from tests.rtsp.scripted import Remembering

TIMEOUT = 1
PICTURES = 60
"""Two seconds: longer than the server would wait."""

pytestmark = [pytest.mark.real("gstreamer"), pytest.mark.timeout(60)]


class Silent(Session):
    """Gives no sign of life."""

    def keeping_alive(self) -> Dialogue:
        yield from ()


async def played(
    camera: GstCamera,
    handler: Remembering,
    transport: RtspTransport,
    session: type[Session] = Session,
) -> bool:
    """Watch until enough pictures have come; False if the camera ends that before."""
    client = RtspClient(
        parse_camera_url(camera.url()),
        handler,
        SystemClock(),
        settings=RtspSettings(transport),
        session=session,
    )
    attempt = asyncio.create_task(client.run_once())
    waiting = asyncio.create_task(handler.until(lambda: len(handler.units) >= PICTURES))
    await asyncio.wait({attempt, waiting}, return_when=asyncio.FIRST_COMPLETED, timeout=10)
    enough = waiting.done()
    for task in (waiting, attempt):
        task.cancel()
    results = await asyncio.gather(attempt, waiting, return_exceptions=True)
    assert isinstance(results[0], asyncio.CancelledError | SourceError)
    return enough


@pytest.mark.parametrize(
    ("codec", "transport", "refuses", "sign"),
    [
        ("h264", RtspTransport.TCP, True, "options"),
        ("h265", RtspTransport.UDP, False, "get-parameter"),
    ],
)
async def test_a_session_lasts_and_is_taken_leave_of(
    codec: str, transport: RtspTransport, refuses: bool, sign: str
) -> None:
    handler = Remembering()
    with gst_camera(
        codec=codec, size="320x240", session_timeout=TIMEOUT, refuse_get_parameter=refuses
    ) as camera:
        assert await played(camera, handler, transport)
        assert camera.said(sign)
        assert camera.said("teardown", within=5)
        assert not camera.said("expired")
    assert handler.videos[0].codec == codec
    assert not any(unit.gap for unit in handler.units)


async def test_without_a_sign_of_life_it_would_end() -> None:
    """Else the others say nothing."""
    with gst_camera(size="320x240", session_timeout=TIMEOUT) as camera:
        handler = Remembering()
        await played(camera, handler, RtspTransport.UDP, Silent)
        assert camera.said("expired", within=5)
