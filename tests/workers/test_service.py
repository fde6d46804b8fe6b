"""A worker for all who ask, with real processes."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator

import pytest

from liveedge.errors import ProtocolError, Reason, SourceError, WorkerError
from liveedge.workers import service as module
from liveedge.workers.messages import Message
from liveedge.workers.service import FIRST_PAUSE, WorkerService
from liveedge.workers.tasks import Task
from liveedge.workers.worker import Worker
from tests.support import FakeClock
from tests.workers.keyframes import keyframe

QUESTION = Message("keyframe", {"width": 64}, keyframe())


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def service(clock: FakeClock) -> AsyncIterator[WorkerService]:
    service = WorkerService(Task.STILL, clock, deadline=20, max_waiting=2)
    yield service
    await service.close()
    assert service.pid is None


async def test_a_worker_starts_when_somebody_asks_and_stays(service: WorkerService) -> None:
    assert service.pid is None
    assert (await service.ask(QUESTION)).kind == "jpeg"
    pid = service.pid
    assert (await service.ask(QUESTION)).kind == "jpeg"
    assert service.pid == pid


async def test_what_cannot_be_done_is_no_failure_of_the_worker(service: WorkerService) -> None:
    with pytest.raises(SourceError) as caught:
        await service.ask(Message("keyframe", {"width": 0}, b"nonsense"))
    assert caught.value.reason is ProtocolError("").reason
    pid = service.pid
    assert pid is not None
    await service.ask(QUESTION)
    assert service.pid == pid


async def test_a_crash_between_two_questions_is_not_noticed(service: WorkerService) -> None:
    await service.ask(QUESTION)
    pid = service.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    worker = service._worker
    assert worker is not None
    async with asyncio.timeout(10):
        await worker._reader.read()
    assert (await service.ask(QUESTION)).kind == "jpeg"
    assert service.pid != pid


async def test_after_a_hang_there_is_a_pause(service: WorkerService, clock: FakeClock) -> None:
    await service.ask(QUESTION)
    pid = service.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    service._deadline = 0.05
    with pytest.raises(WorkerError, match="did not answer"):
        await service.ask(QUESTION)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    service._deadline = 20
    with pytest.raises(WorkerError, match="just failed"):
        await service.ask(QUESTION)
    clock.advance(FIRST_PAUSE)
    assert (await service.ask(QUESTION)).kind == "jpeg"


async def test_the_pause_grows_until_a_question_is_answered(
    service: WorkerService, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def start(task: Task) -> None:
        raise WorkerError("A worker process could not be started: no memory.")

    with monkeypatch.context() as patch:
        patch.setattr(Worker, "start", start)
        for pause in (0.25, 0.5, 1, 2, 4, 8, 16, 30, 30):
            with pytest.raises(WorkerError, match="no memory"):
                await service.ask(QUESTION)
            clock.advance(pause - 0.01)
            with pytest.raises(WorkerError, match="just failed"):
                await service.ask(QUESTION)
            clock.advance(0.01)
    await service.ask(QUESTION)
    assert service._pause == 0


async def test_too_many_questions_are_refused(service: WorkerService) -> None:
    answers = await asyncio.gather(
        *(service.ask(QUESTION) for _ in range(3)), return_exceptions=True
    )
    refused = [answer for answer in answers if isinstance(answer, SourceError)]
    assert [error.reason for error in refused] == [Reason.BUSY]


async def test_who_leaves_takes_the_question_along(service: WorkerService) -> None:
    await service.ask(QUESTION)
    asking = asyncio.create_task(service.ask(QUESTION))
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert (await service.ask(Message("keyframe", {"width": 32}, keyframe()))).number("width") == 32


async def test_an_idle_worker_ends(service: WorkerService, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = asyncio.Event()
    close = Worker.close

    async def closing(worker: Worker, grace: float = 0.0) -> None:
        await close(worker, grace)
        ended.set()

    monkeypatch.setattr(Worker, "close", closing)
    monkeypatch.setattr(module, "IDLE_SECONDS", 0.0)
    await service.ask(QUESTION)
    async with asyncio.timeout(10):
        await ended.wait()
    assert service.pid is None
