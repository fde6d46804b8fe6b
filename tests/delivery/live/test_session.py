import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from liveedge.delivery.live import session as session_module
from liveedge.delivery.live.session import LiveSession, Overloaded
from liveedge.errors import Reason, SourceError
from liveedge.ingest.source import MediaSink, Source
from liveedge.media.chunk import HEADER
from liveedge.streams.registry import StreamRegistry
from liveedge.streams.stream import Stream
from tests.support import FakeClock, access_units, encode


class Socket:
    """The client's side: takes what is sent unless it is told not to read."""

    def __init__(self) -> None:
        self.received: list[Any] = []
        self.reading = asyncio.Event()
        self.reading.set()
        self.closed = False
        self._changed = asyncio.Event()

    async def send(self, message: dict[str, Any]) -> None:
        if self.closed:
            raise ConnectionError("The client has gone.")
        await self.reading.wait()
        text = message.get("text")
        self.received.append(message["bytes"] if text is None else json.loads(text))
        self._changed.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    def kinds(self) -> list[str]:
        """A word for each message: JSON by type, binary by kind."""
        return [
            m["type"] if isinstance(m, dict) else {1: "init", 2: "chunk"}[m[0]]
            for m in self.received
        ]

    def sequences(self) -> list[int]:
        return [
            HEADER.unpack_from(m)[4] for m in self.received if isinstance(m, bytes) and m[0] == 2
        ]


class NoSource:
    def __init__(self, sink: MediaSink) -> None:
        self.sink = sink

    async def run_once(self) -> None:
        raise SourceError(Reason.REFUSED, "Nothing listens.")


def source(sink: MediaSink) -> Source:
    return NoSource(sink)


