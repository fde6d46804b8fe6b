"""What it costs to make AAC of G.711: processor time of the server and of the worker a camera."""

import asyncio
import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any, Final, NoReturn

from liveedge.bench.usage import cpu_seconds, memory
from liveedge.clock import Clock, SystemClock
from liveedge.errors import LiveEdgeError, Reason, SourceError
from liveedge.ingest.source import MediaSink, Source
from liveedge.media.audio import AudioUnit, ForeignAudio
from liveedge.media.chunk import Chunk
from liveedge.rtsp.audio import AudioTrack
from liveedge.rtsp.sound import SampleDepacketizer
from liveedge.streams.registry import StreamRegistry
from liveedge.streams.stream import Stream

RATE: Final = 8000
PACKET: Final = 160
"""Samples of a packet, 20 ms, as most cameras send them."""
_BEGIN_DEADLINE: Final = 20.0
_TONES: Final = 50
_QUIET: Final = (*range(0xA0, 0x100), *range(0x20, 0x80))
"""µ-law codes that are not the loudest; noise is what an encoder has most to do with."""
_PCMU: Final = AudioTrack(
    ForeignAudio("PCMU", "pcm_mulaw", RATE, 1, bits=8),
    RATE,
    partial(SampleDepacketizer, bits=8),
    0,
    None,
)


@dataclass(frozen=True, slots=True)
class SoundCostPlan:
    """What to measure."""

    cameras: int
    seconds: float
    """Of each of both measurements."""


@dataclass(slots=True)
class _Cost:
    """Processor time over a while."""

    seconds: float
    server: float
    worker: float


class _Cameras:
    """G.711 in real time, one camera after the other; listeners count what comes of it."""

    def __init__(self, registry: StreamRegistry, clock: Clock, count: int) -> None:
        random = Random(1)  # noqa: S311 - noise, the same in each run
        self.heard = [0] * count
        self._clock = clock
        self._packets = [bytes(random.choices(_QUIET, k=PACKET)) for _ in range(_TONES)]
        self._streams = [self._add(registry, number) for number in range(count)]

    async def speak(self, seconds: float) -> None:
        """Send for a while; no camera sends at the time of another one."""
        streams, clock, began = self._streams, self._clock, self._clock.monotonic()
        step = PACKET / RATE / len(streams)
        for number in range(int(seconds / step)):
            await asyncio.sleep(max(0.0, began + number * step - clock.monotonic()))
            stream, now = streams[number % len(streams)], clock.monotonic()
            packet = self._packets[number % _TONES]
            at = number // len(streams) * PACKET + round(began * RATE)
            stream.sound.unit(AudioUnit(packet, at & 0xFFFFFFFF, PACKET, now))

    def listen(self) -> list[Callable[[], None]]:
        """Have somebody hear each camera; returns what ends that."""
        return [
            stream.sound.window.listen(partial(self._hear, number))
            for number, stream in enumerate(self._streams)
        ]

    def _add(self, registry: StreamRegistry, number: int) -> Stream:
        stream = registry.add(f"camera-{number}", "", _unopened)
        now_us = int(self._clock.wall() * 1_000_000)
        stream.sound.lip_sync.picture(90_000, now_us, now_us, camera_clock=False)
        stream.sound.begins(_PCMU)
        return stream

    def _hear(self, number: int, chunk: Chunk) -> None:
        del chunk
        self.heard[number] += 1


async def measure_sound_cost(plan: SoundCostPlan) -> dict[str, Any]:
    """Percent of a core for each camera; what a camera costs that nobody hears is left out."""
    clock = SystemClock()
    registry = StreamRegistry(clock)
    cameras = _Cameras(registry, clock, plan.cameras)
    gc.collect()
    gc.freeze()
    try:
        unheard = await _cost(registry, cameras, plan.seconds)
        stops = cameras.listen()
        await _begun(registry, cameras, clock)
        before = list(cameras.heard)
        heard = await _cost(registry, cameras, plan.seconds)
        pid = registry.converter.pid
        megabytes = memory(pid).uss if pid is not None else 0.0
        for stop in stops:
            stop()
    finally:
        await registry.stop()
    made = [after - was for after, was in zip(cameras.heard, before, strict=True)]
    server = heard.server / heard.seconds - unheard.server / unheard.seconds
    worker = heard.worker / heard.seconds
    return {
        "cameras": plan.cameras,
        "seconds": round(heard.seconds, 1),
        "server_cpu_percent_a_camera": round(100 * server / plan.cameras, 3),
        "worker_cpu_percent_a_camera": round(100 * worker / plan.cameras, 3),
        "cpu_percent_a_camera": round(100 * (server + worker) / plan.cameras, 3),
        "worker_mb": round(megabytes, 1),
        "access_units_per_s_min": round(min(made) / heard.seconds, 1),
    }


async def _begun(registry: StreamRegistry, cameras: _Cameras, clock: Clock) -> None:
    """Speak until all cameras are heard."""
    end = clock.monotonic() + _BEGIN_DEADLINE
    while not all(cameras.heard):
        if clock.monotonic() > end:
            raise LiveEdgeError(f"No sound came out of the worker in {_BEGIN_DEADLINE:g} s.")
        await cameras.speak(0.1)
    if registry.converter.pid is None:
        raise LiveEdgeError("The worker that makes AAC has ended.")


async def _cost(registry: StreamRegistry, cameras: _Cameras, seconds: float) -> _Cost:
    pid = registry.converter.pid
    worker = cpu_seconds(pid) if pid is not None else 0.0
    began, server = time.monotonic(), time.process_time()
    await cameras.speak(seconds)
    server = time.process_time() - server
    if pid is not None:
        worker = cpu_seconds(pid) - worker
    return _Cost(time.monotonic() - began, server, worker)


class _Unopened:
    """The source of a stream that is fed by hand."""

    async def run_once(self) -> NoReturn:
        raise SourceError(Reason.ENDED, "This source is never opened.")


def _unopened(sink: MediaSink) -> Source:
    del sink
    return _Unopened()
