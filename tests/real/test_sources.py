"""Sources that only FFmpeg's libraries open, sent by the `ffmpeg` program."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import pairwise

import pytest

from liveedge.clock import SystemClock
from liveedge.config.engine import Engine
from liveedge.config.media_url import parse_media_url
from liveedge.config.rtsp import RtspSettings
from liveedge.errors import Reason, SourceError
from liveedge.ingest.engine import camera_source
from tests.ingest.sinks import Sink

pytestmark = [pytest.mark.real("ffmpeg"), pytest.mark.timeout(60)]

H264 = "-c:v libx264 -preset ultrafast -tune zerolatency -g 10 -pix_fmt yuv420p"
JPEG = "-c:v mjpeg -q:v 5"
FPS = 10
WANTED = 15


@asynccontextmanager
async def ffmpeg(output: str) -> AsyncIterator[None]:
    """A camera that serves one viewer."""
    picture = f"-re -f lavfi -i testsrc2=size=320x240:rate={FPS}"
    command = f"ffmpeg -nostdin -v error {picture} {output}"
    process = await asyncio.create_subprocess_exec(*command.split())
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def play(url: str, wanted: int) -> Sink:
    """The first pictures of a source, which may take some time to be there."""
    source = camera_source(parse_media_url(url), Engine.AUTO, SystemClock(), RtspSettings())
    sink = Sink(wanted)
    while not sink.enough.is_set():
        task = asyncio.create_task(source(sink).run_once())
        enough = asyncio.create_task(sink.enough.wait())
        await asyncio.wait({task, enough}, return_when=asyncio.FIRST_COMPLETED)
        task.cancel()
        enough.cancel()
        try:
            await task
        except asyncio.CancelledError:
            pass
        except SourceError as error:
            if error.reason is not Reason.REFUSED:
                raise
    return sink


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


@pytest.mark.parametrize(("scheme", "muxer"), [("rtmp", "flv"), ("http", "mpegts")])
async def test_h264_comes_as_it_is(scheme: str, muxer: str) -> None:
    url = f"{scheme}://127.0.0.1:{free_port()}/live/door"
    async with ffmpeg(f"{H264} -f {muxer} -listen 1 {url}"), asyncio.timeout(40):
        sink = await play(url, WANTED)
    assert sink.video is not None
    assert sink.video.codec == "h264"
    assert [index for index, unit in enumerate(sink.units[:WANTED]) if unit.sync] == [0, 10]
    steps = {b.rtp_time - a.rtp_time for a, b in pairwise(sink.units)}
    assert steps == {90_000 // FPS}


async def test_pictures_of_jpeg_become_h264_with_the_time_of_their_arrival() -> None:
    url = f"http://127.0.0.1:{free_port()}/video"
    kind = "-content_type multipart/x-mixed-replace;boundary=ffmpeg"
    async with ffmpeg(f"{JPEG} -f mpjpeg {kind} -listen 1 {url}"), asyncio.timeout(40):
        sink = await play(url, WANTED)
    assert sink.video is not None
    assert sink.video.codec == "h264"
    first, last = sink.units[0], sink.units[WANTED - 1]
    assert first.sync
    lasted = (last.rtp_time - first.rtp_time) / 90_000
    assert lasted == pytest.approx(last.arrival - first.arrival, abs=0.3)
