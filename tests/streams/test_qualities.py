"""Qualities, with real workers where pictures are made."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from itertools import pairwise

import pytest

from liveedge.clock import SystemClock
from liveedge.errors import Reason, SourceError
from liveedge.ingest.source import VideoDescription
from liveedge.media.chunk import HEADER
from liveedge.streams import quality as module
from liveedge.streams import rate
from liveedge.streams.qualities import Qualities
from liveedge.streams.registry import StreamRegistry
from liveedge.streams.state import State
from liveedge.streams.status import status_of
from liveedge.streams.stream import Stream
from liveedge.streams.transcode import Slots
from liveedge.streams.viewers import Viewer
from liveedge.workers.messages import Message
from liveedge.workers.tasks import Task
from liveedge.workers.worker import Worker
from tests.streams.cameras import Camera
from tests.support import access_units, encode


class Site:
    """A registry with one camera, `door`, and its qualities."""

    def __init__(self) -> None:
        self.clock = SystemClock()
        self.camera, self.sub = Camera(), Camera()
        self.registry = StreamRegistry(self.clock)
        self.door = self.registry.add("door", "Door", self.camera.open)
        self.qualities = Qualities(self.registry, self.clock)
        self._sent = 0

    async def live(self) -> None:
        self.registry.start()
        await self.camera.wait()
        self.send(2)

    def send(self, count: int = 1) -> None:
        units = access_units(encode(120, 15, (1280, 720)), start=self.clock.monotonic())
        for unit in units[self._sent : self._sent + count]:
            unit.arrival = self.clock.monotonic()
            self.camera.send(unit)
        self._sent += count

    def quality(self, name: str = "low") -> Stream:
        stream = self.qualities.get(f"door~{name}")
        assert stream is not None
        return stream


def sizes(stream: Stream) -> dict[str, tuple[str, int | None, int | None]]:
    return {o.quality: (o.made.value, o.width, o.height) for o in stream.qualities()}


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    site = Site()
    yield site
    await site.qualities.stop()
    await site.registry.stop()


async def until(stream: Stream, reached: Callable[[], bool]) -> None:
    """Wait for a change of a stream's state, or a picture of it, after which it is so."""
    changed = asyncio.Event()
    stops = (
        stream.listen(lambda _: changed.set()),
        stream.window.listen(lambda _: changed.set()),
    )
    async with asyncio.timeout(30):
        while not reached():
            changed.clear()
            await changed.wait()
    for stop in stops:
        stop()


async def test_the_camera_s_own_stream_is_the_registry_s(site: Site) -> None:
    assert site.qualities.get("door") is site.door


@pytest.mark.parametrize("name", ["door~", "door~tiny", "yard~low", "~low", "door~low~low", "yard"])
async def test_there_is_no_other_quality(site: Site, name: str) -> None:
    site.registry.start()
    assert site.qualities.get(name) is None
    assert list(site.qualities) == [site.door]


async def test_nothing_is_begun_before_the_server_has_begun(site: Site) -> None:
    assert site.qualities.get("door~low") is None


async def test_a_quality_is_made_once_for_all_and_ends_with_the_server(site: Site) -> None:
    await site.live()
    low = site.quality()
    assert site.quality() is low
    assert list(site.qualities) == [site.door, low]
    assert (low.id, low.name) == ("door~low", "Door (low)")
    assert low.number not in {0, site.door.number}
    await until(low, lambda: low.state.state is State.LIVE)
    epoch = low.window.epoch
    assert epoch is not None
    assert (epoch.config.parameters.width, epoch.config.parameters.height) == (640, 360)
    await site.qualities.stop()
    assert low.state.state is State.STOPPED
    assert site.qualities.slots.taken == 0


async def test_a_picture_keeps_its_times(site: Site) -> None:
    await site.live()
    low = site.quality()
    await until(low, lambda: low.state.state is State.LIVE)
    site.send(3)
    newest = site.door.window.newest
    assert newest is not None
    await until(low, lambda: low.window.next_sequence >= 4)
    made = low.window.newest
    assert made is not None
    assert made.capture_us == newest.capture_us
    assert made.arrival == newest.arrival
    steps = [chunk.decode_time for chunk in low.window.since(0)]
    assert {later - earlier for earlier, later in pairwise(steps)} == {3000}
    flags = {HEADER.unpack_from(chunk.message)[1] & 4 for chunk in low.window.since(0)}
    assert flags == {0}


async def test_a_camera_that_fails_is_said_and_waited_for(site: Site) -> None:
    await site.live()
    low = site.quality()
    await until(low, lambda: low.state.state is State.LIVE)
    site.camera.fail(SourceError(Reason.REFUSED, "Nothing listens."))
    await until(low, lambda: low.state.state is State.OFFLINE)
    assert (low.state.reason, low.state.error) == (Reason.REFUSED, "Nothing listens.")
    await site.camera.wait()
    site.camera.send(access_units(encode(120, 15, (1280, 720)))[0])
    await until(low, lambda: low.state.state is State.LIVE)


