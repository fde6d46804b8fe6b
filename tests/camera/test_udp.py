"""The virtual camera over UDP, watched by the client."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from itertools import pairwise

import pytest

from liveedge.clock import SystemClock
from liveedge.config.rtsp import OnLoss, RtspSettings, RtspTransport
from liveedge.config.url import parse_camera_url
from liveedge.errors import ConfigError
from liveedge.rtsp.client import RtspClient
from tests.camera.rogue import SETTINGS, Camera, camera
from tests.rtsp.scripted import Remembering

UDP = RtspSettings(RtspTransport.UDP)


class Watching(Remembering):
    """What a client has got so far."""

    def __init__(self) -> None:
        super().__init__()
        self.client: RtspClient

    async def more(self, units: int) -> None:
        count = len(self.units)
        await self.until(lambda: len(self.units) >= count + units)


@asynccontextmanager
async def watching(of: Camera, settings: RtspSettings = UDP) -> AsyncIterator[Watching]:
    handler = Watching()
    url = parse_camera_url(f"rtsp://127.0.0.1:{of.port}/cam")
    handler.client = RtspClient(url, handler, SystemClock(), settings=settings)
    task = asyncio.create_task(handler.client.run_once())
    try:
        await handler.more(1)
        yield handler
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@pytest.mark.parametrize("settings", [UDP, RtspSettings()], ids=["by choice", "as TCP is refused"])
async def test_pictures_and_reports_come_over_udp(settings: RtspSettings) -> None:
    async with camera(replace(SETTINGS, transport="udp")) as it, watching(it, settings) as viewer:
        await viewer.more(30)
        assert viewer.units[0].sync
        assert viewer.reports
        stats = viewer.client.stats
        assert (stats.lost, stats.damaged, stats.duplicates, stats.foreign) == (0, 0, 0, 0)
        times = [unit.rtp_time for unit in viewer.units]
        assert all(0 < later - earlier & 0xFFFFFFFF < 90_000 for earlier, later in pairwise(times))


async def test_a_camera_may_offer_tcp_only() -> None:
    async with camera(replace(SETTINGS, transport="tcp")) as it:
        url = parse_camera_url(f"rtsp://127.0.0.1:{it.port}/cam")
        client = RtspClient(url, Remembering(), SystemClock(), settings=UDP)
        with pytest.raises(Exception, match="461"):
            await client.run_once()
        async with watching(it, RtspSettings()) as viewer:
            await viewer.more(2)


async def test_what_changes_places_is_put_in_order() -> None:
    async with camera(replace(SETTINGS, kbps=4000)) as it, watching(it) as viewer:
        await it.begin("reorder 60 30")
        await viewer.more(60)
        stats = viewer.client.stats
        assert (stats.lost, stats.damaged, stats.skipped) == (0, 0, 0)


async def test_after_a_loss_pictures_go_on_with_the_next_keyframe() -> None:
    wait = replace(UDP, on_loss=OnLoss.WAIT)
    async with camera() as it, watching(it, wait) as viewer:
        await it.begin("loss 60 20")
        await viewer.until(lambda: viewer.client.stats.damaged > 2)
        await it.end()
        syncs = sum(unit.sync for unit in viewer.units)
        await viewer.until(lambda: sum(unit.sync for unit in viewer.units) > syncs)
        after = viewer.client.stats
        assert after.lost > 0
        assert after.skipped > 0, "what depends on a damaged picture"
        await viewer.more(2 * SETTINGS.gop)
        assert viewer.client.stats.skipped == after.skipped
        assert viewer.client.stats.lost == after.lost


async def test_or_with_what_is_whole_and_the_damage_ends_with_a_keyframe() -> None:
    async with camera() as it, watching(it) as viewer:
        await it.begin("loss 60 20")
        await viewer.until(lambda: sum(unit.damaged for unit in viewer.units) > 2)
        await it.end()
        syncs = sum(unit.sync for unit in viewer.units)
        await viewer.until(lambda: sum(unit.sync for unit in viewer.units) > syncs)
        assert viewer.client.stats.skipped == 0
        so_far = len(viewer.units)
        await viewer.more(2 * SETTINGS.gop)
        assert not any(unit.damaged or unit.gap for unit in viewer.units[so_far:])


async def test_a_camera_that_hangs_sends_nothing_over_udp() -> None:
    async with camera() as it, watching(it) as viewer:
        await it.begin("hang 60")
        quiet = await silence(lambda: viewer.client.stats.bytes)
        assert quiet
        await it.end()
        await viewer.more(3)


async def silence(count: Callable[[], int]) -> bool:
    """Whether a count stands still for a quarter of a second within some tries."""
    for _ in range(20):
        before = count()
        with suppress(TimeoutError):
            async with asyncio.timeout(0.25):
                await asyncio.Event().wait()
        if count() == before:
            return True
    return False


async def test_who_leaves_gets_nothing_more_and_others_do() -> None:
    async with camera() as it, watching(it) as stays:
        async with watching(it) as leaves:
            await leaves.more(3)
        await stays.more(30)


def test_a_transport_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigError, match="any, tcp, udp"):
        replace(SETTINGS, transport="pigeon")
