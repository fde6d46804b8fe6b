from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from liveedge.errors import Reason, SourceError
from liveedge.ingest.source import MediaSink, Source
from liveedge.rtsp.client import Stats
from liveedge.streams.qualities import Qualities
from liveedge.streams.viewers import Viewer
from liveedge.workers.cost import Cost
from tests.api.application import Served
from tests.streams.cameras import idle
from tests.support import access_units, encode

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


@pytest.fixture
async def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Served]:
    made = Served(tmp_path, monkeypatch)
    yield made
    await made.registry.stop()


async def scrape(served: Served) -> Samples:
    """Every sample by its name and labels, as Prometheus' own parser reads them."""
    answer = await served.client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def of_door(samples: Samples, name: str, **labels: str) -> float | None:
    key = tuple(sorted((labels | {"stream": "door"}).items()))
    return samples.get((f"liveedge_{name}", key))


class Costly:
    """A sub-stream of which a worker has had some."""

    def __init__(self) -> None:
        self.cost = Cost()
        self.cost.tell(1.5, 0)

    def __call__(self, sink: MediaSink) -> Source:
        return idle(sink)


async def go_live(served: Served) -> None:
    await served.registry.start_one("door")
    await served.camera.wait()
    served.camera.play()
    for unit in access_units(encode(frames=60, gop=15)):
        served.clock.advance(1 / 30)
        unit.arrival = served.clock.monotonic()
        served.camera.send(unit)


async def test_a_stream_that_has_not_begun(served: Served) -> None:
    samples = await scrape(served)
    assert of_door(samples, "stream_active") == 0
    assert of_door(samples, "stream_state", state="stopped") == 1
    assert of_door(samples, "stream_state", state="live") == 0
    assert of_door(samples, "stream_finding", code="stopped", level="info") == 1
    assert of_door(samples, "stream_frames_per_second") is None, "nothing is said, not nought"
    assert of_door(samples, "stream_lost_packets_total") == 0


async def test_tasks_are_counted(served: Served) -> None:
    before = (await scrape(served))["liveedge_tasks", ()]
    await served.registry.start_one("door")
    assert (await scrape(served))["liveedge_tasks", ()] == before + 1


async def test_a_live_stream(served: Served) -> None:
    await go_live(served)
    served.camera.stats = Stats(bytes=250_000, packets=200, lost=3, damaged=1)
    served.clock.advance(0.2)
    samples = await scrape(served)
    assert of_door(samples, "stream_active") == 1
    assert of_door(samples, "stream_healthy") == 1
    assert of_door(samples, "stream_state", state="live") == 1
    assert of_door(samples, "stream_frames_per_second") == 30
    assert of_door(samples, "stream_gop_seconds") == 0.5
    assert of_door(samples, "stream_last_frame_age_seconds") == pytest.approx(0.2)
    assert of_door(samples, "stream_last_keyframe_age_seconds") == pytest.approx(0.667, abs=0.01)
    assert of_door(samples, "stream_received_bytes_total") == 250_000
    assert of_door(samples, "stream_lost_packets_total") == 3
    assert of_door(samples, "stream_damaged_pictures_total") == 1
    bits = of_door(samples, "stream_bits_per_second")
    assert bits is not None
    assert bits > 0


async def test_reconnects_are_counted_by_reason(served: Served) -> None:
    await go_live(served)
    served.camera.fail(SourceError(Reason.ENDED, "The camera closed the connection."))
    await served.camera.closed.wait()
    await go_live(served)
    served.registry.add("gate", "Gate", served.camera.open)
    samples = await scrape(served)
    assert of_door(samples, "stream_reconnects_total", reason="ended") == 1
    assert of_door(samples, "stream_failed_attempts_total", reason="ended") == 1
    gate = (("reason", "ended"), ("stream", "gate"))
    assert samples["liveedge_stream_reconnects_total", gate] == 0, "a nought, so that it can rise"


async def test_what_players_report_is_a_histogram(served: Served) -> None:
    viewers = served.stream.viewers
    mse, odd = Viewer("live"), Viewer("live")
    viewers.join(mse)
    viewers.join(odd)
    for delay in (48.0, 52.0, 20_000.0, -5.0):
        viewers.report(mse, "mse", latency_p50_ms=delay, latency_p95_ms=delay, stalls=0, dropped=0)
    viewers.report(odd, "x" * 60, latency_p50_ms=40, latency_p95_ms=50, stalls=0, dropped=0)
    samples = await scrape(served)

    def bucket(bound: str, transport: str = "mse") -> float | None:
        return of_door(samples, "viewer_delay_seconds_bucket", le=bound, transport=transport)

    assert [bucket(bound) for bound in ("0.03", "0.05", "0.075", "10.0", "+Inf")] == [1, 2, 3, 3, 4]
    assert of_door(samples, "viewer_delay_seconds_sum", transport="mse") == pytest.approx(20.1)
    assert of_door(samples, "viewer_delay_seconds_count", transport="mse") == 4
    assert bucket("+Inf", "other") == 1, "names that clients invent are not kept"
    assert of_door(samples, "stream_viewers", transport="mse") == 1
    assert of_door(samples, "stream_viewers", transport="other") == 1


async def test_the_process_is_measured_too(served: Served) -> None:
    samples = await scrape(served)
    assert samples["process_open_fds", ()] > 0
    assert samples["process_resident_memory_bytes", ()] > 0


async def test_a_stream_name_cannot_break_the_text(served: Served) -> None:
    served.registry.add("gate", 'a"b\\c\nd', served.camera.open)
    samples = await scrape(served)
    assert samples["liveedge_stream_active", (("stream", "gate"),)] == 0


async def test_qualities_and_what_they_cost(served: Served) -> None:
    qualities = Qualities(served.registry, served.clock, sub_streams={"door": Costly()})
    samples = await scrape(served)
    assert of_door(samples, "stream_quality_live", quality="low") == 0
    assert of_door(samples, "stream_worker_cpu_seconds_total", quality="low") is None
    await go_live(served)
    served.registry.started = True
    low = qualities.get("door~low")
    assert low is not None
    low.viewers.join(Viewer("mse"))
    samples = await scrape(served)
    assert of_door(samples, "stream_quality_viewers", quality="low") == 1
    assert of_door(samples, "stream_quality_viewers", quality="medium") == 0
    assert of_door(samples, "stream_worker_cpu_seconds_total", quality="low") == 1.5
    await qualities.stop()
    assert (await scrape(served)).keys() >= samples.keys()
