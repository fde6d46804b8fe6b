"""`GET /metrics`: every stream's figures for Prometheus, read at the moment of the scrape."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, chain
from typing import Final, NamedTuple

from fastapi import APIRouter
from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
)
from prometheus_client.exposition import generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from starlette.responses import Response

from liveedge import __version__
from liveedge.clock import Clock
from liveedge.streams.registry import StreamRegistry
from liveedge.streams.state import State
from liveedge.streams.status import StreamStatus, status_of
from liveedge.streams.stream import Stream
from liveedge.streams.viewers import DELAY_BOUNDS

_CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_PREFIX: Final = "liveedge_stream_"
_OWN: Final = "high"
"""The camera's own stream, among its qualities."""
_BOUNDS: Final = (*map(str, DELAY_BOUNDS), "+Inf")


class Figure(NamedTuple):
    """One number of a stream."""

    name: str
    help: str
    read: Callable[[StreamStatus], float | None]
    """None: there is nothing to say, and no sample."""


GAUGES: Final = (
    Figure("active", "1 while viewers get pictures that move forward.", lambda s: s.is_active),
    Figure("healthy", "0 while the stream is degraded or failed.", lambda s: s.healthy),
    Figure("last_packet_age_seconds", "Since anything came from it.", lambda s: s.last_packet_age),
    Figure("last_frame_age_seconds", "Since the newest picture.", lambda s: s.last_frame_age),
    Figure(
        "last_keyframe_age_seconds", "Since the newest keyframe.", lambda s: s.last_keyframe_age
    ),
    Figure(
        "last_segment_age_seconds",
        "Since the newest complete HLS segment.",
        lambda s: s.last_segment_age,
    ),
    Figure("frames_per_second", "Pictures a second, over the window.", lambda s: s.fps),
    Figure(
        "bits_per_second",
        "Bit rate of the media, over the window.",
        lambda s: None if s.bitrate_kbps is None else s.bitrate_kbps * 1000,
    ),
    Figure("gop_seconds", "From one keyframe to the next.", lambda s: s.gop_seconds),
)
COUNTERS: Final = (
    Figure("received_bytes", "Bytes that came from it.", lambda s: s.received_bytes),
    Figure("lost_packets", "Packets of video that never came.", lambda s: s.lost_packets),
    Figure(
        "damaged_pictures",
        "Pictures dropped because a part of them was missing.",
        lambda s: s.damaged_pictures,
    ),
    Figure(
        "timestamp_jumps",
        "How often RTP time ran away from real time.",
        lambda s: s.timestamp_jumps,
    ),
)


async def render(registry: StreamRegistry, clock: Clock, process: Collector) -> bytes:
    """All families in Prometheus' text format.

    With fifty streams this takes the time of half a picture, so the loop gets its turn between
    any two streams and any two families. Nothing is kept between two scrapes.
    """
    streams, statuses = list(registry), []
    for stream in streams:
        statuses.append(status_of(stream, clock.monotonic()))
        await asyncio.sleep(0)
    text = []
    tasks = GaugeMetricFamily("liveedge_tasks", "In the event loop.", len(asyncio.all_tasks()))
    for family in chain(families(streams, statuses), [tasks], process.collect()):
        text.append(generate_latest(_One(family)))
        await asyncio.sleep(0)
    return b"".join(text)


def families(streams: Sequence[Stream], statuses: Sequence[StreamStatus]) -> Iterator[Metric]:
    """What we have to say; each family is there even without a stream."""
    yield InfoMetricFamily("liveedge", "The server.", {"version": __version__})
    for figure in GAUGES:
        yield _filled(GaugeMetricFamily, figure, statuses)
    for figure in COUNTERS:
        yield _filled(CounterMetricFamily, figure, statuses)
    yield _states(statuses)
    yield _findings(statuses)
    yield from _by_reason(streams)
    yield from _viewers(streams)
    yield from _qualities(streams)


def make_router(registry: StreamRegistry, clock: Clock) -> APIRouter:
    """The route of the metrics."""
    router = APIRouter()
    process = ProcessCollector(registry=None)

    @router.get("/metrics", summary="Figures of all streams for Prometheus")
    async def metrics() -> Response:
        text = await render(registry, clock, process)
        return Response(text, headers={"Content-Type": _CONTENT_TYPE})

    return router


