"""Server-sent events, through ASGI, so that a client may be slow, gone or too many."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from liveedge.api import event_feed, events
from liveedge.api.event_feed import BACKLOG, Event, EventFeed, Subscriber
from liveedge.errors import Reason, SourceError
from liveedge.health.monitor import Monitor
from tests.api.application import Served
from tests.support import access_units, encode


@pytest.fixture
async def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Served]:
    made = Served(tmp_path, monkeypatch)
    yield made
    await made.registry.stop()


class Client:
    """One HTTP client that reads as fast as it is told."""

    def __init__(self, served: Served) -> None:
        self.started = asyncio.Event()
        self.status = 0
        self.headers: dict[bytes, bytes] = {}
        self.body = b""
        self.reads = asyncio.Event()
        self.reads.set()
        self._arrived = asyncio.Condition()
        self._gone = asyncio.Event()
        scope = {
            "type": "http",
            "method": "GET",
            "path": "/api/events",
            "raw_path": b"/api/events",
            "query_string": b"",
            "headers": [],
            "root_path": "",
            "scheme": "http",
            "server": ("test", 80),
            "client": ("test", 1),
            "http_version": "1.1",
        }
        self.task = asyncio.create_task(served.api(scope, self._receive, self._send))

    async def _receive(self) -> dict[str, Any]:
        if not self.started.is_set():
            self.started.set()
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = dict(message["headers"])
            return
        await self.reads.wait()
        async with self._arrived:
            self.body += message.get("body", b"")
            self._arrived.notify_all()

    async def until(self, text: str) -> None:
        """Wait for something to arrive."""
        async with asyncio.timeout(5), self._arrived:
            await self._arrived.wait_for(lambda: text.encode() in self.body)

    def leave(self) -> None:
        self._gone.set()

    async def ended(self) -> None:
        async with asyncio.timeout(5):
            await self.task

    def events(self) -> list[tuple[str, Any]]:
        """Everything that has come, parsed by the rules of the HTML standard."""
        found = []
        for block in self.body.decode().split("\n\n"):
            fields = dict(
                line.split(": ", 1) for line in block.split("\n") if line and line[0] != ":"
            )
            if "data" in fields:
                found.append((fields["event"], json.loads(fields["data"])))
        return found


async def test_begins_with_how_things_are_and_goes_on_with_every_change(served: Served) -> None:
    client = Client(served)
    await client.until('"stopped"')
    assert client.status == 200
    assert client.headers[b"content-type"].startswith(b"text/event-stream")
    assert client.headers[b"cache-control"] == b"no-store"
    await served.registry.start_one("door")
    await served.camera.wait()
    served.camera.play()
    served.camera.send(access_units(encode())[0])
    served.camera.fail(SourceError(Reason.ENDED, "The camera closed the connection."))
    await client.until('"offline"')
    states = [data["state"] for _, data in client.events()]
    assert states == ["stopped", "connecting", "live", "offline"]
    last = client.events()[-1][1]
    assert last["stream_id"] == "door"
    assert (last["healthy"], last["level"], last["is_active"]) == (False, "failed", False)
    assert (last["reason"], last["error"]) == ("ended", "The camera closed the connection.")
    assert last["reasons"][0]["code"] == "offline"
    client.leave()
    await client.ended()
    assert served.feed.subscribers == 0


async def test_a_verdict_is_news_and_the_same_verdict_is_not(served: Served) -> None:
    client = Client(served)
    await served.registry.start_one("door")
    await served.camera.wait()
    served.camera.play()
    monitor = Monitor(served.registry, served.clock)
    units = iter(access_units(encode(frames=90)))

    def live(frames: int) -> None:
        for _ in range(frames):
            unit = next(units)
            served.clock.advance(1 / 30)
            unit.arrival = served.clock.monotonic()
            served.camera.send(unit)
            monitor.run_once(served.clock.monotonic())

    live(30)
    for unit in units:
        unit.rtp_time = 0x7000_0000
        unit.arrival = served.clock.monotonic()
        served.camera.send(unit)
        break
    live(30)
    await client.until("timestamps_jumped")
    told = [data for _, data in client.events() if data["state"] == "live"]
    assert [data["level"] for data in told] == ["ok", "degraded"]
    client.leave()
    await client.ended()


async def test_a_client_that_does_not_read_loses_the_oldest_and_is_told(served: Served) -> None:
    client = Client(served)
    await client.until('"stopped"')
    client.reads.clear()
    served.registry.add("gate", "Gate", served.camera.open)
    for number in range(BACKLOG + 50):
        for subscriber in served.feed._subscribers:
            subscriber.put(Event("stream", json.dumps({"number": number})))
        await asyncio.sleep(0)
    client.reads.set()
    await client.until(f'"number": {BACKLOG + 49}')
    missed = [data["events"] for kind, data in client.events() if kind == "missed"]
    numbers = [data["number"] for _, data in client.events() if "number" in data]
    assert len(missed) == 1
    assert len(numbers) + missed[0] == BACKLOG + 50, "every event is delivered or counted"
    client.leave()
    await client.ended()


async def test_a_client_that_never_reads_is_given_up(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "SEND_DEADLINE", 0.02)
    client = Client(served)
    client.reads.clear()
    await client.ended()
    assert served.feed.subscribers == 0


async def test_silence_is_broken_by_a_heartbeat(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "HEARTBEAT_SECONDS", 0.01)
    client = Client(served)
    await client.until(": still here")
    client.leave()
    await client.ended()


async def test_too_many_clients_are_told_so(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_feed, "MAX_SUBSCRIBERS", 2)
    clients = [Client(served), Client(served)]
    for client in clients:
        await client.until('"stopped"')
    third = Client(served)
    await third.ended()
    assert third.status == 503
    assert third.headers[b"retry-after"] == b"5"
    clients[0].leave()
    await clients[0].ended()
    fourth = Client(served)
    await fourth.until('"stopped"')
    for client in (clients[1], fourth):
        client.leave()
        await client.ended()


async def test_the_end_of_the_server_is_the_end_of_the_events(served: Served) -> None:
    client = Client(served)
    await client.until('"stopped"')
    served.feed.close()
    await client.ended()
    late = Client(served)
    await late.ended()
    assert late.status == 503


async def test_a_client_that_has_left_is_forgotten_at_once(served: Served) -> None:
    client = Client(served)
    await client.until('"stopped"')
    client.leave()
    await client.ended()
    assert served.feed.subscribers == 0


async def test_nobody_listens_and_nothing_is_kept(served: Served) -> None:
    feed = EventFeed(served.registry, served.clock)
    await served.registry.start_one("door")
    assert feed._said == {}


async def test_many_streams_all_fit_into_the_beginning() -> None:
    subscriber = Subscriber(Event("stream", str(number)) for number in range(1000))
    events = await subscriber.take(1.0)
    assert [event.data for event in events] == [str(number) for number in range(1000)]
