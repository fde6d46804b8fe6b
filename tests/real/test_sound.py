"""Sound of a camera that somebody else wrote: GStreamer's RTSP server."""

import asyncio
import io
from array import array
from collections import Counter

import av
import pytest

from liveedge.clock import SystemClock
from liveedge.config.rtsp import RtspSettings, RtspTransport
from liveedge.config.url import parse_camera_url
from liveedge.ingest.rtsp import rtsp_source
from liveedge.media.audio import AudioUnit
from liveedge.media.chunk import FLAG_CAMERA_CLOCK, HEADER, Chunk
from liveedge.rtsp.audio import AudioTrack
from liveedge.rtsp.client import RtspClient
from liveedge.streams.registry import StreamRegistry
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


TCP, UDP = RtspTransport.TCP, RtspTransport.UDP


@pytest.mark.parametrize(
    ("audio", "codec", "duration", "transport"),
    [
        ("aac", "mp4a.40.2", 1024, TCP),
        ("latm", "mp4a.40.2", 1024, TCP),
        ("opus", "opus", 960, TCP),
        ("pcmu", "PCMU", 160, TCP),
        ("pcma", "PCMA", 160, TCP),
        ("aac", "mp4a.40.2", 1024, UDP),
        ("opus", "opus", 960, UDP),
        ("pcmu", "PCMU", 160, UDP),
    ],
)
async def test_sound_comes_beside_the_video(
    audio: str, codec: str, duration: int, transport: RtspTransport
) -> None:
    pictures, heard = Remembering(), Listening()
    with gst_camera(audio=audio, size="320x240") as camera:
        url = parse_camera_url(camera.url())
        settings = RtspSettings(transport)
        client = RtspClient(url, pictures, SystemClock(), settings=settings, sound=heard)
        attempt = asyncio.create_task(client.run_once())
        await pictures.until(lambda: len(pictures.units) >= 40 and len(heard.units) >= 30)
        attempt.cancel()
        await asyncio.gather(attempt, return_exceptions=True)
    assert heard.track is not None
    assert heard.track.config.codec == codec
    # GStreamer fills packets with what it has: on a busy machine, or as it begins, some are others.
    ((usual, _),) = Counter(unit.duration for unit in heard.units).most_common(1)
    assert usual == duration
    assert not any(unit.gap for unit in heard.units)
    assert client.stats.damaged == 0


async def test_what_was_captured_together_has_the_same_media_time() -> None:
    clock = SystemClock()
    registry = StreamRegistry(clock)
    tied = asyncio.Event()
    newest: dict[str, Chunk] = {}
    sounds: list[Chunk] = []

    def came(track: str, chunk: Chunk) -> None:
        newest[track] = chunk
        if track == "sound":
            sounds.append(chunk)
        flags = [HEADER.unpack_from(each.message)[1] for each in newest.values()]
        if len(flags) == 2 and all(each & FLAG_CAMERA_CLOCK for each in flags):
            tied.set()

    with gst_camera(audio="aac", size="320x240") as camera:
        stream = registry.add("door", "", rtsp_source(parse_camera_url(camera.url()), clock))
        stream.window.listen(lambda chunk: came("pictures", chunk))
        stream.sound.window.listen(lambda chunk: came("sound", chunk))
        registry.start()
        async with asyncio.timeout(30):
            await tied.wait()
        await registry.stop()
    ties = [chunk.decode_time / 90 - chunk.capture_us / 1000 for chunk in newest.values()]
    assert abs(ties[0] - ties[1]) < 40
    assert stream.sound.epoch is not None
    boxed = stream.sound.epoch.init + b"".join(chunk.payload for chunk in sounds)
    with av.open(io.BytesIO(boxed), "r", format="mp4") as container:
        decoded = sum(frame.samples for frame in container.decode(audio=0))
    assert decoded >= 1024 * (len(sounds) - 1)


async def test_g711_becomes_aac_that_sounds_alike() -> None:
    clock = SystemClock()
    registry = StreamRegistry(clock)
    enough = asyncio.Event()
    sounds: list[Chunk] = []

    def came(chunk: Chunk) -> None:
        sounds.append(chunk)
        if len(sounds) == 75:
            enough.set()

    with gst_camera(audio="pcma", size="320x240") as camera:
        url, settings = parse_camera_url(camera.url()), RtspSettings(UDP)
        stream = registry.add("door", "", rtsp_source(url, clock, settings))
        stream.sound.window.listen(came)
        registry.start()
        async with asyncio.timeout(30):
            await enough.wait()
        await registry.stop()
    assert stream.sound.epoch is not None
    assert registry.converter.pid is None
    # A second and more: there is a tone once a second.
    newest = sounds[-55:]
    times = [chunk.decode_time for chunk in newest]
    assert times == list(range(times[0], times[0] + 55 * 1920, 1920))
    boxed = stream.sound.epoch.init + b"".join(chunk.payload for chunk in newest)
    with av.open(io.BytesIO(boxed), "r", format="mp4") as container:
        (track,) = container.streams.audio
        assert (track.rate, track.channels) == (48_000, 1)
        samples = array("f")
        for frame in container.decode(track):
            samples.frombytes(bytes(frame.planes[0])[: 4 * frame.samples])
    assert max(samples[4096:]) > 0.02, "the camera's tone"
