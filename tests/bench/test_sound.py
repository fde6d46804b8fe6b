"""Lip sync out of beeps and flashes, and what `bench sound` says about it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from liveedge.bench import sound_command, tables
from liveedge.bench.lip_sync import Beep, Flash, flashes, lip_sync_figures, pair, verdict
from liveedge.bench.sound_command import complaints
from liveedge.bench.stats import Picture
from liveedge.errors import ConfigError

SECOND = 1_700_000_000_000.0
GOOD: dict[str, Any] = {
    "transport": "mse",
    "beeps": 20,
    "beeps_expected": 20,
    "lip_sync_p50_ms": 12.0,
    "lip_sync_p95_ms": 31.0,
    "lip_sync_max_ms": 40.0,
    "p50_ms": 45.0,
    "sound_p50_ms": 60.0,
    "server_lip_sync_max_ms": 0.6,
    "verdict": ["ok"],
}


def seen(begin: float, count: int, latency: float, fps: float = 30.0) -> list[Picture]:
    """Pictures of a camera, the first one taken at `begin`, all of them shown as late."""
    taken = [begin + index * 1000 / fps for index in range(count)]
    return [Picture(t + latency, int(t) & 0xFFFFFFFF, latency) for t in taken]


@given(st.floats(0, 3000), st.floats(0, 1000), st.floats(-400, 400))
def test_what_is_apart_is_found_whatever_the_frames(
    latency: float, phase: float, apart: float
) -> None:
    pictures = seen(SECOND + phase, 90, latency)
    beeps = [SECOND + 1000 * k + latency + apart for k in range(1, 3)]
    found = pair(beeps, flashes(pictures))
    assert [beep.apart for beep in found] == pytest.approx([apart] * 2, abs=0.01)
    assert [beep.delay for beep in found] == pytest.approx([latency + apart] * 2, abs=0.01)


def test_a_flash_counts_once_and_only_if_its_pictures_were_shown() -> None:
    pictures = seen(SECOND, 60, 50.0)
    assert [flash.second for flash in flashes(pictures)] == [SECOND, SECOND + 1000]
    without = [p for p in pictures if not 1000 <= p.at - 50.0 - SECOND < 1100]
    assert [flash.second for flash in flashes(without)] == [SECOND]


def test_a_beep_without_a_flash_is_left_out() -> None:
    assert pair([SECOND], []) == []
    assert pair([SECOND, SECOND + 1000], [Flash(SECOND - 40, SECOND - 10)]) == [Beep(10.0, 40.0)]


def test_early_and_late_count_alike_for_the_worst() -> None:
    assert lip_sync_figures([Beep(-60, 0), Beep(10, 0), Beep(20, 0)]) == {
        "lip_sync_p50_ms": 10,
        "lip_sync_p95_ms": 60,
        "lip_sync_max_ms": 60,
    }
    assert lip_sync_figures([])["lip_sync_max_ms"] is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, []),
        ({"lip_sync_p95_ms": 81.0}, ["more than 80 ms apart"]),
        ({"lip_sync_p95_ms": None}, ["more than 80 ms apart"]),
        ({"p50_ms": 351.0}, ["pictures are later than 350 ms"]),
        ({"sound_p50_ms": 351.0}, ["sound are later"]),
        ({"beeps": 18}, ["only 18 of 20"]),
    ],
)
def test_the_verdict_names_what_is_not_as_it_should_be(
    change: dict[str, Any], words: list[str]
) -> None:
    faults = verdict(GOOD | change)
    assert len(faults) == len(words)
    for fault, word in zip(faults, words, strict=True):
        assert word in fault


def test_a_transport_without_figures_is_a_complaint_too() -> None:
    assert complaints(GOOD) == []
    assert complaints({"transport": "llhls", "error": "Nothing was heard."}) == [
        "llhls: Nothing was heard."
    ]


def test_the_table_has_what_was_heard() -> None:
    console = Console(width=100)
    with console.capture() as capture:
        console.print(tables.sound([GOOD, {"transport": "llhls", "error": "x"} | {"audio": "aac"}]))
    assert "12.0" in capture.get()
    assert "0.6 ms apart" in capture.get()
    assert json.dumps(GOOD)


def test_a_sound_that_there_is_not_is_refused() -> None:
    with pytest.raises(ConfigError, match="aac, opus, pcmu, pcma"):
        sound_command.sound(audio="mp3")
