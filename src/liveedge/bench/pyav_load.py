"""Reads cameras with PyAV and throws the packets away: what everybody else's reading costs."""

import os
import threading
import time
from collections.abc import Callable
from typing import Final

import av
from av.error import FFmpegError

from liveedge.bench.load import Load, LoadPlan
from liveedge.bench.usage import memory
from liveedge.clock import Clock, SystemClock
from liveedge.errors import LiveEdgeError

_OPEN_DEADLINE: Final = 30.0
_READ_DEADLINE: Final = 5.0


class _Demuxer:
    """One camera, read in a thread of its own until told to stop."""

    def __init__(self, url: str, stop: threading.Event) -> None:
        self.frames = 0
        self.delivers = threading.Event()
        self.error: str | None = None
        self._url = url
        self._stop = stop
        self.thread = threading.Thread(target=self._run, name="demuxer", daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            self._demux()
        except FFmpegError as error:
            self.error = error.strerror
        self.delivers.set()

    def _demux(self) -> None:
        with av.open(
            self._url,
            options={"rtsp_transport": "tcp"},
            timeout=(_OPEN_DEADLINE, _READ_DEADLINE),
        ) as container:
            for _ in container.demux(container.streams.video[0]):
                self.frames += 1
                self.delivers.set()
                if self._stop.is_set():
                    return


def demux_cameras(plan: LoadPlan, url: str, ready: Callable[[], None]) -> Load:
    """Read `plan.cameras` times the same camera; `ready` is called when all of them deliver."""
    clock = SystemClock()
    base = memory(os.getpid())
    stop = threading.Event()
    demuxers = [_Demuxer(url, stop) for _ in range(plan.cameras)]
    try:
        _all_deliver(demuxers)
        ready()
        stop.wait(plan.warmup)
        load = _measure(plan, demuxers, clock, base.uss, stop)
        _all_deliver(demuxers)
        return load
    finally:
        stop.set()
        for demuxer in demuxers:
            demuxer.thread.join(_READ_DEADLINE)


def _measure(
    plan: LoadPlan, demuxers: list[_Demuxer], clock: Clock, base_mb: float, stop: threading.Event
) -> Load:
    before = [demuxer.frames for demuxer in demuxers]
    cpu, begin = time.process_time(), clock.monotonic()
    stop.wait(plan.seconds)
    cpu, seconds = time.process_time() - cpu, clock.monotonic() - begin
    return Load(
        seconds=seconds,
        cpu_seconds=cpu,
        frames=[demuxer.frames - start for demuxer, start in zip(demuxers, before, strict=True)],
        base_mb=base_mb,
        memory_mb=memory(os.getpid()).uss,
        reconnects=0,
        lag=None,
    )


def _all_deliver(demuxers: list[_Demuxer]) -> None:
    for demuxer in demuxers:
        if not demuxer.delivers.wait(_OPEN_DEADLINE):
            raise LiveEdgeError(f"PyAV got no picture within {_OPEN_DEADLINE:.0f} s.")
        if demuxer.error is not None:
            raise LiveEdgeError(f"PyAV could not read the camera: {demuxer.error}.")
