"""Reads cameras as the server does, without viewers, and measures what that costs."""

import asyncio
import gc
import os
import time
from collections.abc import Callable
from typing import Final

from liveedge.bench.load import Load, LoadPlan
from liveedge.bench.loop_lag import LoopLag
from liveedge.bench.usage import memory
from liveedge.clock import Clock, SystemClock
from liveedge.config.url import parse_camera_url
from liveedge.errors import LiveEdgeError
from liveedge.health.monitor import Monitor
from liveedge.ingest.rtsp import rtsp_source
from liveedge.streams.registry import StreamRegistry
from liveedge.streams.state import State

_LIVE_DEADLINE: Final = 30.0
_POLL: Final = 0.05


async def read_cameras(plan: LoadPlan, url: str, ready: Callable[[], None]) -> Load:
    """Read `plan.cameras` times the same camera; `ready` is called when all of them deliver."""
    clock = SystemClock()
    base = memory(os.getpid())
    registry = StreamRegistry(clock)
    for number in range(plan.cameras):
        registry.add(f"camera-{number}", "", rtsp_source(parse_camera_url(url), clock))
    registry.start()
    monitor = asyncio.create_task(Monitor(registry, clock).run())
    gc.collect()
    gc.freeze()
    try:
        await _all_live(registry, clock)
        ready()
        await asyncio.sleep(plan.warmup)
        return await _measure(plan, registry, clock, base.uss)
    finally:
        monitor.cancel()
        await asyncio.gather(monitor, return_exceptions=True)
        await registry.stop()


async def _measure(plan: LoadPlan, registry: StreamRegistry, clock: Clock, base_mb: float) -> Load:
    before = [stream.window.next_sequence for stream in registry]
    cpu, begin = time.process_time(), clock.monotonic()
    await asyncio.sleep(plan.seconds)
    cpu, seconds = time.process_time() - cpu, clock.monotonic() - begin
    after = [stream.window.next_sequence for stream in registry]
    # After the processor time, of which the timer would be a large part with few cameras.
    lag = LoopLag(asyncio.get_running_loop(), clock)
    await asyncio.sleep(plan.seconds)
    return Load(
        seconds=seconds,
        cpu_seconds=cpu,
        frames=[end - start for start, end in zip(before, after, strict=True)],
        base_mb=base_mb,
        memory_mb=memory(os.getpid()).uss,
        reconnects=sum(stream.reconnects for stream in registry),
        lag=lag.stop(),
    )


async def _all_live(registry: StreamRegistry, clock: Clock) -> None:
    end = clock.monotonic() + _LIVE_DEADLINE
    while True:
        waiting = [stream for stream in registry if stream.state.state is not State.LIVE]
        if not waiting:
            return
        if clock.monotonic() > end:
            why = next((stream.last_error for stream in waiting if stream.last_error), "")
            raise LiveEdgeError(
                f"{len(waiting)} of the cameras did not come up within {_LIVE_DEADLINE:.0f} s."
                f" {why}".rstrip()
            )
        await asyncio.sleep(_POLL)
