import asyncio
import json

import pytest
from websockets.asyncio.server import ServerConnection, serve

from liveedge.bench.live_watch import Feed, LiveWatch, watch_live
from liveedge.errors import LiveEdgeError
from liveedge.media.chunk import FLAG_CAMERA_CLOCK, HEADER, KIND_CHUNK, KIND_INIT
from tests.support import FakeClock


def message(number: int, kind: int = KIND_CHUNK, flags: int = 0, capture: float = 0.0) -> bytes:
    return HEADER.pack(kind, flags, number, 1, 0, 0, 0, int(capture * 1e6), 0, 0) + b"media"


def announced(stream: str, number: int) -> str:
    return json.dumps({"type": "stream", "stream": stream, "number": number})


def test_the_longest_pause_holds_the_one_that_goes_on() -> None:
    feed = Feed(10.0)
    for now in (10.5, 10.6):
        feed.take(now)
    assert feed.gap(10.7) == pytest.approx(0.5)
    assert feed.gap(12.0) == pytest.approx(1.4)
    feed.begin()
    assert feed.gap(10.7) == pytest.approx(0.1)


async def test_the_first_picture_after_a_moment_is_found_or_awaited() -> None:
    feed = Feed(0.0)
    for now in (1.0, 2.0, 3.0):
        feed.take(now)
    assert await feed.after(1.0) == 2.0
    waiting = asyncio.create_task(feed.after(3.0))
    await asyncio.sleep(0)
    assert not waiting.done()
    feed.take(4.0)
    feed.take(5.0)
    assert await waiting == 4.0


def test_pictures_are_those_of_their_stream_and_nothing_else_is() -> None:
    clock = FakeClock(now=0.0)
    watch = LiveWatch(["door", "yard"], clock)
    for text in ('{"type": "hello"}', announced("door", 7), announced("yard", 8)):
        watch.take(text)
    clock.advance(1.0)
    watch.take(message(7))
    watch.take(message(8, KIND_INIT))
    watch.take(message(9))
    clock.advance(0.5)
    assert watch.gap(["door"]) == 1.0
    assert watch.gap(["yard"]) == watch.gap(["door", "yard"]) == 1.5
    watch.begin()
    assert watch.gap(["door"]) == 0.5


def test_delays_are_told_where_the_camera_says_when_it_took_the_picture() -> None:
    clock = FakeClock(unix=100.25)
    watch = LiveWatch(["door"], clock)
    told: list[tuple[str, float]] = []
    watch.delayed = lambda stream, seconds: told.append((stream, seconds))
    watch.take(announced("door", 7))
    watch.take(message(7, flags=FLAG_CAMERA_CLOCK, capture=100.0))
    watch.take(message(7, capture=100.0))
    ((stream, seconds),) = told
    assert stream == "door"
    assert seconds == pytest.approx(0.25)


async def test_it_subscribes_and_says_when_the_server_ends() -> None:
    said: list[str | bytes] = []

    async def talk(socket: ServerConnection) -> None:
        said.extend([await socket.recv(), await socket.recv()])
        await socket.send(announced("door", 1))
        await socket.send(message(1))

    watch = LiveWatch(["door", "yard"], FakeClock(now=5.0))
    async with serve(talk, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        with pytest.raises(LiveEdgeError, match="server has ended"):
            await watch_live(f"http://127.0.0.1:{port}/", watch)
    assert [json.loads(text)["stream"] for text in said] == ["door", "yard"]
    assert await watch.feeds["door"].after(0.0) == 5.0


async def test_a_server_that_is_gone_is_reported() -> None:
    with pytest.raises(LiveEdgeError, match="does not stay open"):
        await watch_live("http://127.0.0.1:1/", LiveWatch([], FakeClock()))
