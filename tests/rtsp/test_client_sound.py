"""The client against a camera with sound: two tracks in one connection, each with its reports."""

import asyncio
import struct

import pytest

from liveedge.clock import SystemClock
from liveedge.errors import SourceError
from liveedge.media.audio import AudioUnit
from liveedge.rtsp import connection
from liveedge.rtsp.audio import AudioTrack
from liveedge.rtsp.client import RtspClient
from liveedge.rtsp.rtcp import SenderReport, encode_sender_report, ntp_time
from tests.rtsp.scripted import IDR, SDP, Peer, Remembering, frame, scripted

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
