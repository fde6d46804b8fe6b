import asyncio
import gc
import weakref
from typing import Self

import pytest

from liveedge.errors import Reason, SourceError
from liveedge.ingest.session import IngestSession
from liveedge.ingest.source import Measured
from liveedge.rtsp.client import Stats
from tests.support import FakeClock


class Script:
    """A source that fails as told, and an observer that keeps notes."""

    def __init__(self, *outcomes: BaseException | None) -> None:
        self.outcomes = list(outcomes)
        self.notes: list[object] = []
        self.opened = asyncio.Event()
        """Set while an attempt goes on that does not end by itself."""
        self.stats = Stats(packets=7)

    async def run_once(self) -> None:
        if not self.outcomes:
            self.opened.set()
            try:
                await asyncio.Event().wait()
            finally:
                self.notes.append("left")
        outcome = self.outcomes.pop(0)
        if outcome is not None:
            raise outcome

    def connecting(self) -> None:
        self.notes.append("connecting")

    def failed(self, error: SourceError, retry_in: float) -> None:
        self.notes.append((error.reason, retry_in))

    def delivered(self) -> float:
        return 0.0


class Running:
    """A session that runs; waits take no time but are noted."""

    def __init__(self, script: Script) -> None:
        self.waits: list[float] = []
        self.session = IngestSession(
            lambda: script, script, FakeClock(), sleep=self._sleep, chance=lambda: 0.5
        )

    async def _sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        await asyncio.sleep(0)

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self.session.run())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        async with asyncio.timeout(5):
            with pytest.raises(asyncio.CancelledError):
                await self._task


async def until(event: asyncio.Event) -> None:
    async with asyncio.timeout(5):
        await event.wait()


async def test_tries_again_after_every_kind_of_end() -> None:
    script = Script(
        SourceError(Reason.REFUSED, "Nothing listens."), None, ZeroDivisionError("defect")
    )
    async with Running(script):
        await until(script.opened)
    assert script.notes == [
        "connecting",
        (Reason.REFUSED, 0.25),
        "connecting",
        (Reason.ENDED, 0.5),
        "connecting",
        (Reason.INTERNAL, 1.0),
        "connecting",
        "left",
    ]


async def test_an_attempt_can_be_ended_from_outside() -> None:
    script = Script()
    async with Running(script) as running:
        await until(script.opened)
        script.opened.clear()
        assert running.session.interrupt(SourceError(Reason.STALLED, "Video stopped."))
        assert not running.session.interrupt(SourceError(Reason.TIMEOUT, "Too late.")), "once"
        await until(script.opened)
        assert script.notes == ["connecting", "left", (Reason.STALLED, 0.25), "connecting"]


async def test_what_a_source_says_while_it_is_ended_does_not_count() -> None:
    class Rude(Script):
        rudeness = 2

        async def run_once(self) -> None:
            try:
                await super().run_once()
            except asyncio.CancelledError:
                self.rudeness -= 1
                if self.rudeness < 0:
                    raise
                raise SourceError(Reason.ENDED, "The camera closed the connection.") from None

    script = Rude()
    async with Running(script) as running:
        await until(script.opened)
        script.opened.clear()
        running.session.interrupt(SourceError(Reason.STALLED, "Video stopped."))
        await until(script.opened)
        assert script.notes[2] == (Reason.STALLED, 0.25)
    assert len(script.notes) == 5, "and when the session is ended for good, it is"


async def test_a_timeout_of_the_source_itself_is_a_defect() -> None:
    script = Script(TimeoutError())
    async with Running(script):
        await until(script.opened)
    assert script.notes[1] == (Reason.INTERNAL, 0.25)


async def test_between_two_attempts_there_is_nothing_to_end() -> None:
    script = Script(SourceError(Reason.REFUSED, "Nothing listens."))
    session = IngestSession(lambda: script, script, FakeClock(), sleep=asyncio.sleep)
    assert not session.interrupt(SourceError(Reason.STALLED, "Video stopped."))
    assert session.measured is None


async def test_the_counters_of_the_present_attempt_can_be_read() -> None:
    script = Script()
    async with Running(script) as running:
        await until(script.opened)
        assert isinstance(running.session.measured, Measured)
        assert running.session.measured.stats.packets == 7


async def test_a_source_that_cannot_even_be_made_is_tried_again() -> None:
    script = Script()
    made = 0

    def open_source() -> Script:
        nonlocal made
        made += 1
        if made == 1:
            raise ValueError("defect")
        return script

    session = IngestSession(open_source, script, FakeClock(), sleep=lambda _: asyncio.sleep(0))
    task = asyncio.create_task(session.run())
    await until(script.opened)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert script.notes[1][0] is Reason.INTERNAL  # type: ignore[index]


class Holder:
    """A source that holds its own error, as a connection does, and much else."""

    def __init__(self) -> None:
        self.failure: SourceError | None = None

    async def run_once(self) -> None:
        try:
            self.work()
        except TimeoutError:
            self.failure = SourceError(Reason.LIMIT, "A picture exceeds 8388608 octets.")
            raise self.failure  # noqa: B904 - what it was raised in holds the source as well

    def work(self) -> None:
        raise TimeoutError


async def test_a_failed_attempt_leaves_nothing_to_the_garbage_collector() -> None:
    sources: list[weakref.ref[Holder]] = []
    both_failed = asyncio.Event()

    def open_source() -> Holder:
        source = Holder()
        sources.append(weakref.ref(source))
        return source

    async def sleep(seconds: float) -> None:
        if len(sources) == 2:
            both_failed.set()
            await asyncio.Event().wait()

    session = IngestSession(open_source, Script(), FakeClock(), sleep=sleep)
    gc.collect()
    gc.disable()
    try:
        task = asyncio.create_task(session.run())
        async with asyncio.timeout(5):
            await both_failed.wait()
        assert [source() for source in sources] == [None, None]
    finally:
        gc.enable()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
