"""Sound on the live socket: asked for apart from the pictures, and never in their way."""

import asyncio
import json

from liveedge.media.audio import AudioUnit, low_complexity_config, opus_config
from liveedge.media.chunk import HEADER
from liveedge.rtsp.audio import AudioTrack
from liveedge.rtsp.sound import OpusDepacketizer
from liveedge.streams.stream import Stream
from tests.delivery.live.test_session import Bench, running

OPUS = AudioTrack(opus_config(2), 48_000, OpusDepacketizer, 97, None)
AAC = AudioTrack(low_complexity_config(48_000, 1), 48_000, OpusDepacketizer, 97, None)
LISTEN = '{"type":"subscribe","stream":"door","audio":true}'
LOOK = '{"type":"subscribe","stream":"door"}'


def speak(bench: Bench, stream: Stream, count: int) -> None:
    """`count` units of 20 ms, while time goes on."""
    for _ in range(count):
        now = bench.clock.monotonic()
        stream.sound.unit(AudioUnit(b"opus", round(now * 48_000) & 0xFFFFFFFF, 960, now))
        bench.clock.advance(0.02)


def tracks(bench: Bench) -> list[int]:
    """The track of each chunk that the client got."""
    received = bench.socket.received
    headers = [HEADER.unpack_from(m) for m in received if isinstance(m, bytes)]
    return [header[2] for header in headers if header[0] == 2]


async def test_a_listener_gets_an_epoch_and_then_the_newest_sound() -> None:
    async with running() as bench:
        bench.door.sound.begins(OPUS)
        bench.feed(bench.door, 1)
        speak(bench, bench.door, 10)
        bench.session.handle(LISTEN)
        await bench.socket.until(lambda: len(bench.socket.sequences()) == 1)
        assert bench.socket.kinds() == ["hello", "audio", "init", "chunk"]
        assert bench.socket.received[1] == {
            "type": "audio",
            "stream": "door",
            "number": 0x8000 | bench.door.number,
            "epoch": 0,
            "codec": "opus",
            "sample_rate": 48000,
            "channels": 2,
            "timescale": 90000,
        }
        await asyncio.sleep(0)
        speak(bench, bench.door, 3)
        assert bench.socket.sequences() == [9, 10, 11, 12], "no turn of the loop in between"


async def test_pictures_are_announced_with_what_the_stream_sounds_like() -> None:
    async with running() as bench:
        bench.session.handle(LOOK)
        bench.door.sound.begins(OPUS)
        bench.feed(bench.door, 1)
        bench.session.handle('{"type":"subscribe","stream":"yard"}')
        bench.feed(bench.yard, 1)
        await bench.socket.until(lambda: bench.socket.kinds().count("chunk") == 2)
        started = [m for m in bench.socket.received if isinstance(m, dict) and "fps" in m]
        assert [(m["stream"], m["audio"]) for m in started] == [("door", "opus"), ("yard", None)]


async def test_who_looks_hears_nothing_and_who_has_heard_enough_still_sees() -> None:
    async with running() as bench:
        bench.door.sound.begins(OPUS)
        bench.session.handle(LOOK)
        bench.feed(bench.door, 1)
        speak(bench, bench.door, 1)
        await bench.socket.until(lambda: tracks(bench) == [bench.door.number])
        bench.session.handle(LISTEN)
        await bench.socket.until(lambda: len(tracks(bench)) == 2)
        bench.session.handle(LISTEN.replace("subscribe", "unsubscribe"))
        speak(bench, bench.door, 2)
        bench.feed(bench.door, 1, begin=1)
        await bench.socket.until(lambda: len(tracks(bench)) == 3)
        assert tracks(bench)[-1] == bench.door.number


async def test_pictures_go_first_to_a_client_that_was_slow() -> None:
    async with running() as bench:
        bench.door.sound.begins(OPUS)
        bench.session.handle(LISTEN)
        bench.session.handle(LOOK)
        bench.feed(bench.door, 1)
        speak(bench, bench.door, 1)
        await bench.socket.until(lambda: len(tracks(bench)) == 2)
        bench.socket.reading.clear()
        speak(bench, bench.door, 3)
        bench.feed(bench.door, 3, begin=1)
        before = len(tracks(bench))
        bench.socket.reading.set()
        await bench.socket.until(lambda: len(tracks(bench)) == before + 6)
        after = tracks(bench)[before:]
        # What was under way when the client stopped is a unit of sound.
        assert after[1] == bench.door.number


async def test_a_camera_that_changes_its_sound_is_announced_anew() -> None:
    async with running() as bench:
        bench.door.sound.begins(OPUS)
        bench.session.handle(LISTEN)
        bench.feed(bench.door, 1)
        speak(bench, bench.door, 1)
        await bench.socket.until(lambda: len(tracks(bench)) == 1)
        bench.door.sound.restart()
        speak(bench, bench.door, 1)
        bench.feed(bench.door, 1, begin=15)
        bench.door.sound.begins(AAC)
        speak(bench, bench.door, 1)
        await bench.socket.until(lambda: len(tracks(bench)) == 2)
        codecs = [m["codec"] for m in bench.socket.received if isinstance(m, dict) and "codec" in m]
        assert codecs == ["opus", "mp4a.40.2"]


async def test_there_is_no_sound_of_an_unknown_stream() -> None:
    async with running() as bench:
        bench.session.handle(json.dumps({"type": "subscribe", "stream": "none", "audio": True}))
        await bench.socket.until(lambda: "error" in bench.socket.kinds())
        assert bench.socket.received[-1]["code"] == "unknown_stream"
