"""The parent's end, with real processes."""

import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from liveedge.errors import WorkerError
from liveedge.workers import still
from liveedge.workers.messages import Message
from liveedge.workers.tasks import Task
from liveedge.workers.worker import Worker
from tests.workers.keyframes import keyframe

ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
QUESTION = Message("keyframe", {"width": 64}, keyframe())


@asynccontextmanager
async def started() -> AsyncIterator[Worker]:
    worker = await Worker.start(Task.STILL)
    try:
        yield worker
    finally:
        await worker.close()


async def test_a_worker_answers() -> None:
    async with started() as worker:
        for _ in range(2):
            answer = await worker.ask(QUESTION, 10)
            assert (answer.kind, answer.number("width")) == ("jpeg", 64)


async def test_a_large_question_is_no_problem() -> None:
    async with started() as worker:
        answer = await worker.ask(Message("keyframe", {"width": 0}, keyframe((1920, 1088))), 10)
        assert answer.number("height") == 1088


async def test_a_closed_worker_has_ended() -> None:
    worker = await Worker.start(Task.STILL)
    await worker.close()
    assert not worker.is_running
    with pytest.raises(ProcessLookupError):
        os.kill(worker.pid, 0)


async def test_a_worker_that_crashes_is_an_error_and_not_a_wait() -> None:
    async with started() as worker:
        os.kill(worker.pid, signal.SIGSEGV)
        with pytest.raises(WorkerError):
            await worker.ask(QUESTION, 60)


async def test_a_worker_that_hangs_is_an_error_by_the_deadline() -> None:
    async with started() as worker:
        os.kill(worker.pid, signal.SIGSTOP)
        with pytest.raises(WorkerError, match=r"0\.05 s"):
            await worker.ask(QUESTION, 0.05)


async def test_a_worker_that_takes_nothing_is_an_error_by_the_deadline() -> None:
    async with started() as worker:
        os.kill(worker.pid, signal.SIGSTOP)
        with pytest.raises(WorkerError, match="took nothing"):
            await worker.send(Message("keyframe", {"width": 0}, bytes(4 << 20)), 0.05)
        assert worker.unsent > 0


async def test_nonsense_ends_the_worker_and_nothing_else() -> None:
    async with started() as worker:
        with pytest.raises(WorkerError):
            await worker.ask(Message("keyframe", {"width": "wide"}), 10)
        with pytest.raises(WorkerError):
            await worker.ask(QUESTION, 10)


async def test_a_worker_that_is_given_time_ends_by_itself() -> None:
    worker = await Worker.start(Task.STILL)
    await worker.close(grace=10)
    assert worker._process.returncode == 0


@ON_LINUX
async def test_a_worker_has_few_rights() -> None:
    async with started() as worker:
        status = (Path("/proc") / str(worker.pid) / "status").read_text()
        assert "NoNewPrivs:\t1" in status
        limits = (Path("/proc") / str(worker.pid) / "limits").read_text().splitlines()
        of = {line[:26].strip(): line[26:].split()[:2] for line in limits}
        assert of["Max address space"] == [str(still.LIMITS.memory_mb << 20)] * 2
        assert of["Max core file size"] == ["0", "0"]
        assert of["Max file size"] == ["0", "0"]
        assert int(of["Max open files"][0]) < 16
        assert os.getpriority(os.PRIO_PROCESS, worker.pid) >= still.LIMITS.niceness


@ON_LINUX
async def test_a_worker_is_told_no_secret_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOOR_PASSWORD", "s3cret")
    async with started() as worker:
        directory = Path("/proc") / str(worker.pid)
        assert b"s3cret" not in (directory / "environ").read_bytes()
        words = (directory / "cmdline").read_bytes().split(b"\0")
        assert words[1:] == [b"-m", b"liveedge.workers", b"still", b""]
