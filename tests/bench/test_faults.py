"""Faults and soak with everything that they put together: cameras, a server, and who watches."""

import json
import os
import sys
from typing import Any

import pytest
import typer
import uvloop
from rich.console import Console

from liveedge.bench import fault_tables, faults, soak
from liveedge.bench.fault_cases import CASES, choose
from liveedge.bench.fault_trial import Trial, figures
from liveedge.bench.faults import FaultsPlan, Result, measure_faults, summarize
from liveedge.bench.footprint import Footprint
from liveedge.bench.parts import CameraPlan
from liveedge.bench.progress import Steps
from liveedge.bench.soak import LONGEST_FAULT, SHORTEST_FAULT, SoakPlan, draws, measure_soak

SMALL = CameraPlan(fps=15, gop=15, size="640x360", kbps=300)
HANG, RESET = choose("hang,reset")


def trial(**changes: Any) -> Trial:
    terms: dict[str, Any] = {
        "case": HANG,
        "detected": 1.4,
        "understood": 1.45,
        "back": 0.5,
        "keyframe_wait": 0.25,
        "seen": ("no_data", "offline"),
        "neighbours_gap": 0.06,
    }
    return Trial(**(terms | changes))


def test_figures_have_their_units_in_their_names() -> None:
    assert figures(trial(), 0.05) == {
        "fault": "hang",
        "ok": True,
        "detected_s": 1.4,
        "understood_s": 1.45,
        "back_s": 0.5,
        "keyframe_wait_s": 0.25,
        "restarted": False,
        "seen": ["no_data", "offline"],
        "healthy_gap_ms": 60.0,
        "healthy_gap_quiet_ms": 50.0,
    }


def test_what_was_not_noticed_or_did_not_come_back_is_not_ok() -> None:
    assert trial().ok
    assert not trial(understood=None).ok
    assert not trial(back=None, keyframe_wait=None).ok
    assert trial(case=CASES[-1], understood=None).ok, "there is nothing to notice"


def test_a_run_is_summed_up() -> None:
    results = [
        Result(trial(), 0.05),
        Result(trial(case=RESET, detected=0.0, understood=0.0, back=0.1), 0.05),
        Result(trial(case=CASES[3], back=None, neighbours_gap=0.1), 0.08),
    ]
    before, after = Footprint(0.0, 84.0, 26, 15), Footprint(9.0, 86.04, 26, 15)
    summary = summarize(results, [0.05, 0.05, 0.08], before, after)
    assert summary | {"rss_after_mb": 86.0} == summary
    assert (summary["faults"], summary["recovered"], summary["ok"]) == (3, 2, False)
    assert summary["not_ok"] == ["reboot"]
    assert (summary["detected_median_s"], summary["back_median_s"]) == (1.4, 0.3)
    assert summary["back_max_s"] == 0.5
    assert (summary["healthy_gap_ms"], summary["healthy_gap_ratio"]) == (60.0, 1.2)
    assert (summary["healthy_gap_max_ms"], summary["healthy_gap_max_ratio"]) == (100.0, 1.25)


def test_what_happens_follows_from_the_seed() -> None:
    one, same, other = (draws(seed, 8) for seed in (7, 7, 8))
    first = [next(one) for _ in range(200)]
    assert first == [next(same) for _ in range(200)]
    assert first != [next(other) for _ in range(200)]
    assert {draw.camera for draw in first} == set(range(8))
    assert len({draw.case for draw in first}) > len(CASES) / 2
    assert all(20 <= draw.pause <= 60 for draw in first)
    assert all(SHORTEST_FAULT <= draw.seconds <= LONGEST_FAULT for draw in first)


def test_tables_hold_every_fault_and_the_summary() -> None:
    console = Console(width=200)
    row = figures(trial(understood=None), 0.05)
    summary = {"fault": "summary", "ok": False, "not_ok": ["hang"], "recovered": 1}
    with console.capture() as capture:
        console.print(fault_tables.faults([row, summary]))
    lines = [line.split() for line in capture.get().splitlines()]
    assert ["hang", "NO", "1.4", "-", "0.5", "0.25", "60.0", "50.0", "no_data,", "offline"] in lines
    assert ["not_ok", "hang"] in lines
    with console.capture() as capture:
        console.print(fault_tables.soak([{"fault": "summary", "ok": True, "not_recovered": []}]))
    assert ["not_recovered", "-"] in [line.split() for line in capture.get().splitlines()]


@pytest.mark.parametrize("terminal", [True, False])
def test_progress_is_shown_and_leaves_standard_output_alone(
    terminal: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    console = Console(stderr=True, force_terminal=terminal, width=100)
    with Steps(2, console) as steps:
        steps.say("hang (1 of 2) [not markup]")
        typer.echo('{"json": "whole"}')
        steps.done()
    written = capsys.readouterr()
    assert written.out == '{"json": "whole"}\n'
    assert "hang (1 of 2) [not markup]" in written.err


@pytest.fixture
def children_find_this_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))


@pytest.mark.usefixtures("children_find_this_package")
def test_a_fault_is_tried_beside_a_camera_that_is_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "REST_SECONDS", 0.5)
    lines: list[dict[str, Any]] = []
    said: list[str] = []
    plan = FaultsPlan(choose("reset,status-404"), SMALL, 2, quiet=0.5)
    assert measure_faults(plan, uvloop.run, said.append, lines.append), lines
    assert json.loads(json.dumps(lines)) == lines
    reset, refused, summary = lines
    assert (reset["fault"], refused["fault"]) == ("reset", "status-404")
    assert "ended" in reset["seen"]
    assert "not_found" in refused["seen"]
    assert refused["restarted"]
    for line in (reset, refused):
        assert line["detected_s"] >= 0
        assert line["back_s"] >= 0
        assert line["keyframe_wait_s"] >= 0
        assert line["healthy_gap_ms"] > 0
    assert (summary["faults"], summary["recovered"], summary["not_ok"]) == (2, 2, [])
    assert min(summary["tasks_before"], summary["fds_before"], summary["rss_before_mb"]) > 0
    assert said[-1] == "status-404 (2 of 2)"


@pytest.mark.usefixtures("children_find_this_package")
def test_a_soak_draws_faults_and_samples_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "SHORTEST_PAUSE": 0.5,
        "LONGEST_PAUSE": 0.6,
        "SHORTEST_FAULT": 0.1,
        "LONGEST_FAULT": 0.2,
        "SAMPLE_SECONDS": 0.25,
        "CASES": (RESET,),
    }.items():
        monkeypatch.setattr(soak, name, value)
    lines: list[dict[str, Any]] = []
    said: list[str] = []
    plan = SoakPlan(minutes=0.15, seed=5, camera=SMALL, cameras=2)
    assert measure_soak(plan, uvloop.run, said.append, lines.append), lines
    assert "seed 5" in said[0]
    *happened, summary = lines
    assert happened
    assert all(line["recovered"] and line["fault"] == "reset" for line in happened)
    assert summary["faults"] == len(happened)
    assert summary["samples"] > 5
    assert len(summary["delay_p99_ms"]) == 2
    assert summary["delay_p99_ratio"] > 0
    assert summary["rss_mb_per_hour_per_camera"] is not None
