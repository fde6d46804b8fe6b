import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveedge.errors import Reason, SourceError
from liveedge.ingest.backoff import Backoff
from liveedge.ingest.session import IngestSession


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 1, exclude_max=True)), min_size=1))
def test_backoff_stays_within_bounds(failures: list[tuple[float, float]]) -> None:
    backoff = Backoff()
    for uptime, chance in failures:
        delay = backoff.after(uptime, chance)
        assert 0.2 <= delay <= 2.4
        if uptime >= 10:
            assert delay <= 0.3


def test_backoff_doubles_and_starts_again_after_a_good_time() -> None:
    backoff = Backoff()
    assert [backoff.after(0, 0.5) for _ in range(5)] == [0.25, 0.5, 1.0, 2.0, 2.0]
    assert backoff.after(9.9, 0.5) == 2.0
    assert backoff.after(10, 0.5) == 0.25


class Script:
    """A source that fails as told, and an observer that keeps notes."""

    def __init__(self, *outcomes: BaseException | None) -> None:
        self.outcomes = list(outcomes)
        self.notes: list[object] = []
        self.done = asyncio.Event()

    async def run_once(self) -> None:
        if not self.outcomes:
            self.done.set()
            await asyncio.Event().wait()
        outcome = self.outcomes.pop(0)
        if outcome is not None:
            raise outcome

    def connecting(self) -> None:
        self.notes.append("connecting")

    def failed(self, error: SourceError, retry_in: float) -> None:
        self.notes.append((error.reason, retry_in))

    def delivered(self) -> float:
        return 0.0


async def run(script: Script) -> None:
    async def no_wait(_: float) -> None:
        await asyncio.sleep(0)

    session = IngestSession(lambda: script, script, sleep=no_wait, chance=lambda: 0.5)
    task = asyncio.create_task(session.run())
    async with asyncio.timeout(5):
        await script.done.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_tries_again_after_every_kind_of_end() -> None:
    script = Script(
        SourceError(Reason.REFUSED, "Nothing listens."), None, ZeroDivisionError("defect")
    )
    await run(script)
    assert script.notes == [
        "connecting",
        (Reason.REFUSED, 0.25),
        "connecting",
        (Reason.ENDED, 0.5),
        "connecting",
        (Reason.INTERNAL, 1.0),
        "connecting",
    ]
