"""`auto` with a camera whose pictures only FFmpeg's libraries understand."""

import asyncio
from contextlib import suppress

import pytest

from liveedge.clock import SystemClock
from liveedge.config.engine import Engine
from liveedge.config.rtsp import RtspSettings
from liveedge.config.url import parse_camera_url
from liveedge.ingest.engine import AutoEngine, camera_source
from tests.ingest.test_ffmpeg_sound import AudibleSink
from tests.real.gst import gst_camera


@pytest.mark.real("gstreamer")
async def test_a_camera_of_jpeg_becomes_h264() -> None:
    with gst_camera(
        codec="jpeg", audio="pcma", size="320x240", user="viewer", password="s3cret"
    ) as camera:
        url = parse_camera_url(camera.url("viewer:s3cret"))
        engine = camera_source(url, Engine.AUTO, SystemClock(), RtspSettings())
        assert isinstance(engine, AutoEngine)
        sink = AudibleSink(40)
        task = asyncio.create_task(engine(sink).run_once())
        async with asyncio.timeout(40):
            await sink.enough.wait()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    assert engine.engine is Engine.FFMPEG
    assert "JPEG" in (engine.because or "")
    assert "s3cret" not in (engine.because or "")
    assert sink.video is not None
    assert sink.video.codec == "h264"
    assert sink.units[0].sync
    assert [track.config.codec for track in sink.sound.tracks] == ["PCM_ALAW"]
    assert sink.sound.units
