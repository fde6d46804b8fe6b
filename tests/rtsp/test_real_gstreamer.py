"""The client against a camera that somebody else wrote: GStreamer's RTSP server.

Run as a script, this file prints how long opening takes and how old a picture is on arrival:

    python -m tests.rtsp.test_real_gstreamer [SECONDS]
"""

import asyncio
import statistics
import sys
import time
from collections.abc import Callable
from itertools import pairwise

import pytest
import uvloop

from liveedge.clock import SystemClock
from liveedge.config.rtsp import RtspSettings, RtspTransport
from liveedge.config.url import parse_camera_url
from liveedge.errors import Reason, SourceError
from liveedge.media.access_unit import AccessUnit
from liveedge.rtsp.client import RtspClient, Stats, VideoDescription
from tests.real.burned_clock import ClockReader, age_ms
from tests.real.gst import GstCamera, gst_camera
from tests.rtsp.scripted import Remembering
from tests.rtsp.test_tls import HERE as CERTIFICATES
from tests.rtsp.test_tls import pin

AUTO = RtspSettings()
UDP = RtspSettings(RtspTransport.UDP)

pytestmark = [pytest.mark.real("gstreamer"), pytest.mark.timeout(60)]


class Timing(Remembering):
    """A handler that notes when things happened, in Unix time."""

    def __init__(self) -> None:
        super().__init__()
        self.played_at = 0.0
        self.arrivals: list[float] = []

    def playing(self, video: VideoDescription) -> None:
        self.played_at = time.time()
        super().playing(video)

    def access_unit(self, unit: AccessUnit) -> None:
        self.arrivals.append(time.time())
        super().access_unit(unit)

    def ages(self) -> list[float]:
        """Of each picture, milliseconds from its drawing to its arrival."""
        reader = ClockReader(self.videos[0].parameter_sets)
        found = []
        for unit, arrival in zip(self.units, self.arrivals, strict=True):
            found += [age_ms(clock, arrival) for clock in reader.read(unit.nals)]
        return found


async def watch(
    url: str, handler: Remembering, pictures: int, settings: RtspSettings = AUTO
) -> Stats:
    """Play until so many pictures have come, then leave."""
    return await watch_until(url, handler, lambda: len(handler.units) >= pictures, settings)


