"""The client against a camera with sound: two tracks in one connection, each with its reports."""

import asyncio
import struct

import pytest

from liveedge.clock import SystemClock
from liveedge.config.rtsp import RtspSettings, RtspTransport
from liveedge.errors import Reason, SourceError
from liveedge.media.audio import AudioUnit
from liveedge.rtsp import carriage, connection
from liveedge.rtsp.audio import AudioTrack
from liveedge.rtsp.client import RtspClient
from liveedge.rtsp.rtcp import SenderReport, encode_sender_report, ntp_time
from liveedge.rtsp.udp import Address, UdpPorts, open_ports
from tests.rtsp.scripted import IDR, SDP, P, Peer, Remembering, frame, scripted
from tests.rtsp.test_udp import HERE, sender

SOUND = 0x50BD
OFFER = SDP + b"m=audio 0 RTP/AVP 0\r\na=control:track2\r\n"


class Listening:
    """A handler that keeps what it hears."""

    def __init__(self) -> None:
        self.tracks: list[AudioTrack] = []
        self.units: list[AudioUnit] = []
        self.reports: list[tuple[int, int]] = []

    def begins(self, track: AudioTrack) -> None:
        self.tracks.append(track)

    def unit(self, unit: AudioUnit) -> None:
        self.units.append(unit)

    def sender_report(self, unix_us: int, rtp_time: int) -> None:
        self.reports.append((unix_us, rtp_time))


def sound(sequence: int, timestamp: int, *, channel: int = 2) -> bytes:
    return frame(channel, struct.pack("!BBHII", 0x80, 0, sequence, timestamp, SOUND) + bytes(160))


async def open_with_sound(peer: Peer) -> None:
    await peer.describe(OFFER)
    await peer.set_up()
    await peer.set_up()
    peer.reply(await peer.request("PLAY"))


async def play(pictures: Remembering, client: RtspClient, count: int) -> SourceError:
    attempt = asyncio.create_task(client.run_once())
    await pictures.until(lambda: len(pictures.units) >= count)
    with pytest.raises(SourceError) as caught:
        await attempt
    return caught.value


async def test_both_tracks_come_and_the_end_of_one_is_not_that_of_the_other() -> None:
    async def script(peer: Peer) -> None:
        await open_with_sound(peer)
        report = SenderReport(SOUND, ntp_time(1_700_000_000.0), 160, 1, 160)
        bye = struct.pack("!BBHI", 0x81, 203, 1, SOUND)
        peer.send(sound(7, 0), sound(8, 160), sound(10, 480))
        peer.send(frame(3, encode_sender_report(report, "camera")))
        peer.send(frame(3, encode_sender_report(report, "camera") + bye))
        peer.send(peer.video.frame(IDR, 3000))

    pictures, heard = Remembering(), Listening()
    async with scripted(script) as camera:
        client = RtspClient(camera.url(), pictures, SystemClock(), sound=heard)
        error = await play(pictures, client, 1)
        asked = camera.peers[0].requests
    assert "closed the connection" in str(error)
    assert [request.method for request in asked][:4] == ["DESCRIBE", "SETUP", "SETUP", "PLAY"]
    assert "interleaved=2-3" in (asked[2].headers.get("Transport") or "")
    assert [track.config.codec for track in heard.tracks] == ["PCMU"]
    assert [(unit.rtp_time, unit.gap) for unit in heard.units] == [
        (0, False),
        (160, False),
        (480, True),
    ]
    assert heard.reports == [(1_700_000_000_000_000, 160)] * 2
    assert client.stats.foreign == 0


async def test_each_track_is_reported_on_its_own_channel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "REPORT_INTERVAL", 0.01)

    async def script(peer: Peer) -> None:
        await open_with_sound(peer)
        peer.send(sound(7, 0), peer.video.frame(IDR, 3000))
        channels: set[int] = set()
        while channels < {1, 3}:
            while not peer.frames:
                assert await peer._read()
            channels |= {channel for channel, _ in peer.frames}
            peer.frames.clear()

    pictures = Remembering()
    async with scripted(script) as camera:
        client = RtspClient(camera.url(), pictures, SystemClock(), sound=Listening())
        await play(pictures, client, 1)


async def test_nobody_asks_for_sound_without_a_handler() -> None:
    async def script(peer: Peer) -> None:
        await peer.play(sdp=OFFER)
        peer.send(peer.video.frame(IDR, 3000))

    pictures = Remembering()
    async with scripted(script) as camera:
        await play(pictures, RtspClient(camera.url(), pictures, SystemClock()), 1)
        methods = [request.method for request in camera.peers[0].requests]
    assert methods[:3] == ["DESCRIBE", "SETUP", "PLAY"]


async def test_sound_comes_over_ports_of_its_own_where_the_video_comes_over_udp(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connection, "REPORT_INTERVAL", 0.01)
    report = SenderReport(SOUND, ntp_time(1_700_000_000.0), 160, 1, 160)
    pictures, heard = Remembering(), Listening()

    async def script(peer: Peer) -> None:
        with sender() as video, sender() as audio:
            await peer.describe(OFFER)
            await video.set_up(peer)
            await audio.set_up(peer)
            peer.reply(await peer.request("PLAY"))
            await video.heard(video.rtp)
            await audio.heard(audio.rtp)
            audio.report(encode_sender_report(report, "camera"))
            # Some of it is lost, some comes out of order.
            packets = [sound(number, number * 160)[4:] for number in range(200)]
            audio.send(packets[0], packets[2], packets[1], *packets[100:])
            video.send(video.packet(IDR, 0), video.packet(P, 3000))
            await pictures.until(lambda: len(pictures.units) == 2)
            for camera in (video, audio):
                while True:
                    packet, (host, _) = await camera.heard(camera.rtcp)
                    assert host == HERE
                    if packet[0] & 0x1F:
                        break  # The first one to come opens the way and reports nothing.
            while len(heard.units) < 103:
                await audio.heard(audio.rtcp)

    async with scripted(script) as camera:
        settings = RtspSettings(RtspTransport.UDP)
        client = RtspClient(camera.url(), pictures, SystemClock(), settings=settings, sound=heard)
        await play(pictures, client, 2)
    assert [unit.rtp_time // 160 for unit in heard.units] == [0, 1, 2, *range(100, 200)]
    assert [unit.rtp_time // 160 for unit in heard.units if unit.gap] == [100]
    assert heard.reports == [(1_700_000_000_000_000, 160)]
    assert (client.stats.lost, client.stats.access_units) == (0, 2)


async def test_without_ports_for_sound_there_are_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Address] = []

    def some(local: Address) -> UdpPorts:
        opened.append(local)
        if len(opened) > 1:
            raise SourceError(Reason.INTERNAL, "There are no more.")
        return open_ports(local)

    monkeypatch.setattr(carriage, "open_ports", some)
    pictures, heard = Remembering(), Listening()

    async def script(peer: Peer) -> None:
        with sender() as video:
            await peer.describe(OFFER)
            await video.set_up(peer)
            peer.reply(await peer.request("PLAY"))
            await video.heard(video.rtp)
            video.send(video.packet(IDR, 0))
            await pictures.until(lambda: len(pictures.units) == 1)

    async with scripted(script) as camera:
        settings = RtspSettings(RtspTransport.UDP)
        client = RtspClient(camera.url(), pictures, SystemClock(), settings=settings, sound=heard)
        await play(pictures, client, 1)
    assert not heard.tracks
