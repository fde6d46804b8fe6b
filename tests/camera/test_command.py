import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import pairwise

import av
import pytest
from av.codec.context import Flags
from av.video.codeccontext import VideoCodecContext

from liveedge.camera.command import CameraSettings, serve_camera
from liveedge.camera.plane import planes_of
from liveedge.camera.stamp import delay_ms, read_stamp
from liveedge.clock import SystemClock
from liveedge.errors import ConfigError
from liveedge.media.access_unit import AccessUnit
from liveedge.rtsp.h264 import H264Depacketizer
from liveedge.rtsp.rtcp import Bye, SenderReport, parse_compound
from liveedge.rtsp.rtp import RtpReceiver
from tests.camera.peer import DEADLINE, Peer

SETTINGS = CameraSettings(port=0, width=640, height=360, fps=30, gop=10, kbps=800, name="Test")
CLOCK = SystemClock()


@asynccontextmanager
async def running(settings: CameraSettings = SETTINGS) -> AsyncIterator[str]:
    url: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(serve_camera(settings, ready=url.set_result))
    try:
        async with asyncio.timeout(DEADLINE):
            yield await url
    finally:
        task.cancel()
        await asyncio.wait((task,), timeout=DEADLINE)
        assert task.cancelled()
        assert not [thread for thread in threading.enumerate() if thread.name == "capture"]


def port_of(url: str) -> int:
    return int(url.removeprefix("rtsp://127.0.0.1:").partition("/")[0])


class Recorder:
    """Receives what a camera sends, as a product would."""

    def __init__(self, peer: Peer) -> None:
        self.units: list[AccessUnit] = []
        self.reports: list[SenderReport | Bye] = []
        self.receiver = RtpReceiver(H264Depacketizer(self.units.append), 96, 90_000)
        self._peer = peer

    async def take(self, units: int) -> None:
        """Receive until so many access units are complete."""
        while len(self.units) < units:
            await self.take_frame()

    async def take_frame(self) -> None:
        channel, packet = await self._peer.frame()
        if channel == 0:
            self.receiver.push(packet, 0, len(packet), CLOCK.monotonic())
        else:
            self.reports += parse_compound(packet) or []


def stamps(units: list[AccessUnit]) -> list[int]:
    """The times that the pictures show."""
    decoder = av.CodecContext.create("h264", "r")
    assert isinstance(decoder, VideoCodecContext)
    decoder.thread_count = 1
    decoder.flags |= Flags.low_delay
    values = []
    for unit in units:
        nals = [*unit.parameter_sets, *unit.nals]
        packet = av.Packet(b"".join(b"\x00\x00\x00\x01" + nal for nal in nals))
        values += [read_stamp(planes_of(frame)[0]) for frame in decoder.decode(packet)]
    return values


async def test_pictures_show_when_they_were_taken() -> None:
    async with running() as url, Peer(port_of(url)) as peer:
        await peer.play()
        recorder = Recorder(peer)
        await recorder.take(25)
        shown = stamps(recorder.units)
        assert len(shown) == 25
        now = CLOCK.wall()
        assert all(0 <= delay_ms(value, now) < 1000 * DEADLINE for value in shown)
        for (before, after), (first, second) in zip(
            pairwise(shown), pairwise(recorder.units), strict=True
        ):
            ticks = second.rtp_time - first.rtp_time & 0xFFFFFFFF
            # The RTP clock tells the same time as the picture, to the millisecond.
            assert abs((after - before) - ticks / 90) <= 1
        assert recorder.receiver.lost == 0


async def test_the_gop_begins_with_an_idr_picture_that_has_its_parameter_sets() -> None:
    async with running() as url, Peer(port_of(url)) as peer:
        await peer.play()
        recorder = Recorder(peer)
        await recorder.take(21)
        assert [unit.sync for unit in recorder.units] == [i % SETTINGS.gop == 0 for i in range(21)]
        assert all(len(unit.parameter_sets) == 2 * unit.sync for unit in recorder.units)


