"""One quality of one stream: runs while somebody asks for it."""

import asyncio
from typing import Final

from liveedge.clock import Clock
from liveedge.streams.offer import Made
from liveedge.streams.stream import Stream

LINGER_SECONDS: Final = 10.0
"""For how long a quality goes on when nobody asks for it any more."""


class Quality:
    """A stream that is made of another one, and whether it runs."""

    def __init__(self, stream: Stream, made: Made, clock: Clock) -> None:
        self.stream = stream
        self.made = made
        self._clock = clock
        self._asked_at = clock.monotonic()
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._ending: asyncio.Task[None] | None = None
        """The last run, which may still be taking its leave."""

    @property
    def running(self) -> bool:
        """Whether it is wanted; its state says what it does."""
        return self._task is not None

    def want(self) -> None:
        """Somebody asks for it: run from now on."""
        self._asked_at = self._clock.monotonic()
        if self._task is None:
            running = _run(self.stream, self._ending)
            self._task = asyncio.create_task(running, name=f"stream {self.stream.id}")
            self._look_again(LINGER_SECONDS)

    def retire(self) -> None:
        """Run no longer; `stopped` waits until that is so."""
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None:
            self._task.cancel()
            self._task, self._ending = None, self._task

    async def stopped(self) -> None:
        """Wait until a quality that is retired has taken its leave."""
        if self._ending is not None:
            await asyncio.wait({self._ending})

    def _look_again(self, seconds: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds, self._look)

    def _look(self) -> None:
        """End it if nobody watches."""
        now = self._clock.monotonic()
        if len(self.stream.viewers):
            self._asked_at = now
        left = self._asked_at + LINGER_SECONDS - now
        if left > 0:
            self._look_again(left)
        else:
            self.retire()


async def _run(stream: Stream, before: asyncio.Task[None] | None) -> None:
    """Run a stream once its last run has taken its leave."""
    if before is not None:
        await asyncio.wait({before})
    try:
        await stream.run()
    finally:
        # Who asks for it an hour later must not be shown what was then.
        stream.unlist()
