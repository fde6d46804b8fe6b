import pytest
from typer.testing import CliRunner

from liveedge.bench.command import bench
from liveedge.bench.parts import CameraPlan
from liveedge.bench.transcode import AddedDelay, TranscodePlan, measure_transcode
from liveedge.errors import ConfigError
from liveedge.media.chunk import Chunk
from tests.support import FakeClock


def chunk(number: int) -> Chunk:
    return Chunk(
        message=b"",
        sequence=number,
        epoch=0,
        sync=True,
        gap=False,
        decode_time=3000 * number,
        duration=3000,
        arrival=0.0,
        capture_us=33_333 * number,
    )


def test_a_picture_is_compared_with_its_original() -> None:
    clock = FakeClock()
    added = AddedDelay(clock)
    added.original(chunk(1))
    clock.advance(0.02)
    added.original(chunk(2))
    clock.advance(0.01)
    added.made(chunk(1))
    added.made(chunk(2))
    added.made(chunk(7))
    assert added.seconds == pytest.approx([0.03, 0.01])
    assert added.originals == 2
    added.forget()
    assert (added.seconds, added.originals) == ([], 0)


async def test_a_quality_is_watched() -> None:
    camera = CameraPlan(15, 15, "512x240", 500)
    figures = await measure_transcode(TranscodePlan(camera, "h264", "low", 1.0, 0.0))
    assert figures["made_size"] == "512x240"
    assert figures["pictures"] > 3
    assert figures["added_max_ms"] >= figures["added_p95_ms"] >= figures["added_p50_ms"] > 0
    assert figures["first_picture_ms"] > 0
    assert figures["cpu_percent"] > 0


def test_a_quality_that_is_none_is_named() -> None:
    result = CliRunner().invoke(bench, ["transcode", "--quality", "tiny"])
    assert isinstance(result.exception, ConfigError)
    assert "low, medium, h264" in str(result.exception)
