"""Sound of a camera that somebody else wrote: GStreamer's RTSP server."""

import asyncio

import pytest

from liveedge.clock import SystemClock
from liveedge.config.url import parse_camera_url
from liveedge.media.audio import AudioUnit
from liveedge.rtsp.audio import AudioTrack
from liveedge.rtsp.client import RtspClient
from tests.real.gst import gst_camera
from tests.rtsp.scripted import Remembering

pytestmark = [pytest.mark.real("gstreamer"), pytest.mark.timeout(60)]


class Listening:
    """A handler that keeps what it hears."""

    def __init__(self) -> None:
        self.track: AudioTrack | None = None
        self.units: list[AudioUnit] = []
        self.reports: list[tuple[int, int]] = []

    def begins(self, track: AudioTrack) -> None:
        self.track = track

    def unit(self, unit: AudioUnit) -> None:
        self.units.append(unit)

    def sender_report(self, unix_us: int, rtp_time: int) -> None:
        self.reports.append((unix_us, rtp_time))


@pytest.mark.parametrize(
    ("audio", "codec", "duration"),
    [
        ("aac", "mp4a.40.2", 1024),
        ("opus", "opus", 960),
        ("pcmu", "ulaw", 160),
        ("pcma", "alaw", 160),
    ],
)
async def test_sound_comes_beside_the_video(audio: str, codec: str, duration: int) -> None:
    pictures, heard = Remembering(), Listening()
    with gst_camera(audio=audio, size="320x240") as camera:
        url = parse_camera_url(camera.url())
        client = RtspClient(url, pictures, SystemClock(), sound=heard)
        attempt = asyncio.create_task(client.run_once())
        await pictures.until(lambda: len(pictures.units) >= 40 and len(heard.units) >= 30)
        attempt.cancel()
        await asyncio.gather(attempt, return_exceptions=True)
    assert heard.track is not None
    assert heard.track.config.codec == codec
    # What GStreamer had before its pipeline ran is stamped anyhow.
    assert {unit.duration for unit in heard.units[5:]} == {duration}
    assert not any(unit.gap for unit in heard.units)
    assert client.stats.damaged == 0
