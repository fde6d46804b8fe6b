"""While a camera is away, its playlist goes on with gaps."""

import asyncio
from collections.abc import Awaitable, Callable

from liveedge.clock import Clock
from liveedge.packaging.cutter import Cutter


class Absence:
    """Lists missing media from the failure of a session until the next picture."""

    def __init__(
        self,
        cutter: Cutter,
        clock: Clock,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._cutter = cutter
        self._clock = clock
        self._sleep = sleep
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """The camera has gone; harmless if that is known."""
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="absence")

    def end(self) -> None:
        """A picture has come; harmless if none was missing."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _run(self) -> None:
        while (due := self._cutter.absent(self._clock.monotonic())) is not None:
            await self._sleep(max(0.0, due - self._clock.monotonic()))
