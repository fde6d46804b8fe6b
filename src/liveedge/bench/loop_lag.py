"""How late an event loop is with what is due."""

import asyncio
from typing import Final

from liveedge.bench.load import Lag
from liveedge.bench.stats import percentile, tick_lags
from liveedge.clock import Clock

_TICK: Final = 0.01


class LoopLag:
    """A timer every 10 ms that notes how late it is."""

    def __init__(self, loop: asyncio.AbstractEventLoop, clock: Clock) -> None:
        self._loop = loop
        self._clock = clock
        self._due = clock.monotonic() + _TICK
        self._lags: list[float] = []
        self._timer = loop.call_later(_TICK, self._tick)

    def stop(self) -> Lag:
        """End the timer and say what it saw."""
        self._timer.cancel()
        p50, p99 = percentile(self._lags, 50) or 0.0, percentile(self._lags, 99) or 0.0
        return Lag(p50 * 1000, p99 * 1000, max(self._lags, default=0.0) * 1000)

    def _tick(self) -> None:
        now = self._clock.monotonic()
        lags = tick_lags(self._due, now, _TICK)
        self._lags += lags
        self._due += len(lags) * _TICK
        self._timer = self._loop.call_later(self._due - now, self._tick)
