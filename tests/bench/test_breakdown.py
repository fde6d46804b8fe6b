"""How the delay is made up: arithmetic over made-up times, the picture, and a camera that notes."""

import asyncio
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from liveedge.bench.breakdown import (
    STAGES,
    ChunkLog,
    Nearest,
    Taken,
    breakdown_figures,
    in_order,
    moments,
)
from liveedge.bench.breakdown_camera import read_sent, serve_noting_camera
from liveedge.bench.breakdown_picture import draw
from liveedge.bench.command import bench
from liveedge.bench.stats import Picture
from liveedge.camera.settings import CameraSettings
from liveedge.clock import SystemClock
from liveedge.config.url import parse_camera_url
from liveedge.errors import ConfigError
from liveedge.ingest.rtsp import rtsp_source
from liveedge.ingest.source import VideoDescription
from liveedge.media.access_unit import AccessUnit
from liveedge.media.chunk import HEADER, KIND_CHUNK

SVG = "{http://www.w3.org/2000/svg}"


def part(number: int) -> tuple[dict[int, Taken], list[tuple[float, float]], list[Picture]]:
    """Three pictures, 30 ms apart from 1000 ms on, that come together."""
    chunks, sent, pictures = {}, [], []
    for index in range(3):
        capture = 1000.0 + 30 * (3 * number + index)
        chunks[2700 * (3 * number + index)] = Taken(capture + 0.4, capture + 12)
        sent.append((capture + 0.4, capture + 9))
        pictures.append(Picture(capture + 150, int(capture), 150.0))
    return chunks, sent, pictures


def test_a_picture_is_followed_from_the_camera_to_the_screen() -> None:
    chunks, sent, pictures = part(0)
    times = list(chunks)
    notes = {
        "arrived": [[1075.0, times], [1500.0, times]],
        "handed": [[1076.0, times]],
        "shown": [[picture.at - 0.1, picture.at + 16] for picture in pictures],
    }
    found = moments(pictures, chunks, sent, notes, boxing_ms=0.5)
    assert found[0] == (1000.4, 1009.0, 1012.0, 1072.5, 1075.0, 1076.0, 1150.0, 1166.0)
    assert found[2] == (1060.4, 1069.0, 1072.0, 1072.5, 1075.0, 1076.0, 1210.0, 1226.0)
    assert all(map(in_order, found))


def test_pictures_of_which_something_is_unknown_are_left_out() -> None:
    chunks, sent, pictures = part(0)
    times = list(chunks)
    shown = [[picture.at, picture.at] for picture in pictures]
    notes: dict[str, Any] = {"arrived": [[1075.0, times]], "handed": [[1076.0, times]]}
    everything = notes | {"shown": shown}
    assert len(moments(pictures, chunks, sent, everything, 0.0)) == 3
    assert len(moments(pictures, chunks, sent[:2], everything, 0.0)) == 2
    assert len(moments(pictures, chunks, sent, notes | {"shown": shown[:1]}, 0.0)) == 1
    assert moments(pictures, chunks, sent, everything | {"handed": []}, 0.0) == []
    assert moments(pictures, {}, sent, everything, 0.0) == []


def test_a_stage_of_less_than_nothing_is_a_wrong_match() -> None:
    assert in_order((0.0, 10.0, 9.0, 11.0))
    assert not in_order((0.0, 10.0, 5.0, 11.0))


@given(st.lists(st.tuples(*[st.floats(0, 500)] * len(STAGES)), min_size=1, max_size=60))
def test_the_means_add_up(stages: list[tuple[float, ...]]) -> None:
    found = []
    for durations in stages:
        times = [0.0]
        for duration in durations:
            times.append(times[-1] + duration)
        found.append(tuple(times))
    figures = breakdown_figures(found)
    assert sum(figures["stages_ms"].values()) == pytest.approx(figures["total_ms"], abs=0.1)
    assert list(figures["stages_ms"]) == list(STAGES)
    assert figures["pictures"] == len(stages)


def test_one_slow_picture_does_not_count() -> None:
    usual = (0.0, 10.0, 11.0, 12.0, 13.0, 14.0, 24.0, 34.0)
    slow = (*usual[:-2], 5000.0, 5010.0)
    figures = breakdown_figures([usual] * 40 + [slow])
    assert figures["total_ms"] == 34.0
    assert figures["p50_ms"] == 24.0
    assert figures["stages_p50_ms"]["player"] == 10.0


def test_nothing_followed_is_no_figure() -> None:
    assert breakdown_figures([]) == {"pictures": 0}


