import asyncio
from collections.abc import Callable
from typing import cast

import pytest

from liveedge.bench.loop_lag import LoopLag


class Loop:
    """Keeps what is to be called later, and when."""

    def __init__(self) -> None:
        self.delay = 0.0
        self.callback: Callable[[], None] = lambda: None

    def call_later(self, delay: float, callback: Callable[[], None]) -> asyncio.Handle:
        self.delay, self.callback = delay, callback
        return cast("asyncio.Handle", self)

    def cancel(self) -> None:
        self.callback = lambda: None


class Time:
    now = 100.0

    def monotonic(self) -> float:
        return self.now

    def wall(self) -> float:
        return self.now


def test_the_loop_is_asked_every_ten_milliseconds_how_late_it_is() -> None:
    loop, time = Loop(), Time()
    lag = LoopLag(cast("asyncio.AbstractEventLoop", loop), time)
    for now in (100.011, 100.022, 100.033):
        time.now = now
        loop.callback()
    seen = lag.stop()
    assert seen.p50_ms == pytest.approx(2)
    assert seen.max_ms == pytest.approx(3)


def test_a_loop_that_was_held_up_was_late_for_every_tick_in_between() -> None:
    loop, time = Loop(), Time()
    lag = LoopLag(cast("asyncio.AbstractEventLoop", loop), time)
    time.now += 0.0401
    loop.callback()
    assert loop.delay == pytest.approx(0.0099)
    seen = lag.stop()
    assert seen.p50_ms == pytest.approx(10.1)
    assert seen.max_ms == pytest.approx(30.1)