class Bench:
    """A registry with two streams that the test feeds, and one socket on it."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.registry = StreamRegistry(self.clock)
        self.door = self.registry.add("door", "Door", source)
        self.yard = self.registry.add("yard", "Yard", source)
        self.socket = Socket()
        self.session = LiveSession(self.registry, self.socket.send, self.clock)

    def feed(self, stream: Stream, count: int, begin: int = 0) -> None:
        for unit in access_units(encode(frames=300, gop=15))[begin : begin + count]:
            stream.access_unit(unit)


@asynccontextmanager
async def running() -> AsyncIterator[Bench]:
    bench = Bench()
    task = asyncio.create_task(bench.session.run())
    try:
        await bench.socket.until(lambda: "hello" in bench.socket.kinds())
        yield bench
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        bench.session.close()
    assert len(bench.door.viewers) == len(bench.yard.viewers) == 0


SUBSCRIBE_DOOR = '{"type":"subscribe","stream":"door"}'


async def test_a_subscriber_gets_state_epoch_init_and_the_gop_so_far() -> None:
    async with running() as bench:
        bench.feed(bench.door, 20)
        bench.session.handle(SUBSCRIBE_DOOR)
        await bench.socket.until(lambda: bench.socket.sequences()[-1:] == [19])
        assert bench.socket.kinds() == ["hello", "state", "stream", "init"] + ["chunk"] * 5
        assert bench.socket.sequences() == [15, 16, 17, 18, 19]
        state, started = bench.socket.received[1:3]
        assert state["state"] == "live"
        assert (started["codec"][:5], started["width"], started["fps"]) == ("avc1.", 64, 30.0)


async def test_frames_are_sent_within_the_call_that_delivers_them() -> None:
    async with running() as bench:
        bench.feed(bench.door, 1)
        bench.session.handle(SUBSCRIBE_DOOR)
        await bench.socket.until(lambda: len(bench.socket.sequences()) == 1)
        await asyncio.sleep(0)
        bench.feed(bench.door, 10, begin=1)
        assert bench.socket.sequences() == list(range(11)), "no turn of the loop in between"


async def test_many_streams_share_the_socket() -> None:
    async with running() as bench:
        bench.session.handle(SUBSCRIBE_DOOR)
        bench.session.handle('{"type":"subscribe","stream":"yard"}')
        bench.feed(bench.door, 3)
        bench.feed(bench.yard, 3)
        await bench.socket.until(lambda: len(bench.socket.sequences()) == 6)
        numbers = {m[2:4] for m in bench.socket.received if isinstance(m, bytes)}
        assert len(numbers) == 2
        bench.session.handle('{"type":"unsubscribe","stream":"yard"}')
        bench.feed(bench.yard, 3, begin=3)
        bench.feed(bench.door, 1, begin=3)
        await bench.socket.until(lambda: len(bench.socket.sequences()) == 7)


def numbers(received: list[Any]) -> list[int]:
    """Which stream each chunk is of, in order."""
    return [m[2] << 8 | m[3] for m in received if isinstance(m, bytes) and m[0] == 2]


async def test_a_stream_is_sent_until_what_replaces_it_begins() -> None:
    async with running() as bench:
        door, yard = bench.door.number, bench.yard.number
        bench.session.handle(SUBSCRIBE_DOOR)
        bench.feed(bench.door, 3)
        await bench.socket.until(lambda: len(bench.socket.sequences()) == 3)
        bench.session.handle('{"type":"subscribe","stream":"yard","replaces":"door"}')
        bench.feed(bench.door, 2, begin=3)
        await bench.socket.until(lambda: len(bench.socket.sequences()) == 5)
        bench.feed(bench.yard, 1)
        await bench.socket.until(lambda: len(bench.socket.sequences()) == 6)
        assert len(bench.door.viewers) == 0
        bench.feed(bench.door, 5, begin=5)
        bench.feed(bench.yard, 2, begin=1)
        await bench.socket.until(lambda: bench.socket.sequences()[-1] == 2)
        assert numbers(bench.socket.received) == [door] * 5 + [yard] * 3


@pytest.mark.parametrize(("before", "first"), [(40, 30), (48, 60)])
async def test_a_replacement_brings_no_long_burst(before: int, first: int) -> None:
    units = access_units(encode(frames=70, gop=30))
    async with running() as bench:
        bench.session.handle(SUBSCRIBE_DOOR)
        for unit in units[:before]:
            bench.yard.access_unit(unit)
        bench.session.handle('{"type":"subscribe","stream":"yard","replaces":"door"}')
        for unit in units[before:]:
            await asyncio.sleep(0)
            bench.yard.access_unit(unit)
        await bench.socket.until(lambda: bench.socket.sequences()[-1:] == [69])
        assert bench.socket.sequences() == list(range(first, 70))


async def test_who_takes_a_replacement_back_keeps_what_it_has() -> None:
    async with running() as bench:
        bench.session.handle(SUBSCRIBE_DOOR)
        bench.session.handle('{"type":"subscribe","stream":"yard","replaces":"door"}')
        bench.session.handle('{"type":"unsubscribe","stream":"yard"}')
        bench.feed(bench.yard, 2)
        bench.feed(bench.door, 2)
        await bench.socket.until(lambda: len(bench.socket.sequences()) == 2)
        assert set(numbers(bench.socket.received)) == {bench.door.number}


async def test_who_does_not_read_is_moved_to_the_newest_sync_frame_and_told() -> None:
    async with running() as bench:
        bench.session.handle(SUBSCRIBE_DOOR)
        bench.feed(bench.door, 5)
        await bench.socket.until(lambda: len(bench.socket.sequences()) == 5)
        bench.socket.reading.clear()
        bench.feed(bench.door, 200, begin=5)
        held = sum(len(message) for message in bench.socket.received if isinstance(message, bytes))
        bench.socket.reading.set()
        await bench.socket.until(lambda: bench.socket.sequences()[-1] == 204)
        assert bench.socket.sequences()[:6] == [0, 1, 2, 3, 4, 5], "the one that was on its way"
        assert bench.socket.sequences()[6:] == list(range(195, 205))
        skipped = next(
            m for m in bench.socket.received if m.__class__ is dict and m["type"] == "skipped"
        )
        assert skipped["chunks"] == 189
        assert held < bench.door.window.size + 100_000


async def test_one_slow_socket_does_not_delay_another() -> None:
    async with running() as slow:
        other = Socket()
        fast = LiveSession(slow.registry, other.send, slow.clock)
        task = asyncio.create_task(fast.run())
        await other.until(lambda: bool(other.received))
        for session in (slow.session, fast):
            session.handle(SUBSCRIBE_DOOR)
        slow.feed(slow.door, 2)
        await other.until(lambda: len(other.sequences()) == 2)
        await asyncio.sleep(0)
        slow.socket.reading.clear()
        slow.feed(slow.door, 50, begin=2)
        assert other.sequences() == list(range(52))
        fast.close()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_socket_that_closes_ends_its_session_and_nothing_else() -> None:
    bench = Bench()
    other = Socket()
    sessions = [bench.session, LiveSession(bench.registry, other.send, bench.clock)]
    tasks = [asyncio.create_task(session.run()) for session in sessions]
    for session in sessions:
        session.handle(SUBSCRIBE_DOOR)
    bench.feed(bench.door, 2)
    await bench.socket.until(lambda: len(bench.socket.sequences()) == 2)
    await other.until(lambda: len(other.sequences()) == 2)
    await asyncio.sleep(0)
    bench.socket.closed = True
    bench.feed(bench.door, 3, begin=2)
    assert other.sequences() == list(range(5)), "the camera's call goes on to the other viewer"
    with pytest.raises(ConnectionError):
        await tasks[0]
    tasks[1].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for session in sessions:
        session.close()


async def test_who_never_reads_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_module, "SEND_DEADLINE", 0.01)
    bench = Bench()
    bench.socket.reading.clear()
    with pytest.raises(Overloaded):
        await bench.session.run()


async def test_a_new_epoch_is_announced_before_its_first_chunk() -> None:
    async with running() as bench:
        bench.session.handle(SUBSCRIBE_DOOR)
        bench.feed(bench.door, 3)
        await bench.socket.until(lambda: len(bench.socket.sequences()) == 3)
        for unit in access_units(encode(frames=4, gop=4, size=(128, 96)), start=1000.2):
            unit.rtp_time += 18_000
            bench.door.access_unit(unit)
        await bench.socket.until(lambda: len(bench.socket.sequences()) == 7)
        assert bench.socket.kinds()[-6:] == ["stream", "init"] + ["chunk"] * 4
        assert bench.socket.received[-6]["width"] == 128


async def test_changes_of_state_are_told() -> None:
    async with running() as bench:
        bench.session.handle(SUBSCRIBE_DOOR)
        bench.feed(bench.door, 1)
        bench.door.failed(SourceError(Reason.STALLED, "Video stopped."), 0.25)
        bench.clock.advance(2)
        await bench.socket.until(lambda: bench.socket.kinds().count("state") == 3)
        states = [m for m in bench.socket.received if isinstance(m, dict) and m["type"] == "state"]
        assert [s["state"] for s in states] == ["stopped", "live", "offline"]
        assert states[-1]["reason"] == "stalled"
        assert states[-1]["error"] == "Video stopped."


async def test_requests_that_cannot_be_met_are_answered() -> None:
    async with running() as bench:
        for text in (
            '{"type":"subscribe","stream":"attic"}',
            "nonsense",
            '{"type":"clock","t0":7}',
        ):
            bench.session.handle(text)
        await bench.socket.until(lambda: len(bench.socket.received) == 4)
        unknown, bad, clock = bench.socket.received[1:]
        assert (unknown["code"], unknown["stream"]) == ("unknown_stream", "attic")
        assert (bad["code"], bad["stream"]) == ("bad_message", None)
        assert clock == {"type": "clock", "t0": 7, "server_ms": 1_700_000_000_000.0}


async def test_reports_reach_the_stream() -> None:
    async with running() as bench:
        bench.session.handle(SUBSCRIBE_DOOR)
        bench.session.handle(
            '{"type":"report","stream":"door","transport":"mse","latency_p50_ms":48,'
            '"latency_p95_ms":61,"stalls":1,"dropped":2}'
        )
        assert bench.door.viewers.latencies() == [48]


async def test_control_messages_of_a_client_that_does_not_read_are_bounded() -> None:
    bench = Bench()
    for index in range(5000):
        bench.session.handle(f'{{"type":"clock","t0":{index}}}')
    assert len(bench.session._control) == session_module.MAX_CONTROL_BACKLOG
