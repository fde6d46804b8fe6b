"""`liveedge probe` against GStreamer's RTSP server."""

import asyncio
import json

import pytest

from liveedge.clock import SystemClock
from liveedge.config.url import parse_camera_url
from liveedge.doctor.command import examine
from liveedge.doctor.finding import Code
from liveedge.doctor.report import as_json, as_text
from tests.real.gst import gst_camera


@pytest.mark.real("gstreamer")
async def test_a_camera_with_sound_and_rare_keyframes() -> None:
    with gst_camera(gop=90, audio="pcma", user="bob", password="hunter2") as camera:
        url = parse_camera_url(camera.url("bob:hunter2"))
        async with asyncio.timeout(60):
            report = await examine(url, 7.0, SystemClock())
    text = as_text(report)
    assert report.error is None, report.error
    assert report.facts.authentication == "Digest MD5"
    assert [(track.kind, track.codec) for track in report.facts.tracks] == [
        ("video", "H264"),
        ("audio", "PCMA"),
    ]
    assert "sound: PCMA, 8 kHz" in text
    assert report.facts.figures.reordered == 0
    assert Code.KEYFRAMES_RARE in {advice.code for advice in report.advice}
    assert Code.AUDIO in {advice.code for advice in report.advice}
    assert "hunter2" not in text + json.dumps(as_json(report))