async def watch_until(
    url: str, handler: Remembering, enough: Callable[[], bool], settings: RtspSettings = AUTO
) -> Stats:
    client = RtspClient(parse_camera_url(url), handler, SystemClock(), settings=settings)
    attempt = asyncio.create_task(client.run_once())
    waiting = asyncio.create_task(handler.until(enough))
    await asyncio.wait({attempt, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    attempt.cancel()
    try:
        await attempt
    except asyncio.CancelledError:
        # The camera is still playing: what was waited for has come, or has not in time.
        await waiting
        return client.stats


async def test_every_picture_decodes() -> None:
    handler = Timing()
    with gst_camera(gop=10, size="1280x720", slices=3) as camera:
        stats = await watch(camera.url(), handler, 40)
    assert handler.order[0] == "playing"
    assert handler.videos[0].codec == "h264"
    assert (stats.lost, stats.damaged, stats.unknown, stats.malformed) == (0, 0, 0, 0)
    assert handler.units[0].sync
    slices = [[nal for nal in unit.nals if nal[0] & 0x1F in (1, 5)] for unit in handler.units]
    assert {len(picture) for picture in slices} == {3}
    syncs = [number for number, unit in enumerate(handler.units) if unit.sync]
    assert syncs[:4] == [0, 10, 20, 30]
    assert all(unit.parameter_sets for unit in handler.units if unit.sync)
    # GStreamer stamps what is pushed while its pipeline starts out of order, or far apart.
    steps = [b.rtp_time - a.rtp_time & 0xFFFFFFFF for a, b in pairwise(handler.units[10:])]
    assert all(0 < step < 90000 for step in steps)
    ages = handler.ages()
    assert len(ages) == len(handler.units)
    # A sane clock; how small the age is, is a matter of measurement, not of a test.
    assert all(-50 < age < 20_000 for age in ages)


async def test_pictures_come_over_udp() -> None:
    handler = Timing()
    with gst_camera(gop=10) as camera:
        stats = await watch(camera.url(), handler, 40, UDP)
    assert stats.access_units >= 40
    assert (stats.lost, stats.damaged, stats.foreign, stats.malformed) == (0, 0, 0, 0)
    assert len(handler.ages()) == len(handler.units)


async def test_pictures_come_through_http() -> None:
    handler = Remembering()
    with gst_camera(gop=10) as camera:
        url = camera.url("").replace("rtsp:", "rtsp+http:")
        stats = await watch(url, handler, 20)
    assert (stats.lost, stats.damaged, stats.malformed) == (0, 0, 0)
    assert handler.units[0].sync


@pytest.mark.parametrize("scheme", ["rtsps", "rtsp+https"])
async def test_pictures_come_over_tls(scheme: str) -> None:
    handler = Remembering()
    with gst_camera(gop=10, certificate=CERTIFICATES / "camera.pem") as camera:
        url = camera.url().replace("rtsp:", f"{scheme}:")
        stats = await watch(url, handler, 20, pin("camera"))
        with pytest.raises(SourceError) as caught:
            await watch(url, Remembering(), 1, pin("other"))
    assert stats.damaged == 0
    assert handler.units[0].sync
    assert caught.value.reason is Reason.UNTRUSTED


async def test_sender_reports_say_when_a_picture_was_taken() -> None:
    handler = Timing()
    with gst_camera(size="640x360") as camera:
        await watch_until(camera.url(), handler, lambda: bool(handler.reports and handler.units))
    unix_us, rtp_time = handler.reports[0]
    clocks = ClockReader(handler.videos[0].parameter_sets).read(handler.units[0].nals)
    since_report = (handler.units[0].rtp_time - rtp_time + 2**31) % 2**32 - 2**31
    captured_at = unix_us / 1e6 + since_report / 90000
    # The pipeline stamps a picture when it is pushed, just after it has been drawn.
    assert abs(age_ms(clocks[0], captured_at)) < 2000


@pytest.mark.parametrize("auth", ["basic", "digest"])
async def test_a_camera_with_a_password(auth: str) -> None:
    with gst_camera(user="viewer", password="s3cret/+ü", auth=auth, size="320x240") as camera:
        handler = Remembering()
        await watch(camera.url("viewer:s3cret%2F+%C3%BC"), handler, 5)
        assert len(handler.units) >= 5
        for wrong in ("", "viewer:wrong", "nobody:s3cret"):
            with pytest.raises(SourceError) as caught:
                await watch(camera.url(wrong), Remembering(), 1)
            assert caught.value.reason is Reason.UNAUTHORIZED


async def test_two_viewers_one_after_the_other_and_a_wrong_path() -> None:
    with gst_camera(size="320x240") as camera:
        for _ in range(2):
            await watch(camera.url(), handler := Remembering(), 3)
            assert handler.units[0].sync
        with pytest.raises(SourceError) as caught:
            await watch(camera.url(path="/elsewhere"), Remembering(), 1)
        assert caught.value.reason is Reason.NOT_FOUND


async def test_a_camera_that_dies_has_ended() -> None:
    handler = Remembering()
    with gst_camera(size="320x240") as camera:
        client = RtspClient(parse_camera_url(camera.url()), handler, SystemClock())
        attempt = asyncio.create_task(client.run_once())
        await handler.until(lambda: len(handler.units) >= 3)
        camera.process.kill()
        async with asyncio.timeout(5):
            with pytest.raises(SourceError) as caught:
                await attempt
    assert caught.value.reason is Reason.ENDED


# --- the measurement


async def _opening(camera: GstCamera) -> list[float]:
    """Milliseconds from the first packet to the answer to PLAY, ten times."""
    found = []
    for _ in range(10):
        handler = Timing()
        begin = time.time()
        await watch(camera.url(), handler, 1)
        found.append((handler.played_at - begin) * 1000)
    return found


async def _measure(camera: GstCamera, seconds: float) -> None:
    alone = await _opening(camera)
    handler = Timing()
    long = asyncio.create_task(watch(camera.url(), handler, round(seconds * 30)))
    await handler.until(lambda: bool(handler.units))
    beside = await _opening(camera)
    await long
    ages = sorted(handler.ages()[30:])
    print(  # noqa: T201
        "connect to PLAY answered, ms:"
        f" median {statistics.median(alone):.1f} if the camera's encoder must start,"
        f" {statistics.median(beside):.1f} beside another viewer\n"
        f"drawing to access unit, ms, {len(ages)} pictures: p50 {ages[len(ages) // 2]:.1f},"
        f" p95 {ages[len(ages) * 95 // 100]:.1f}, max {ages[-1]:.1f}"
    )


if __name__ == "__main__":
    with gst_camera(size="1280x720", gop=15) as running:
        uvloop.run(_measure(running, float(sys.argv[1]) if len(sys.argv) > 1 else 10.0))
