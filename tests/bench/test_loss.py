import json
import os
import subprocess
import sys

import pytest

from liveedge.bench import tables
from liveedge.bench.loss_command import parse_gops, parse_ways
from liveedge.bench.loss_figures import Damages, wrong_clock_percent
from liveedge.bench.stats import Picture
from liveedge.config.rtsp import OnLoss
from liveedge.errors import ConfigError
from liveedge.media.chunk import FLAG_DAMAGED, FLAG_GAP, FLAG_SYNC, KIND_CHUNK, frame_chunk

FRAME = 3000


def message(number: int, flags: int = 0) -> bytes:
    chunk = frame_chunk(
        [b"\x65picture"],
        stream=1,
        epoch=0,
        sequence=number,
        flags=flags,
        decode_time=number * FRAME,
        composition_offset=0,
        duration=FRAME,
        sample_duration=FRAME,
        capture_us=0,
        arrival_delay_us=0,
    )
    assert chunk[0] == KIND_CHUNK
    return chunk


def taken(*pictures: tuple[int, int]) -> Damages:
    damages = Damages()
    for number, flags in pictures:
        damages.take(message(number, flags))
    return damages


def test_damage_lasts_from_the_last_right_picture_to_the_next() -> None:
    damages = taken((0, FLAG_SYNC), (3, FLAG_DAMAGED), (4, FLAG_DAMAGED), (6, FLAG_SYNC | FLAG_GAP))
    assert damages.figures(gop_seconds=0.2) == {
        "damaged_percent": 50.0,
        "damages": 1,
        "clean_again_p50_s": 0.2,
        "clean_again_max_s": 0.2,
        "longer_than_a_gop": 0,
    }


def test_what_is_waited_for_counts_alike() -> None:
    damages = taken((0, FLAG_SYNC), (1, 0), (30, FLAG_SYNC | FLAG_GAP), (31, 0))
    figures = damages.figures(gop_seconds=0.5)
    assert figures["clean_again_max_s"] == 0.97
    assert figures["longer_than_a_gop"] == 1
    assert figures["damaged_percent"] == 0


def test_without_a_loss_there_is_nothing_to_say() -> None:
    figures = taken((0, FLAG_SYNC), (1, 0)).figures(gop_seconds=0.5)
    assert (figures["damages"], figures["clean_again_max_s"]) == (0, None)


def test_a_clock_is_wrong_that_is_not_what_the_server_says() -> None:
    right = [Picture(40.0 * n, n, latency=48.0, reported=44.0) for n in range(9)]
    wrong = Picture(400.0, 7, latency=1048.0, reported=44.0)
    assert wrong_clock_percent([*right, wrong]) == 10.0
    assert wrong_clock_percent([Picture(0.0, 1, latency=5.0)]) is None


def test_what_can_be_asked_for() -> None:
    assert parse_ways("all") == (OnLoss.SHOW, OnLoss.WAIT)
    assert parse_ways("wait") == (OnLoss.WAIT,)
    assert parse_gops("15,60") == (15, 60)
    for wrong in ("", "0", "15,", "1e3"):
        with pytest.raises(ConfigError, match="--gop"):
            parse_gops(wrong)
    with pytest.raises(ConfigError, match="--on-loss"):
        parse_ways("guess")


def test_the_table_has_a_row_a_way() -> None:
    table = tables.loss([{"on_loss": "show", "transport": "mse"}, {"on_loss": "wait"}]).renderables
    assert getattr(table[0], "row_count", 0) == 2


@pytest.mark.browser
def test_a_page_goes_on_while_packets_are_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    options = "--percent 4 --on-loss show --gop 15 --size 640x360 --kbps 800 --seconds 2 --warmup 0"
    run = subprocess.run(
        [sys.executable, "-m", "liveedge", "bench", "loss", "--json", *options.split()],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr
    results = [json.loads(line) for line in run.stdout.splitlines()]
    assert [figures["transport"] for figures in results] == ["webcodecs", "mse"]
    for figures in results:
        assert figures["lost_packets"] > 0
        assert figures["damaged_percent"] > 0
        assert figures["shown_percent"] > 0
        assert (figures["reconnects"], figures["page_errors"]) == (0, [])
