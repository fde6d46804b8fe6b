"""Keeps a source running: `run_once` raises, `run` retries."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Protocol

import structlog

from liveedge.clock import Clock
from liveedge.errors import Reason, SourceError
from liveedge.ingest.backoff import Backoff
from liveedge.ingest.source import Measured, Source

_log = structlog.get_logger(__name__)


class SessionObserver(Protocol):
    """Is told how a session goes."""

    def connecting(self) -> None:
        """An attempt begins."""
        ...

    def failed(self, error: SourceError, retry_in: float) -> None:
        """An attempt is over; the next one begins in `retry_in` seconds."""
        ...

    def delivered(self) -> float:
        """For how many seconds the attempt has delivered pictures."""
        ...


class IngestSession:
    """One camera, tried again for as long as the session runs."""

    def __init__(
        self,
        open_source: Callable[[], Source],
        observer: SessionObserver,
        clock: Clock,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.measured: Measured | None = None
        """The source of the present attempt, if it counts what comes."""
        self._open_source = open_source
        self._observer = observer
        self._clock = clock
        self._sleep = sleep
        self._chance = chance
        self._backoff = Backoff()
        self._scope: asyncio.Timeout | None = None
        self._interruption: SourceError | None = None

    async def run(self) -> None:
        """Deliver until cancelled; never returns and never raises anything else."""
        while True:
            self._observer.connecting()
            began = self._clock.monotonic()
            error = await self._attempt()
            if (task := asyncio.current_task()) is not None and task.cancelling():
                # The source made an error of its own out of our end.
                raise asyncio.CancelledError
            lasted = self._clock.monotonic() - began
            delivered = self._observer.delivered()
            delay = self._backoff.after(error.reason, delivered, lasted, self._chance())
            self._observer.failed(error, delay)
            self.measured = None
            await self._sleep(delay)

    def interrupt(self, error: SourceError) -> bool:
        """End the present attempt as if the camera had failed with `error`, in the next round.

        Returns whether there is an attempt that this ends.
        """
        if self._scope is None or self._interruption is not None:
            return False
        self._interruption = error
        self._scope.reschedule(asyncio.get_running_loop().time())
        return True

    async def _attempt(self) -> SourceError:
        self._interruption = None
        try:
            source = self._open_source()
            self.measured = source if isinstance(source, Measured) else None
            async with asyncio.timeout(None) as self._scope:
                await source.run_once()
            error = SourceError(Reason.ENDED, "The camera ended the stream.")
        except SourceError as failure:
            # Its frames hold the source, which may hold the error, and megabytes of a picture. In
            # such a circle they would wait for the garbage collector, which hardly ever comes.
            error = failure.with_traceback(None)
            error.__context__ = None
        except Exception:  # noqa: BLE001 - a defect of ours in one stream must not end its retries
            if self._interruption is None:  # else it is the TimeoutError that ended the attempt
                _log.exception("source_defect")
            error = SourceError(
                Reason.INTERNAL, "liveedge failed while reading this camera; please report the log."
            )
        finally:
            self._scope = None
        return self._interruption or error
