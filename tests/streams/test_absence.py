"""While a camera is away, its playlist goes on."""

import asyncio

from liveedge.streams.absence import Absence
from tests.delivery.hls.camera import Camera
from tests.support import FakeClock


class Sleeps:
    """Sleeping that only notes for how long, and ends when told."""

    def __init__(self) -> None:
        self.asked: list[float] = []
        self.asleep = asyncio.Event()
        self._wake = asyncio.Event()

    async def __call__(self, seconds: float) -> None:
        self.asked.append(seconds)
        self.asleep.set()
        await self._wake.wait()
        self._wake.clear()

    async def wake(self) -> None:
        """Let the sleeper go on until it sleeps again."""
        self.asleep.clear()
        self._wake.set()
        async with asyncio.timeout(5):
            await self.asleep.wait()


def away(camera: Camera, clock: FakeClock, seconds: float) -> None:
    camera.wait(round(seconds * 90_000))
    clock.now = camera.now


async def test_gaps_are_listed_at_the_pace_of_the_target_duration() -> None:
    camera, clock, sleeps = Camera(), FakeClock(), Sleeps()
    camera.gops(4)
    away(camera, clock, 0.2)
    absence = Absence(camera.cutter, clock, sleep=sleeps)
    absence.begin()
    absence.begin()
    async with asyncio.timeout(5):
        await sleeps.asleep.wait()
    assert not any(segment.gap for segment in camera.segments.listed)
    for gaps in range(1, 4):
        away(camera, clock, sleeps.asked[-1])
        await sleeps.wake()
        assert sum(segment.gap for segment in camera.segments.listed) == gaps
    assert sleeps.asked[1:] == [1.0] * 3
    absence.end()
    absence.end()


async def test_a_picture_ends_the_absence() -> None:
    camera, clock, sleeps = Camera(), FakeClock(), Sleeps()
    camera.gops(4)
    away(camera, clock, 0.0)
    absence = Absence(camera.cutter, clock, sleep=sleeps)
    absence.begin()
    async with asyncio.timeout(5):
        await sleeps.asleep.wait()
    absence.end()
    await asyncio.sleep(0)
    assert [task for task in asyncio.all_tasks() if task.get_name() == "absence"] == []
    camera.lose(0.5)
    camera.gop()
    assert camera.segments.open is not None
    assert camera.segments.open.discontinuity


async def test_a_camera_that_never_came_leaves_no_gaps() -> None:
    camera, clock, sleeps = Camera(), FakeClock(), Sleeps()
    absence = Absence(camera.cutter, clock, sleep=sleeps)
    absence.begin()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert sleeps.asked == []
    assert camera.segments.next_msn == 5000
    absence.end()
