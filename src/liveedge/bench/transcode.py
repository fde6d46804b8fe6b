"""What a transcode adds: the delay of each picture, the wait for the first one, processor time."""

import asyncio
import os
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Final

from liveedge.bench.parts import STREAM, CameraPlan
from liveedge.bench.stats import percentile
from liveedge.children import Child
from liveedge.clock import Clock, SystemClock
from liveedge.config.url import parse_camera_url
from liveedge.errors import LiveEdgeError
from liveedge.ingest.rtsp import rtsp_source
from liveedge.media.chunk import Chunk
from liveedge.streams import rate
from liveedge.streams.qualities import MARK, Qualities
from liveedge.streams.registry import StreamRegistry
from liveedge.streams.stream import Stream
from liveedge.streams.viewers import Viewer

_DEADLINE: Final = 30.0
_MOST_UNDER_WAY: Final = 1000


@dataclass(frozen=True, slots=True)
class TranscodePlan:
    """What to measure."""

    camera: CameraPlan
    codec: str
    """Of the camera: `h264` or `h265`."""
    quality: str
    seconds: float
    warmup: float


class AddedDelay:
    """How much later a picture is in the window of a quality than in that of its original."""

    def __init__(self, clock: Clock) -> None:
        self.seconds: list[float] = []
        self.originals = 0
        self._clock = clock
        self._under_way: dict[int, float] = {}
        """When the original was there, by the capture time, which both have in common."""

    def forget(self) -> None:
        """Count from here on."""
        self.seconds.clear()
        self.originals = 0

    def original(self, chunk: Chunk) -> None:
        """A picture is in the window of the original."""
        self.originals += 1
        self._under_way[chunk.capture_us] = self._clock.monotonic()
        if len(self._under_way) > _MOST_UNDER_WAY:
            del self._under_way[next(iter(self._under_way))]

    def made(self, chunk: Chunk) -> None:
        """A picture is in the window of the quality."""
        at = self._under_way.pop(chunk.capture_us, None)
        if at is not None:
            self.seconds.append(self._clock.monotonic() - at)


async def measure_transcode(plan: TranscodePlan) -> dict[str, Any]:
    """Watch a quality of a virtual camera for a while; milliseconds, percent of one core."""
    clock, load = SystemClock(), os.getloadavg()[0]
    with ExitStack() as stack:
        arguments = [*plan.camera.arguments("Bench"), "--codec", plan.codec]
        camera = stack.enter_context(Child(arguments))
        url = await asyncio.to_thread(camera.wait_ready)
        registry = StreamRegistry(clock)
        original = registry.add(STREAM, "", rtsp_source(parse_camera_url(url), clock))
        qualities = Qualities(registry, clock, transcodes=1)
        registry.start()
        try:
            await _next_picture(original)
            began = clock.monotonic()
            quality = qualities.get(f"{STREAM}{MARK}{plan.quality}")
            if quality is None:
                raise LiveEdgeError(f'There is no quality "{plan.quality}".')
            quality.viewers.join(Viewer("bench"))
            await _next_picture(quality)
            first = clock.monotonic() - began
            return await _watch(plan, original, quality, clock) | {
                "first_picture_ms": round(1000 * first, 1),
                "load_average": round(load, 2),
            }
        finally:
            await qualities.stop()
            await registry.stop()


async def _watch(
    plan: TranscodePlan, original: Stream, quality: Stream, clock: Clock
) -> dict[str, Any]:
    added = AddedDelay(clock)
    stop_originals = original.window.listen(added.original)
    stop_made = quality.window.listen(added.made)
    try:
        await asyncio.sleep(plan.warmup)
        added.forget()
        began, cpu = clock.monotonic(), _cpu_seconds(quality)
        await asyncio.sleep(plan.seconds)
        lasted, cpu = clock.monotonic() - began, _cpu_seconds(quality) - cpu
    finally:
        stop_made()
        stop_originals()
    epoch = quality.window.epoch
    if epoch is None or not added.seconds:
        raise LiveEdgeError(f"The quality made no pictures. {quality.last_error or ''}".rstrip())
    made = epoch.config.parameters
    return {
        "quality": plan.quality,
        "codec": plan.codec,
        "size": plan.camera.size,
        "fps": plan.camera.fps,
        "made_size": f"{made.width}x{made.height}",
        "kbps": _kbps(original),
        "made_kbps": _kbps(quality),
        "seconds": round(lasted, 1),
        "pictures": len(added.seconds),
        "originals": added.originals,
        "added_p50_ms": _ms(percentile(added.seconds, 50)),
        "added_p95_ms": _ms(percentile(added.seconds, 95)),
        "added_max_ms": _ms(max(added.seconds)),
        "cpu_percent": round(100 * cpu / lasted, 1),
    }


async def _next_picture(stream: Stream) -> None:
    came = asyncio.Event()
    stop = stream.window.listen(lambda _: came.set())
    try:
        async with asyncio.timeout(_DEADLINE):
            await came.wait()
    except TimeoutError:
        why = stream.last_error or ""
        raise LiveEdgeError(f"No picture came in {_DEADLINE:g} s. {why}".rstrip()) from None
    finally:
        stop()


def _cpu_seconds(stream: Stream) -> float:
    return 0.0 if stream.cost is None else stream.cost.seconds


def _kbps(stream: Stream) -> float | None:
    kbps = rate.kilobits_per_second(stream.window.since(0))
    return None if kbps is None else round(kbps, 1)


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(1000 * seconds, 1)