def test_the_nearest_within_reach_is_found() -> None:
    nearest = Nearest([(10.0, 1.0), (20.0, 2.0)], tolerance=2.0)
    assert [nearest.get(key) for key in (9.0, 11.9, 15.0, 18.5, 22.5)] == [
        1.0,
        1.0,
        None,
        2.0,
        None,
    ]
    assert Nearest([], 1.0).get(0.0) is None


def test_headers_say_when_a_picture_was_taken_and_complete() -> None:
    log = ChunkLog()
    log.take(HEADER.pack(KIND_CHUNK, 0, 1, 1, 5, 3000, 90_000, 1_700_000_000_000, 12_500, 0))
    assert log.chunks == {90_000: Taken(1_700_000_000.0, 1_700_000_012.5)}


def row(transport: str, *values: float) -> dict[str, Any]:
    return {
        "transport": transport,
        "stages_ms": dict(zip(STAGES, values, strict=True)),
        "total_ms": sum(values),
        "size": "1280x720",
        "expected_fps": 30.0,
        "gop_s": 0.5,
    }


def test_the_picture_is_drawn_from_the_figures() -> None:
    text = draw(
        [row("mse", 10, 0, 0, 0, 0, 20, 10), row("llhls", 20, 0, 30, 0, 0, 100, 10), {"error": "-"}]
    )
    svg = ET.fromstring(text)
    bars = [rect for rect in svg.iter(f"{SVG}rect") if rect.get("height") == "26"]
    assert len(bars) == 2 * len(STAGES)
    widths = [float(rect.get("width") or 0) for rect in bars]
    assert sum(widths[len(STAGES) :]) == pytest.approx(560, abs=0.5)
    assert sum(widths[: len(STAGES)]) == pytest.approx(140, abs=0.5)
    lefts = [float(rect.get("x") or 0) for rect in bars[: len(STAGES)]]
    assert lefts[-1] + widths[len(STAGES) - 1] == pytest.approx(240, abs=0.5)
    said = "".join(svg.itertext())
    assert "1280x720, 30 frames/s, keyframe every 0.5 s" in said
    assert "LL-HLS" in said
    assert "160 ms" in said
    assert all(stage in said for stage in STAGES)


def test_a_picture_of_nothing_says_so() -> None:
    assert "Nothing was measured" in draw([])


class Sink:
    """Ends the source once it has seen some pictures."""

    def __init__(self, wanted: int) -> None:
        self.enough = asyncio.Event()
        self._left = wanted

    def playing(self, video: VideoDescription) -> None:
        pass

    def access_unit(self, unit: AccessUnit) -> None:
        self._left -= 1
        if not self._left:
            self.enough.set()

    def sender_report(self, unix_us: int, rtp_time: int) -> None:
        pass


async def test_a_camera_notes_when_it_has_sent_each_picture(tmp_path: Path) -> None:
    notes, clock, sink = tmp_path / "sent", SystemClock(), Sink(5)
    ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    settings = CameraSettings(port=0, width=640, height=360)
    camera = asyncio.create_task(serve_noting_camera(settings, clock, notes, ready.set_result))
    async with asyncio.timeout(20):
        url = parse_camera_url(await ready)
        reading = asyncio.create_task(rtsp_source(url, clock)(sink).run_once())
        await sink.enough.wait()
    for task in (reading, camera):
        task.cancel()
    await asyncio.gather(reading, camera, return_exceptions=True)
    sent = read_sent(notes)
    assert len(sent) >= 5
    assert all(captured < at for captured, at in sent)
    assert sent == sorted(sent)


def test_a_line_that_is_being_written_is_left_out(tmp_path: Path) -> None:
    notes = tmp_path / "sent"
    notes.write_text("1000.000 1010.500\n1033.333 10")
    assert read_sent(notes) == [(1000.0, 1010.5)]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--breakdown", "--transport", "hls"), "--breakdown follows webcodecs, mse, llhls; hls"),
        (("--picture", "x.svg"), "--picture draws what --breakdown measures"),
        (("--breakdown", "--camera", "rtsp://camera/1"), "a camera that takes notes"),
        (("--breakdown", "--baseline"), "one at a time"),
    ],
)
def test_what_makes_no_sense_is_refused(
    arguments: tuple[str, ...], sentence: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("chromium", "ffmpeg"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    result = CliRunner().invoke(bench, ["latency", *arguments])
    assert isinstance(result.exception, ConfigError)
    assert sentence in str(result.exception)
