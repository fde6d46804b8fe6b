"""Requests that wait for what does not exist yet."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from enum import Enum, auto
from typing import Any, Generic, TypeVar

Receive = Callable[[], Awaitable[dict[str, Any]]]
Goal = TypeVar("Goal", bound=Hashable)


class Outcome(Enum):
    """How a wait ended."""

    READY = auto()
    EXPIRED = auto()
    GONE = auto()
    """The client has left; there is nobody to answer."""


class _Waiter:
    __slots__ = ("deadline", "ready")

    def __init__(self, deadline: asyncio.Timeout) -> None:
        self.deadline = deadline
        self.ready = False


class WaitingRoom(Generic[Goal]):
    """Requests that wait, by what they wait for.

    Each waits in its own task for its client to leave, which it never does in the good case;
    `release` ends that wait before its deadline. So nobody needs a second task, a client that
    has gone is noticed at once, and those who wait for the same thing are looked at once.
    """

    def __init__(self) -> None:
        self._waiters: dict[Goal, set[_Waiter]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._waiters.values()))

    async def wait(self, goal: Goal, receive: Receive, seconds: float) -> Outcome:
        """Wait until `goal` is released, but no longer than `seconds`."""
        waiter = _Waiter(asyncio.timeout(seconds))
        self._waiters.setdefault(goal, set()).add(waiter)
        try:
            async with waiter.deadline:
                while (await receive())["type"] != "http.disconnect":
                    pass
        except TimeoutError:
            return Outcome.READY if waiter.ready else Outcome.EXPIRED
        finally:
            waiters = self._waiters.get(goal)
            if waiters is not None:
                waiters.discard(waiter)
                if not waiters:
                    del self._waiters[goal]
        return Outcome.GONE

    def release(self, is_reached: Callable[[Goal], bool]) -> None:
        """End the wait of all whose goal is reached."""
        reached = [goal for goal in self._waiters if is_reached(goal)]
        if not reached:
            return
        now = asyncio.get_running_loop().time()
        for goal in reached:
            for waiter in self._waiters.pop(goal):
                waiter.ready = True
                waiter.deadline.reschedule(now)
