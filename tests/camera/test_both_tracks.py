"""A camera with sound, as our client receives it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from itertools import pairwise

import pytest

from liveedge.clock import SystemClock
from liveedge.config.rtsp import RtspSettings, RtspTransport
from liveedge.config.url import parse_camera_url
from liveedge.errors import Reason, SourceError
from liveedge.media.audio import AudioUnit
from liveedge.rtsp import connection
from liveedge.rtsp.audio import AudioTrack
from liveedge.rtsp.client import RtspClient
from liveedge.rtsp.deadlines import Timeouts
from tests.camera.peer import Peer
from tests.camera.rogue import SETTINGS, Camera, camera
from tests.rtsp.scripted import Remembering

CLOCK = SystemClock()


class Witness(Remembering):
    """Sees and hears."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[AudioUnit] = []
        self.clocks: list[tuple[int, int]] = []
        self.track: AudioTrack
        self.client: RtspClient
        self.attempt: asyncio.Task[None]


class _Ears:
    """The sound's part of a witness, which has other reports than the pictures."""

    def __init__(self, witness: Witness) -> None:
        self._witness = witness

    def begins(self, track: AudioTrack) -> None:
        self._witness.track = track

    def unit(self, unit: AudioUnit) -> None:
        self._witness.heard.append(unit)
        self._witness._note("unit")

    def sender_report(self, unix_us: int, rtp_time: int) -> None:
        self._witness.clocks.append((unix_us, rtp_time))


@asynccontextmanager
async def witnessing(
    of: Camera, settings: RtspSettings | None = None, timeouts: Timeouts | None = None
) -> AsyncIterator[Witness]:
    witness = Witness()
    url = parse_camera_url(f"rtsp://127.0.0.1:{of.port}/cam")
    witness.client = RtspClient(
        url,
        witness,
        CLOCK,
        timeouts=timeouts or Timeouts(),
        settings=settings or RtspSettings(),
        sound=_Ears(witness),
    )
    witness.attempt = asyncio.create_task(witness.client.run_once())
    try:
        yield witness
    finally:
        witness.attempt.cancel()
        with suppress(asyncio.CancelledError, SourceError):
            await witness.attempt


def captured_us(rtp_time: int, report: tuple[int, int], rate: int) -> float:
    """When something with this RTP timestamp was, by a sender report."""
    unix_us, at = report
    return unix_us + ((rtp_time - at + 0x80000000 & 0xFFFFFFFF) - 0x80000000) * 1e6 / rate


@pytest.mark.parametrize("way", [RtspTransport.TCP, RtspTransport.UDP])
@pytest.mark.parametrize("audio", ["aac", "opus", "pcmu"])
async def test_both_tracks_come_by_one_clock(audio: str, way: RtspTransport) -> None:
    began = CLOCK.wall()
    async with (
        camera(replace(SETTINGS, audio=audio)) as it,
        witnessing(it, RtspSettings(way)) as witness,
    ):
        await witness.until(lambda: len(witness.heard) >= 20 and len(witness.units) >= 10)
        stats = witness.client.stats
        assert (stats.lost, stats.damaged, stats.foreign) == (0, 0, 0)
        steps = {
            (later.rtp_time - earlier.rtp_time & 0xFFFFFFFF, earlier.duration)
            for earlier, later in pairwise(witness.heard)
        }
        assert len(steps) == 1
        ((step, duration),) = steps
        assert step == duration
        rate = witness.track.clock_rate
        for rtp_time, report, clock_rate in (
            (witness.units[0].rtp_time, witness.reports[0], 90_000),
            (witness.heard[0].rtp_time, witness.clocks[0], rate),
        ):
            # One unit of AAC is 21 ms, and begins before it can be sent.
            assert began - 0.1 <= captured_us(rtp_time, report, clock_rate) / 1e6 <= CLOCK.wall()


async def test_the_sound_begins_units_on_full_seconds() -> None:
    async with camera(replace(SETTINGS, audio="pcmu")) as it, witnessing(it) as witness:
        await witness.until(lambda: len(witness.heard) >= 1 and len(witness.clocks) >= 1)
        begins = captured_us(witness.heard[0].rtp_time, witness.clocks[0], 8000)
        off = (begins + 10_000) % 20_000 - 10_000
        assert abs(off) < 1000


async def test_who_wants_only_one_track_gets_only_that() -> None:
    async with camera(replace(SETTINGS, audio="pcmu")) as it, Peer(it.port) as peer:
        await peer.set_up("trackID=1", "0-1")
        await peer.ask("PLAY")
        frames = [await peer.frame() for _ in range(12)]
        assert frames[0][0] == 1, "a sender report first"
        kinds = {packet[1] & 0x7F for channel, packet in frames if channel == 0}
        assert kinds == {0}


async def test_video_that_stops_while_the_sound_goes_on_is_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # With each report it is looked at how the video is doing.
    monkeypatch.setattr(connection, "REPORT_INTERVAL", 0.2)
    patience = Timeouts(stall=0.4)
    async with (
        camera(replace(SETTINGS, audio="aac")) as it,
        witnessing(it, timeouts=patience) as witness,
    ):
        await witness.until(lambda: len(witness.units) >= 3 and len(witness.heard) >= 3)
        await it.begin("no-video 60")
        heard = len(witness.heard)
        with pytest.raises(SourceError) as caught:
            await witness.attempt
        assert caught.value.reason is Reason.STALLED
        # 0.4 s are 19 units; some are enough to know that it did not stop with the video.
        assert len(witness.heard) - heard >= 5


@pytest.mark.parametrize("fault", ["jump 3600", "loss 60 30", "freeze 60", "resolution 60"])
async def test_the_sound_goes_on_while_the_camera_fails(fault: str) -> None:
    async with camera(replace(SETTINGS, audio="opus")) as it, witnessing(it) as witness:
        await witness.until(lambda: len(witness.units) >= 3 and len(witness.heard) >= 3)
        await it.begin(fault)
        heard, seen = len(witness.heard), len(witness.units)
        await witness.until(lambda: len(witness.heard) >= heard + 15)
        await witness.until(lambda: len(witness.units) >= seen + 3)
        gaps = [unit.gap for unit in witness.heard[heard:]]
        assert any(gaps) == fault.startswith("loss")