async def test_a_worker_that_crashes_is_a_reason_and_no_more(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    workers: list[Worker] = []
    start = Worker.start

    async def starting(task: Task) -> Worker:
        workers.append(await start(task))
        return workers[-1]

    monkeypatch.setattr(Worker, "start", starting)
    await site.live()
    low = site.quality()
    await until(low, lambda: low.state.state is State.LIVE)
    os.kill(workers[0].pid, signal.SIGKILL)
    await until(low, lambda: low.state.state is State.OFFLINE)
    assert low.state.reason is Reason.WORKER
    assert site.door.state.state is State.LIVE
    await until(low, lambda: low.state.state is State.LIVE)
    assert len(workers) == 2


async def test_a_quality_that_nobody_watches_ends(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LINGER_SECONDS", 0.01)
    await site.live()
    low, viewer = site.quality(), Viewer("live")
    low.viewers.join(viewer)
    await until(low, lambda: low.state.state is State.LIVE)
    # It has been watched for longer than it would linger.
    low.viewers.leave(viewer)
    await until(low, lambda: low.state.state is State.STOPPED)
    assert list(site.qualities) == [site.door]
    low.viewers.join(viewer)
    assert site.quality() is low
    await until(low, lambda: low.state.state is State.LIVE)


async def test_who_comes_back_while_it_ends_waits_for_the_end(site: Site) -> None:
    site.qualities = Qualities(site.registry, site.clock, sub_streams={"door": site.sub.open})
    await site.live()
    site.sub.stubborn = True
    low = site.quality()
    await site.sub.wait()
    site.qualities._qualities[low.id].retire()
    assert site.quality() is low
    await site.sub.closed.wait()
    assert site.sub.sessions == 1
    site.sub.let_go.set()
    await site.sub.wait()
    assert (site.sub.sessions, site.sub.most_at_once) == (2, 1)


async def test_a_sub_stream_of_the_camera_is_its_low_quality(site: Site) -> None:
    site.qualities = Qualities(
        site.registry, site.clock, transcodes=0, sub_streams={"door": site.sub.open}
    )
    await site.live()
    low = site.quality()
    await site.sub.wait()
    site.sub.send(access_units(encode())[0])
    assert low.state.state is State.LIVE
    await site.qualities.stop()
    await site.sub.closed.wait()


async def test_a_stream_says_which_qualities_it_has(site: Site) -> None:
    unknown = ("transcode", None, None)
    assert sizes(site.door) == {"low": unknown, "medium": unknown}
    await site.live()
    known = {"low": ("transcode", 640, 360), "medium": ("transcode", 960, 540)}
    assert sizes(site.door) == known
    # Who watches a quality may choose another one.
    assert sizes(site.quality()) == known


async def test_a_stream_of_h265_has_one_that_every_browser_plays(site: Site) -> None:
    await site.live()
    encoded = encode(size=(2560, 1440), frames=1, codec="h265")
    sink = await site.camera.wait()
    sink.playing(VideoDescription("h265", 90_000, encoded.parameter_sets))
    site.camera.send(access_units(encoded)[0])
    assert sizes(site.door)["h264"] == ("transcode", 1920, 1080)


async def test_the_size_of_a_sub_stream_is_known_once_it_has_run(site: Site) -> None:
    site.qualities = Qualities(
        site.registry, site.clock, transcodes=0, sub_streams={"door": site.sub.open}
    )
    await site.live()
    assert sizes(site.door) == {"low": ("camera", None, None)}
    site.quality()
    await site.sub.wait()
    site.sub.send(access_units(encode())[0])
    assert sizes(site.door) == {"low": ("camera", 64, 48)}


async def test_the_status_tells_of_qualities(site: Site) -> None:
    await site.live()
    low = site.quality()
    low.viewers.join(Viewer("live"))
    await until(low, lambda: low.state.state is State.LIVE)
    status = status_of(site.door, site.clock.monotonic())
    told = {quality.quality: quality for quality in status.qualities}
    assert (told["low"].state, told["low"].viewers) == (State.LIVE, 1)
    assert (told["medium"].state, told["medium"].viewers) == (State.STOPPED, 0)
    assert low.cost is not None
    assert low.cost.seconds > 0
    assert told["medium"].cpu_percent is None


async def test_a_quality_follows_the_bit_rate_of_its_original(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    posted: list[Message] = []
    post = Worker.post

    def posting(worker: Worker, message: Message) -> None:
        posted.append(message)
        post(worker, message)

    monkeypatch.setattr(Worker, "post", posting)
    rates = iter([4000.0, 4000.0])
    monkeypatch.setattr(rate, "kilobits_per_second", lambda _: next(rates, 1600.0))
    await site.live()
    low = site.quality()
    await until(low, lambda: low.state.state is State.LIVE)
    site.send(15)
    assert [m.number("kbps") for m in posted if m.kind == "transcode"] == [800]
    assert [m.number("kbps") for m in posted if m.kind == "rate"] == [400]


async def test_there_is_an_end_of_what_a_server_transcodes(site: Site) -> None:
    site.qualities = Qualities(site.registry, site.clock, transcodes=0)
    await site.live()
    low = site.quality()
    await until(low, lambda: low.state.state is State.OFFLINE)
    assert low.state.reason is Reason.BUSY
    assert "at most 0 streams" in (low.state.error or "")


def test_a_slot_can_be_used_again() -> None:
    slots = Slots(1)
    slots.take()
    with pytest.raises(SourceError):
        slots.take()
    slots.give_back()
    slots.take()
