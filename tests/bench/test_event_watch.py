import asyncio
import json
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveedge.bench.event_watch import EventWatch, follow_events
from liveedge.errors import LiveEdgeError
from tests.support import FakeClock


def event(stream: str, state: str, reason: str | None = None, codes: Sequence[str] = ()) -> bytes:
    data = {
        "stream_id": stream,
        "state": state,
        "reason": reason,
        "reasons": [{"code": code, "level": "failed", "message": "…"} for code in codes],
    }
    return f"event: stream\ndata: {json.dumps(data)}\n\n".encode()


NEWS = (
    b"retry: 1000\n\n"
    + event("door", "live")
    + b": still here\n\n"
    + event("door", "offline", "stalled", ["offline"])
    + b'event: missed\ndata: {"events": 3}\n\n'
    + event("yard", "live", codes=["packets_lost", "unstable"])
)


@given(st.lists(st.integers(0, len(NEWS))))
def test_events_are_read_however_they_are_cut(cuts: list[int]) -> None:
    watch = EventWatch(FakeClock(now=4.0))
    edges = [0, *sorted(cuts), len(NEWS)]
    for begin, end in pairwise(edges):
        watch.on_body(NEWS[begin:end])
    door = list(watch.since("door", 0.0))
    assert [(news.state, set(news.words)) for news in door] == [
        ("live", set()),
        ("offline", {"stalled", "offline"}),
    ]
    assert watch.newest["yard"].words == {"packets_lost", "unstable"}
    assert watch.newest["yard"].at == 4.0


async def test_the_first_news_with_a_word_is_found_or_awaited() -> None:
    clock = FakeClock(now=1.0)
    watch = EventWatch(clock)
    watch.on_body(event("door", "offline", "ended"))
    clock.advance(1.0)
    assert (await watch.first("door", ["ended"], 1.0)).at == 1.0
    waiting = asyncio.create_task(watch.first("door", ["ended", "limit"], 1.5))
    await asyncio.sleep(0)
    watch.on_body(event("yard", "offline", "limit"))
    await asyncio.sleep(0)
    assert not waiting.done()
    watch.on_body(event("door", "offline", "limit"))
    assert (await waiting).at == 2.0


async def test_a_stream_is_calm_once_it_is_live_and_the_words_are_gone() -> None:
    watch = EventWatch(FakeClock())
    waiting = asyncio.create_task(watch.calm("door", ["packets_lost"]))
    for said in (event("door", "offline", "ended"), event("door", "live", codes=["packets_lost"])):
        watch.on_body(said)
        await asyncio.sleep(0)
        assert not waiting.done()
    watch.on_body(event("door", "live", codes=["unstable"]))
    assert (await waiting).words == {"unstable"}


async def test_it_follows_a_server_and_says_when_that_ends() -> None:
    asked: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        writer.write(b"%x\r\n%b\r\n" % (len(NEWS), NEWS))
        await writer.drain()
        writer.close()

    watch = EventWatch(FakeClock())
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        host, port = server.sockets[0].getsockname()
        with pytest.raises(LiveEdgeError, match="events have ended"):
            await follow_events(f"http://{host}:{port}/", watch)
    assert asked[0].startswith(b"GET /api/events HTTP/1.1\r\n")
    assert set(watch.newest) == {"door", "yard"}


async def test_a_server_that_is_gone_is_reported() -> None:
    with pytest.raises(LiveEdgeError, match="cannot be followed"):
        await follow_events("http://127.0.0.1:1/", EventWatch(FakeClock()))
