"""Keeps a source running: `run_once` raises, `run` retries."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Protocol

import structlog

from liveedge.errors import Reason, SourceError
from liveedge.ingest.backoff import Backoff
from liveedge.ingest.source import Source

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
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._open_source = open_source
        self._observer = observer
        self._sleep = sleep
        self._chance = chance
        self._backoff = Backoff()

    async def run(self) -> None:
        """Deliver until cancelled; never returns and never raises anything else."""
        while True:
            self._observer.connecting()
            error = await self._attempt()
            delay = self._backoff.after(self._observer.delivered(), self._chance())
            self._observer.failed(error, delay)
            await self._sleep(delay)

    async def _attempt(self) -> SourceError:
        try:
            await self._open_source().run_once()
        except SourceError as error:
            return error
        except Exception:  # noqa: BLE001 - a defect of ours in one stream must not end its retries
            _log.exception("source_defect")
            return SourceError(
                Reason.INTERNAL, "liveedge failed while reading this camera; please report the log."
            )
        return SourceError(Reason.ENDED, "The camera ended the stream.")
