"""A fleet under watch: faults are ordered, noticed, ended and recovered from."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from liveedge.bench.beside import with_beside
from liveedge.bench.event_watch import EventWatch, News, follow_events
from liveedge.bench.fault_cases import Case
from liveedge.bench.fault_trial import Trial
from liveedge.bench.fleet import FaultyCamera, Fleet, start_fleet
from liveedge.bench.live_watch import LiveWatch, watch_live
from liveedge.bench.parts import CameraPlan
from liveedge.clock import Clock, SystemClock
from liveedge.errors import LiveEdgeError
from liveedge.health.verdict import Code

BACK_DEADLINE: Final = 30.0
"""A camera that shows nothing so long after its fault has ended counts as not recovered."""
AFTERMATH: Final = 1.0
"""For so long afterwards the neighbours are still watched."""
SEEN_DEADLINE: Final = 10.0
FORGOTTEN_DEADLINE: Final = 90.0
"""Longer than health remembers anything that a case is told by."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Lab:
    """A fleet, and what is watched of it."""

    fleet: Fleet
    live: LiveWatch
    events: EventWatch
    clock: Clock

    async def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do some work while server and streams are watched; raise if the server ends."""
        return await with_beside(
            work,
            watch_live(self.fleet.address, self.live),
            follow_events(self.fleet.address, self.events),
        )

    async def settle(self) -> None:
        """Wait until every stream is live, and seen.

        Raises `LiveEdgeError` if that takes too long.
        """
        await self.fleet.wait_live()
        for stream, feed in self.live.feeds.items():
            if await _within(SEEN_DEADLINE, feed.after(0.0)) is None:
                raise LiveEdgeError(f"The stream {stream} is live, and its pictures do not come.")

    def neighbours(self, camera: FaultyCamera) -> list[str]:
        """All streams but that camera's."""
        return [each.stream for each in self.fleet.cameras if each is not camera]

    async def forget(self, camera: FaultyCamera, case: Case) -> None:
        """Wait until the server no longer says what a case is told by.

        Raises `LiveEdgeError` if it goes on saying so.
        """
        calm = self.events.calm(camera.stream, case.words)
        if await _within(FORGOTTEN_DEADLINE, calm) is None:
            raise LiveEdgeError(f"{camera.stream} is not well again, so {case.name} is not tried.")

    async def try_fault(self, camera: FaultyCamera, case: Case, seconds: float) -> Trial:
        """Let a camera fail for `seconds` at least, and see what the server makes of it.

        Raises `LiveEdgeError` if camera or server do not do what they are told.
        """
        self.live.begin()
        before = self._newest(camera).words
        ordered = self.clock.monotonic()
        await camera.order(case.order(seconds + case.patience))
        began = self.clock.monotonic()
        if case.endured:
            began = await self._restart(camera, case, began)
        understood = await self._understood(camera, case, ordered)
        ended = began
        if case.lasts:
            await asyncio.sleep(max(0.0, began + seconds - self.clock.monotonic()))
            ended = self.clock.monotonic()
            await camera.order(f"end {case.fault}")
            ended = await self._restart(camera, case, ended)
        back, keyframe_wait = await self._back(camera, self._lost_at(camera, ended))
        if case.endured:
            await camera.order(f"end {case.fault}")
        await asyncio.sleep(AFTERMATH)
        news = tuple(self.events.since(camera.stream, ordered))
        return Trial(
            case,
            detected=_seconds(began, _first_trouble(news, case, before)),
            understood=_seconds(began, understood),
            back=None if back is None else back - ended - keyframe_wait,
            keyframe_wait=None if back is None else keyframe_wait,
            seen=tuple(sorted(frozenset().union(*(each.words for each in news)) - before)),
            neighbours_gap=self.live.gap(self.neighbours(camera)),
        )

    def _newest(self, camera: FaultyCamera) -> News:
        return self.events.newest[camera.stream]

    async def _restart(self, camera: FaultyCamera, case: Case, moment: float) -> float:
        """Restart the stream if the case is so; return from when on pictures are awaited."""
        if not case.restart:
            return moment
        await self.fleet.restart(camera.stream)
        return self.clock.monotonic()

    async def _understood(self, camera: FaultyCamera, case: Case, ordered: float) -> News | None:
        if not case.words:
            return None
        return await _within(case.patience, self.events.first(camera.stream, case.words, ordered))

    def _lost_at(self, camera: FaultyCamera, ended: float) -> float:
        """From when on a picture is one that came back.

        A fault that is over in a moment may be noticed only afterwards; pictures that were on
        their way meanwhile are none.
        """
        return max(
            [ended, *(each.at for each in self.events.since(camera.stream, ended) if _lost(each))]
        )

    async def _back(self, camera: FaultyCamera, moment: float) -> tuple[float | None, float]:
        """When pictures came back, and for how long they had only waited for a keyframe."""
        back = await _within(BACK_DEADLINE, self.live.feeds[camera.stream].after(moment))
        if back is None:
            return None, 0.0
        joined = await camera.joined_at()
        return back, 0.0 if joined is None else max(0.0, back - max(joined, moment))


def in_lab(
    camera: CameraPlan,
    cameras: int,
    run: Callable[..., Any],
    work: Callable[[Lab], Coroutine[Any, Any, dict[str, Any]]],
) -> dict[str, Any]:
    """Do some work with so many cameras and a server, on this machine's clock.

    `run` runs a coroutine. Returns the figures of the work, with the load that there was before.
    """
    load_average = os.getloadavg()[0]
    with ExitStack() as stack:
        fleet, clock = start_fleet(stack, camera, cameras), SystemClock()
        streams = [each.stream for each in fleet.cameras]
        lab = Lab(fleet, LiveWatch(streams, clock), EventWatch(clock), clock)
        figures: dict[str, Any] = run(lab.run(work(lab)))
    return figures | {"load_average": round(load_average, 2)}


def _first_trouble(news: tuple[News, ...], case: Case, before: frozenset[str]) -> News | None:
    """The first news that is no good, or that names the fault."""
    wanted = frozenset(case.words) - before
    return next((each for each in news if _lost(each) or each.words & wanted), None)


def _lost(news: News) -> bool:
    return Code.OFFLINE in news.words


def _seconds(began: float, news: News | None) -> float | None:
    # A connection that is reset is noticed before the camera has said that it did so.
    return None if news is None else max(0.0, news.at - began)


async def _within(seconds: float, waiting: Awaitable[T]) -> T | None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            return await waiting
    return None
