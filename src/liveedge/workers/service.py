"""A worker that answers questions: started when somebody asks, ended when nobody does."""

import asyncio
from typing import Final

import structlog

from liveedge.clock import Clock
from liveedge.errors import Reason, SourceError, WorkerError
from liveedge.workers.messages import Message
from liveedge.workers.tasks import Task
from liveedge.workers.worker import Worker

IDLE_SECONDS: Final = 30.0
"""Without a question the worker is ended, for its memory is worth more than its start."""
FIRST_PAUSE: Final = 0.25
LONGEST_PAUSE: Final = 30.0
"""Seconds after a crash during which no other worker is started, doubling from the first."""

_log = structlog.get_logger(__name__)


class WorkerService:
    """One worker for all who ask, one question at a time, each with a deadline.

    A worker that crashes or is late is ended, and only the question that it was asked fails. After
    crashes in a row the next one is started later and later; until then questions fail at once.
    """

    def __init__(self, task: Task, clock: Clock, *, deadline: float, max_waiting: int) -> None:
        self._task = task
        self._clock = clock
        self._deadline = deadline
        self._max_waiting = max_waiting
        self._waiting = 0
        self._turn = asyncio.Lock()
        self._worker: Worker | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._closing: set[asyncio.Task[None]] = set()
        self._pause = 0.0
        self._rest_until = clock.monotonic()

    @property
    def pid(self) -> int | None:
        """Process id of the worker, None while there is none."""
        return None if self._worker is None else self._worker.pid

    async def ask(self, message: Message) -> Message:
        """The answer to a question.

        Raises `WorkerError`, `SourceError` with BUSY if too many wait already, or the
        `SourceError` that the worker answers with.
        """
        if self._waiting >= self._max_waiting:
            raise SourceError(Reason.BUSY, "Too many wait for the same worker; try again.")
        self._waiting += 1
        try:
            async with self._turn:
                return await self._ask(message)
        finally:
            self._waiting -= 1

    async def close(self) -> None:
        """End the worker."""
        async with self._turn:
            await self._end()
        await asyncio.gather(*self._closing, return_exceptions=True)

    async def _ask(self, message: Message) -> Message:
        if self._clock.monotonic() < self._rest_until:
            raise WorkerError("A worker process has just failed; try again soon.")
        self._stop_idling()
        if self._worker is not None and not self._worker.is_running:
            await self._end()
        answered = False
        try:
            if self._worker is None:
                self._worker = await Worker.start(self._task)
            answer = await self._worker.ask(message, self._deadline)
            answered = True
        except WorkerError as error:
            self._rest(error)
            raise
        except SourceError:
            answered = True
            raise
        finally:
            if answered:
                self._pause = 0.0
                self._idle = asyncio.get_running_loop().call_later(IDLE_SECONDS, self._retire)
            else:
                # What it would have said next belongs to a question that nobody waits for.
                await self._end()
        return answer

    def _rest(self, error: WorkerError) -> None:
        self._pause = min(max(FIRST_PAUSE, 2 * self._pause), LONGEST_PAUSE)
        self._rest_until = self._clock.monotonic() + self._pause
        _log.warning(
            "worker_failed", task=self._task.value, error=str(error), restart_in_s=self._pause
        )

    async def _end(self) -> None:
        self._stop_idling()
        worker, self._worker = self._worker, None
        if worker is not None:
            await worker.close()

    def _stop_idling(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def _retire(self) -> None:
        if not self._turn.locked():
            ending = asyncio.create_task(self._end(), name=f"end of worker {self._task.value}")
            self._closing.add(ending)
            ending.add_done_callback(self._closing.discard)