async def test_a_sender_report_comes_first_and_tells_the_time_of_the_pictures() -> None:
    async with running() as url, Peer(port_of(url)) as peer:
        response = await peer.play()
        recorder = Recorder(peer)
        await recorder.take_frame()
        (report,) = recorder.reports
        assert isinstance(report, SenderReport)
        await recorder.take(1)
        (unit,) = recorder.units
        # When the picture was taken, by the report's pair of clocks, in ms.
        ticks = (unit.rtp_time - report.rtp_time + (1 << 31) & 0xFFFFFFFF) - (1 << 31)
        told = report.unix_us / 1000 + ticks / 90
        (shown,) = stamps(recorder.units)
        assert abs(told % (1 << 32) - shown) <= 2
        # RTP-Info gives a time from which the client may count, at or before its first picture.
        info = response.headers.get("RTP-Info") or ""
        rtptime = int(info.partition("rtptime=")[2])
        assert 0 <= (unit.rtp_time - rtptime & 0xFFFFFFFF) < 90_000 * DEADLINE


async def test_reports_go_on() -> None:
    async with running() as url, Peer(port_of(url)) as peer:
        await peer.play()
        recorder = Recorder(peer)
        while len(recorder.reports) < 3:
            await recorder.take_frame()
        first, _, last = recorder.reports
        assert isinstance(first, SenderReport)
        assert isinstance(last, SenderReport)
        ticks = last.rtp_time - first.rtp_time & 0xFFFFFFFF
        assert abs((last.unix_us - first.unix_us) - ticks / 0.09) < 10_000
        assert last.packets > first.packets
        assert last.octets > first.octets


async def test_a_later_client_gets_the_same_packets_from_the_next_idr_picture_on() -> None:
    async with running() as url, Peer(port_of(url)) as first, Peer(port_of(url)) as second:
        await first.play()
        recorder = Recorder(first)
        await recorder.take(3)
        await second.play(channels="4-5")
        packets: list[bytes] = []
        while len(packets) < 20:
            channel, packet = await second.frame()
            assert channel in (4, 5)
            if channel == 4:
                packets.append(packet)
        seen = []
        while packets[-1] not in seen:
            seen.append((await first.frame())[1])
        begin = seen.index(packets[0])
        assert [packet for packet in seen[begin:] if packet[1] & 0x7F == 96] == packets
        assert packets[0][12] & 0x1F == 7  # the SPS in front of the IDR picture


async def test_clients_are_told_good_bye() -> None:
    async with running() as url:
        peer = await Peer(port_of(url)).__aenter__()
        await peer.play()
        recorder = Recorder(peer)
        await recorder.take(1)
    with pytest.raises(asyncio.IncompleteReadError):
        while True:
            await recorder.take_frame()
    assert isinstance(recorder.reports[-1], Bye)
    peer.writer.close()


async def test_the_password_is_asked_for() -> None:
    settings = replace(SETTINGS, username="anna", password="geheim")
    async with running(settings) as url, Peer(port_of(url)) as peer:
        assert (await peer.ask("DESCRIBE")).status == 401


async def test_two_cameras_do_not_share_a_port() -> None:
    async with running() as url:
        settings = replace(SETTINGS, port=port_of(url))
        with pytest.raises(ConfigError, match="taken"):
            await serve_camera(settings, ready=lambda _: None)


PROGRAM = """
import sys
from liveedge.camera.command import CameraSettings, run
sys.exit(run(CameraSettings(port=int(sys.argv[1]), width=640, height=360, path="/a/b/")))
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_the_process_says_where_it_is_and_ends_when_told(number: signal.Signals) -> None:
    process = start(0)
    assert process.stdout is not None
    try:
        line = await asyncio.to_thread(process.stdout.readline)
        assert line.startswith("ready rtsp://127.0.0.1:")
        assert line.endswith("/a/b\n")
        async with Peer(port_of(line.removeprefix("ready ")), "/a/b") as peer:
            await peer.play()
            await Recorder(peer).take(1)
            process.send_signal(number)
            await peer.ended()
        assert await asyncio.to_thread(process.wait, DEADLINE) == 0
    finally:
        process.kill()
        process.communicate()


async def test_the_process_says_why_it_cannot_start() -> None:
    async with running() as url:
        process = start(port_of(url))
        _, errors = await asyncio.to_thread(process.communicate, None, DEADLINE)
        assert process.returncode == 1
        assert errors == (
            f"liveedge camera: Port {port_of(url)} is taken; choose another one, or 0 for any that"
            " is free.\n"
        )


def start(port: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
