import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveedge.camera.capture import Capture, CodedPicture, next_slot
from liveedge.camera.encoder import Encoder
from liveedge.camera.picture import Picture
from liveedge.clock import Clock, SystemClock
from tests.camera.peer import DEADLINE

FPS, GOP = 60, 4


@given(st.integers(0, 10_000), st.floats(0, 1000), st.integers(1, 120))
def test_the_next_slot_is_later_and_at_most_one_interval_over(
    slot: int, elapsed: float, fps: int
) -> None:
    following = next_slot(slot, elapsed, fps)
    assert following > slot
    assert following == slot + 1 or following / fps <= elapsed
    assert elapsed - following / fps < 1 / fps


def test_a_picture_in_time_is_followed_by_its_neighbour() -> None:
    assert next_slot(5, 5.2 / 30, 30) == 6


def test_slots_that_are_over_are_skipped_and_not_made_up_for() -> None:
    assert next_slot(5, 9.5 / 30, 30) == 9
    assert next_slot(9, 9.6 / 30, 30) == 10


class Album:
    """Keeps what a capture delivers."""

    def __init__(self) -> None:
        self.pictures: list[CodedPicture] = []
        self._arrived = asyncio.Event()

    def add(self, picture: CodedPicture) -> None:
        self.pictures.append(picture)
        self._arrived.set()

    async def has(self, count: int) -> None:
        async with asyncio.timeout(DEADLINE):
            while len(self.pictures) < count:
                self._arrived.clear()
                await self._arrived.wait()


class RememberingClock:
    """The clocks of this machine; remembers when it was first asked."""

    wall = staticmethod(SystemClock.wall)

    def __init__(self) -> None:
        self.first: float | None = None

    def monotonic(self) -> float:
        now = SystemClock.monotonic()
        self.first = now if self.first is None else self.first
        return now


@asynccontextmanager
async def capturing(album: Album, clock: Clock) -> AsyncIterator[Capture]:
    encoder = Encoder(512, 240, FPS, GOP, 300)
    capture = Capture(encoder, Picture(encoder.planes, "Test", ""), FPS, clock, album.add)
    task = asyncio.create_task(capture.run())
    try:
        yield capture
    finally:
        task.cancel()
        await asyncio.wait((task,), timeout=DEADLINE)
        assert task.cancelled()
        assert not [thread for thread in threading.enumerate() if thread.name == "capture"]


async def test_pictures_are_whole_gops_on_slots() -> None:
    album, clock = Album(), RememberingClock()
    async with capturing(album, clock) as capture:
        capture.resume()
        await album.has(13)
    pictures = album.pictures
    assert [picture.sync for picture in pictures[:9]] == [i % GOP == 0 for i in range(9)]
    # The clock is first asked when slot 0 begins.
    assert clock.first is not None
    slots = [(picture.captured - clock.first) * FPS for picture in pictures]
    # Never before its slot. How late is the machine's affair, but two never share one.
    assert all(round(slot, 3) >= index for index, slot in enumerate(slots))
    assert all(int(second + 0.01) > int(first + 0.01) for first, second in pairwise(slots))


class WatchedEvent(threading.Event):
    """Tells when somebody begins to wait for it."""

    def __init__(self) -> None:
        super().__init__()
        self.awaited = threading.Event()

    def wait(self, timeout: float | None = None) -> bool:
        if not self.is_set():
            self.awaited.set()
        return super().wait(timeout)


async def test_pictures_are_taken_only_while_somebody_wants_them() -> None:
    album = Album()
    encoder = Encoder(512, 240, FPS, GOP, 300)
    capture = Capture(encoder, Picture(encoder.planes, "Test", ""), FPS, SystemClock(), album.add)
    capture._wanted = wanted = WatchedEvent()
    task = asyncio.create_task(capture.run())
    for _ in range(2):
        assert await asyncio.to_thread(wanted.awaited.wait, DEADLINE)
        wanted.awaited.clear()
        count = len(album.pictures)
        capture.resume()
        await album.has(count + 2)
        assert album.pictures[count].sync
        assert not album.pictures[count + 1].sync
        capture.pause()
    assert await asyncio.to_thread(wanted.awaited.wait, DEADLINE)
    task.cancel()
    await asyncio.wait((task,), timeout=DEADLINE)
    assert task.cancelled()


async def test_a_loop_that_is_late_costs_pictures_and_not_memory() -> None:
    album = Album()
    async with capturing(album, SystemClock()) as capture:
        capture.resume()
        await album.has(1)
        busy = threading.Event()
        # Nobody else may run in the loop meanwhile; that is the point.
        busy.wait(20 / FPS)
        taken_while_busy = len(album.pictures)
        await album.has(taken_while_busy + 6)
        assert capture.skipped >= 10
    # What was on its way, and every picture that was encoded arrived: GOPs are whole.
    syncs = [index for index, picture in enumerate(album.pictures) if picture.sync]
    assert syncs == list(range(0, len(album.pictures), GOP))


async def test_what_the_encoder_raises_ends_the_capture() -> None:
    encoder = Encoder(512, 240, FPS, GOP, 300)

    class Blank:
        def draw(self, wall: float, index: int) -> None:
            raise RuntimeError("no ink")

    capture = Capture(encoder, Blank(), FPS, SystemClock(), lambda _: None)  # type: ignore[arg-type]
    capture.resume()
    with pytest.raises(RuntimeError, match="no ink"):
        async with asyncio.timeout(DEADLINE):
            await capture.run()
