"""Run a coroutine at once, as far as it goes without waiting.

A live viewer's frame is sent from within the call that received it from the camera. In nearly
every case the socket takes it and the send never waits; a task, a queue and a trip through the
event loop would be the larger part of the cost of a viewer. Python 3.12 has eager tasks for this;
here only the rare remainder becomes something that a task awaits.
"""

from collections.abc import Awaitable, Callable, Coroutine, Generator
from typing import Any


class Remainder:
    """What is left of a coroutine that had to wait; await it exactly once."""

    __slots__ = ("_coroutine", "_waiting_for")

    def __init__(self, coroutine: Coroutine[Any, Any, None], waiting_for: Any) -> None:
        self._coroutine = coroutine
        self._waiting_for = waiting_for

    def __await__(self) -> Generator[Any, Any, None]:
        step: Callable[[Any], Any]
        waiting_for = self._waiting_for
        while True:
            try:
                result = yield waiting_for
                step = self._coroutine.send
            except BaseException as error:  # noqa: BLE001 - handed on, as `yield from` would
                result, step = error, self._coroutine.throw
            try:
                waiting_for = step(result)
            except StopIteration:
                return

    def close(self) -> None:
        """Give the coroutine up."""
        self._coroutine.close()


def run_eagerly(coroutine: Coroutine[Any, Any, None]) -> Awaitable[None] | None:
    """Start a coroutine; None if it has finished, else what remains to be awaited.

    Must be called inside the running event loop. The coroutine must not depend on the identity
    of the task that runs it.
    """
    try:
        waiting_for = coroutine.send(None)
    except StopIteration:
        return None
    return Remainder(coroutine, waiting_for)
