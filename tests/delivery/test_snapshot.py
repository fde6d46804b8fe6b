"""Snapshots over ASGI, with a maker that can be counted and with a real worker."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from liveedge.clock import SystemClock
from liveedge.delivery.snapshot import MOST_PICTURES, Maker, SnapshotEndpoint
from liveedge.errors import ProtocolError, Reason, SourceError, WorkerError
from liveedge.streams.registry import StreamRegistry
from liveedge.workers.messages import Message
from liveedge.workers.service import WorkerService
from liveedge.workers.tasks import Task
from tests.streams.cameras import Camera
from tests.support import FakeClock, access_units, encode


@dataclass
class FakeMaker:
    """Makes a `JPEG` of what it is asked, or fails as told."""

    asked: list[Message] = field(default_factory=list)
    failure: SourceError | None = None
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    let: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.let.set()

    async def ask(self, message: Message) -> Message:
        self.asked.append(message)
        self.begun.set()
        await self.let.wait()
        if self.failure is not None:
            raise self.failure
        return Message("jpeg", {}, b"picture %d" % len(self.asked))


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[bytes, bytes]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Site:
    """A registry with one stream, `door`, whose camera a test leads, and its snapshots."""

    def __init__(self, maker: Maker) -> None:
        self.camera = Camera()
        self.registry = StreamRegistry(FakeClock())
        self.stream = self.registry.add("door", "Door", self.camera.open)
        self.endpoint = SnapshotEndpoint(self.registry, maker)
        self.units = iter(access_units(encode(12, 4)))

    async def live(self) -> None:
        self.registry.start()
        await self.camera.wait()
        self.send()

    def send(self, count: int = 1) -> None:
        for _ in range(count):
            self.camera.send(next(self.units))

    async def get(
        self,
        path: str = "/snapshot/door.jpg",
        *,
        query: bytes = b"",
        method: str = "GET",
        headers: tuple[tuple[bytes, bytes], ...] = (),
    ) -> Answer:
        sent: list[dict[str, Any]] = []

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        async def receive() -> dict[str, Any]:
            await asyncio.Event().wait()
            raise AssertionError

        scope = {"method": method, "path": path, "query_string": query, "headers": headers}
        await self.endpoint(scope, receive, send)
        body = b"".join(bytes(message.get("body", b"")) for message in sent[1:])
        return Answer(sent[0]["status"], dict(sent[0]["headers"]), body)


@pytest.fixture
def maker() -> FakeMaker:
    return FakeMaker()


@pytest.fixture
async def site(maker: FakeMaker) -> Any:
    site = Site(maker)
    yield site
    await site.registry.stop()


async def test_the_newest_keyframe_is_served(site: Site, maker: FakeMaker) -> None:
    await site.live()
    answer = await site.get()
    assert (answer.status, answer.body) == (200, b"picture 1")
    assert answer.headers[b"content-type"] == b"image/jpeg"
    assert answer.headers[b"cache-control"] == b"no-cache"
    assert answer.headers[b"content-length"] == b"9"
    epoch = site.stream.window.epoch
    assert epoch is not None
    assert maker.asked[0].payload.startswith(epoch.init)
    assert maker.asked[0].values == {"width": 0}


async def test_a_keyframe_is_decoded_once(site: Site, maker: FakeMaker) -> None:
    await site.live()
    maker.let.clear()
    asking = [asyncio.create_task(site.get()) for _ in range(5)]
    await maker.begun.wait()
    maker.let.set()
    bodies = {answer.body for answer in await asyncio.gather(*asking)}
    site.send(3)
    bodies.add((await site.get()).body)
    assert bodies == {b"picture 1"}
    site.send()
    assert (await site.get()).body == b"picture 2"
    assert len(site.endpoint._pictures) == 1


async def test_who_leaves_leaves_the_picture_to_the_others(site: Site, maker: FakeMaker) -> None:
    await site.live()
    maker.let.clear()
    first, second = (asyncio.create_task(site.get()) for _ in range(2))
    await maker.begun.wait()
    first.cancel()
    maker.let.set()
    assert (await second).body == b"picture 1"
    assert len(maker.asked) == 1


async def test_each_width_is_a_picture_of_its_own(site: Site, maker: FakeMaker) -> None:
    await site.live()
    wide, narrow = await site.get(), await site.get(query=b"width=32")
    assert wide.headers[b"etag"] != narrow.headers[b"etag"]
    assert [message.values["width"] for message in maker.asked] == [0, 32]


@pytest.mark.parametrize(
    "query",
    [b"width=", b"width=15", b"width=3841", b"width=-1", b"width=1e3", b"width=20&width=30",
     b"width=" + b"9" * 300],
)  # fmt: skip
async def test_a_width_that_makes_no_sense_is_refused(site: Site, query: bytes) -> None:
    await site.live()
    answer = await site.get(query=query)
    assert answer.status == 400
    assert "16 to 3840" in answer.json["detail"]


@pytest.mark.parametrize("form", [b"%s", b"W/%s", b'"other", %s', b"*"])
async def test_a_picture_that_is_known_is_not_sent_or_made_again(
    site: Site, maker: FakeMaker, form: bytes
) -> None:
    await site.live()
    etag = (await site.get()).headers[b"etag"]
    known = form % etag if b"%s" in form else form
    site.endpoint._pictures.clear()
    answer = await site.get(headers=((b"if-none-match", known),))
    assert (answer.status, answer.body, answer.headers[b"etag"]) == (304, b"", etag)
    assert len(maker.asked) == 1
    site.send(4)
    answer = await site.get(headers=((b"if-none-match", b'"none", ' + etag),))
    assert answer.status == 200
    assert answer.headers[b"etag"] != etag


async def test_head_has_the_headers_and_no_body(site: Site) -> None:
    await site.live()
    head, get = await site.get(method="HEAD"), await site.get()
    assert (head.status, head.headers, head.body) == (200, get.headers, b"")


async def test_other_methods_are_refused(site: Site) -> None:
    answer = await site.get(method="POST")
    assert (answer.status, answer.headers[b"allow"]) == (405, b"GET, HEAD")


@pytest.mark.parametrize(
    "path", ["/snapshot/window.jpg", "/snapshot/door.png", "/snapshot/a/door.jpg", "/snapshot/"]
)
async def test_an_unknown_stream_is_not_found(site: Site, path: str) -> None:
    await site.live()
    answer = await site.get(path)
    assert answer.status == 404
    assert "no such stream" in answer.json["detail"]


async def test_without_a_picture_the_state_is_said(site: Site) -> None:
    answer = await site.get()
    assert answer.status == 503
    assert answer.headers[b"retry-after"] == b"1"
    assert answer.json["state"] == "stopped"
    site.registry.start()
    await site.camera.wait()
    assert (await site.get()).json["state"] == "connecting"


async def test_an_old_picture_is_not_shown_as_a_new_one(site: Site, maker: FakeMaker) -> None:
    await site.live()
    assert (await site.get()).status == 200
    offline = asyncio.Event()
    site.stream.listen(lambda _: offline.set())
    site.camera.fail(SourceError(Reason.REFUSED, "Nothing listens."))
    await offline.wait()
    answer = await site.get()
    assert answer.status == 503
    assert answer.json == {"detail": "Nothing listens.", "state": "offline", "reason": "refused"}
    assert answer.headers[b"cache-control"] == b"no-store"


async def test_a_keyframe_that_cannot_be_decoded_is_not_tried_again(
    site: Site, maker: FakeMaker
) -> None:
    await site.live()
    maker.failure = ProtocolError("It cannot be decoded.")
    for _ in range(2):
        answer = await site.get()
        assert (answer.status, answer.json["reason"]) == (503, "protocol")
    assert len(maker.asked) == 1


async def test_a_worker_that_fails_is_asked_again(site: Site, maker: FakeMaker) -> None:
    await site.live()
    maker.failure = WorkerError("It crashed.")
    answer = await site.get()
    assert (answer.status, answer.json["reason"], answer.json["state"]) == (503, "worker", "live")
    maker.failure = None
    assert (await site.get()).status == 200


async def test_what_is_kept_is_bounded(site: Site) -> None:
    await site.live()
    for width in range(100, 100 + 2 * MOST_PICTURES):
        await site.get(query=b"width=%d" % width)
    assert len(site.endpoint._pictures) <= MOST_PICTURES + 1


async def test_a_real_worker_makes_a_real_picture() -> None:
    service = WorkerService(Task.STILL, SystemClock(), deadline=20, max_waiting=2)
    site = Site(service)
    try:
        await site.live()
        answer = await site.get(query=b"width=32")
        assert answer.status == 200
        assert answer.body[:3] == b"\xff\xd8\xff"
    finally:
        await site.registry.stop()
        await service.close()


async def test_pages_that_are_named_may_read_the_pixels(maker: FakeMaker) -> None:
    site = Site(maker)
    site.endpoint = SnapshotEndpoint(site.registry, maker, frozenset({"https://home.test"}))
    await site.live()
    named = await site.get(headers=((b"origin", b"https://home.test"),))
    other = await site.get(headers=((b"origin", b"https://else.test"),))
    await site.registry.stop()
    assert named.headers[b"access-control-allow-origin"] == b"https://home.test"
    assert b"access-control-allow-origin" not in other.headers