class _One(CollectorRegistry):
    """A registry of one family, for what renders takes a registry."""

    def __init__(self, family: Metric) -> None:
        super().__init__()
        self._family = family

    def collect(self) -> Iterator[Metric]:
        yield self._family


def _filled(
    family: type[GaugeMetricFamily] | type[CounterMetricFamily],
    figure: Figure,
    statuses: Iterable[StreamStatus],
) -> Metric:
    metric = family(_PREFIX + figure.name, figure.help, labels=["stream"])
    for status in statuses:
        value = figure.read(status)
        if value is not None:
            metric.add_metric([status.stream_id], value)
    return metric


def _states(statuses: Iterable[StreamStatus]) -> Metric:
    metric = GaugeMetricFamily(
        f"{_PREFIX}state", "1 for the state that it is in.", labels=["stream", "state"]
    )
    for status in statuses:
        for state in State:
            metric.add_metric([status.stream_id, state], status.state is state)
    return metric


def _findings(statuses: Iterable[StreamStatus]) -> Metric:
    metric = GaugeMetricFamily(
        f"{_PREFIX}finding",
        "1 for everything that health finds at this moment.",
        labels=["stream", "code", "level"],
    )
    for status in statuses:
        for reason in status.reasons:
            metric.add_metric([status.stream_id, reason.code, reason.level], 1)
    return metric


def _by_reason(streams: Iterable[Stream]) -> Iterator[Metric]:
    reconnects = CounterMetricFamily(
        f"{_PREFIX}reconnects",
        "How often pictures stopped and came back, by why they stopped.",
        labels=["stream", "reason"],
    )
    attempts = CounterMetricFamily(
        f"{_PREFIX}failed_attempts",
        "Sessions with the camera that ended, by why.",
        labels=["stream", "reason"],
    )
    # Noughts for what any other stream had: `increase` does not see a counter appear.
    ended = {reason for stream in streams for reason in stream.outages.by_reason}
    failed = {reason for stream in streams for reason in stream.vitals.failed_attempts}
    for stream in streams:
        for reason in ended:
            reconnects.add_metric([stream.id, reason], stream.outages.by_reason[reason])
        for reason in failed:
            attempts.add_metric([stream.id, reason], stream.vitals.failed_attempts[reason])
    yield reconnects
    yield attempts


def _viewers(streams: Iterable[Stream]) -> Iterator[Metric]:
    present = GaugeMetricFamily(
        f"{_PREFIX}viewers", "Who is watching.", labels=["stream", "transport"]
    )
    delays = HistogramMetricFamily(
        "liveedge_viewer_delay_seconds",
        "From capture to screen: the medians that players report, each report counted once.",
        labels=["stream", "transport"],
    )
    for stream in streams:
        for transport, count in stream.viewers.by_transport().items():
            present.add_metric([stream.id, transport], count)
        for transport, reported in stream.viewers.delays.items():
            counts = accumulate(reported.counts)
            buckets = list(zip(_BOUNDS, counts, strict=True))
            delays.add_metric([stream.id, transport], buckets, reported.sum)
    yield present
    yield delays


def _qualities(streams: Iterable[Stream]) -> Iterator[Metric]:
    labels = ["stream", "quality"]
    live = GaugeMetricFamily(
        f"{_PREFIX}quality_live", "1 while pictures of this quality come.", labels=labels
    )
    viewers = GaugeMetricFamily(
        f"{_PREFIX}quality_viewers", "Who is watching this quality.", labels=labels
    )
    cpu = CounterMetricFamily(
        f"{_PREFIX}worker_cpu_seconds",
        "Processor time of the worker that makes this quality, or opens the camera.",
        labels=labels,
    )
    for stream in streams:
        if stream.cost is not None:
            cpu.add_metric([stream.id, _OWN], stream.cost.seconds)
        for offer in stream.qualities():
            of, made = [stream.id, offer.quality], offer.stream
            live.add_metric(of, made is not None and made.state.state is State.LIVE)
            viewers.add_metric(of, 0 if made is None else len(made.viewers))
            if made is not None and made.cost is not None:
                cpu.add_metric(of, made.cost.seconds)
    yield live
    yield viewers
    yield cpu
