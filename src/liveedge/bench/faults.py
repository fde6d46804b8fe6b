"""Every fault of a camera beside healthy ones: how soon it is noticed, and what comes of it."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

from liveedge.bench.fault_cases import Case
from liveedge.bench.fault_trial import Trial, figures
from liveedge.bench.footprint import Footprint, footprint
from liveedge.bench.lab import Lab, in_lab
from liveedge.bench.parts import CameraPlan

REST_SECONDS: Final = 10.5
"""Between two faults of one camera: health gives one that stalls again within 10 s of pictures
more time than others."""

Report = Callable[[dict[str, Any]], None]
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class FaultsPlan:
    """What to try, on what."""

    cases: tuple[Case, ...]
    camera: CameraPlan
    cameras: int
    """The first one fails, the others are its neighbours."""
    quiet: float
    """Seconds without a fault at the beginning."""


@dataclass(frozen=True, slots=True)
class Result:
    """A trial, and the quiet time before it."""

    trial: Trial
    quiet_gap: float


def measure_faults(plan: FaultsPlan, run: Callable[..., Any], say: Say, report: Report) -> bool:
    """Try all cases in turn; returns whether all went as they should.

    `run` runs a coroutine. `report` gets the figures of each case, then a summary with the name
    "summary" in the place of a fault.
    """
    say(f"starting {plan.cameras} cameras and a server")
    summary = in_lab(plan.camera, plan.cameras, run, lambda lab: _try_all(plan, lab, say, report))
    report(summary)
    return bool(summary["ok"])


async def _try_all(plan: FaultsPlan, lab: Lab, say: Say, report: Report) -> dict[str, Any]:
    await lab.settle()
    failing = lab.fleet.cameras[0]
    neighbours = lab.neighbours(failing)
    say(f"without a fault: {plan.quiet:.0f} s")
    lab.live.begin()
    await asyncio.sleep(plan.quiet)
    quiet = [lab.live.gap(neighbours)]
    before = await footprint(lab.fleet)
    results: list[Result] = []
    for number, case in enumerate(plan.cases, 1):
        say(f"{case.name} ({number} of {len(plan.cases)})")
        lab.live.begin()
        await asyncio.sleep(REST_SECONDS)
        gap = lab.live.gap(neighbours)
        await lab.forget(failing, case)
        trial = await lab.try_fault(failing, case, case.seconds)
        results.append(Result(trial, gap))
        quiet.append(gap)
        report(figures(trial, gap))
    await asyncio.sleep(REST_SECONDS)
    return summarize(results, quiet, before, await footprint(lab.fleet))


def summarize(
    results: Sequence[Result], quiet: Sequence[float], before: Footprint, after: Footprint
) -> dict[str, Any]:
    """The figures of a whole run; `quiet` are the neighbours' pauses in times without a fault."""
    trials = [result.trial for result in results]
    gaps = [trial.neighbours_gap for trial in trials]
    return {
        "fault": "summary",
        "ok": all(trial.ok for trial in trials),
        "faults": len(trials),
        "recovered": sum(trial.back is not None for trial in trials),
        "not_ok": [trial.case.name for trial in trials if not trial.ok],
        "detected_median_s": _median(trial.detected for trial in trials),
        "understood_median_s": _median(trial.understood for trial in trials),
        "back_median_s": _median(trial.back for trial in trials),
        "back_max_s": _most(trial.back for trial in trials),
        "healthy_gap_ms": _ms(median(gaps)),
        "healthy_gap_quiet_ms": _ms(median(quiet)),
        "healthy_gap_ratio": round(median(gaps) / median(quiet), 2),
        "healthy_gap_max_ms": _ms(max(gaps)),
        "healthy_gap_quiet_max_ms": _ms(max(quiet)),
        "healthy_gap_max_ratio": round(max(gaps) / max(quiet), 2),
        "rss_before_mb": round(before.rss_mb, 1),
        "rss_after_mb": round(after.rss_mb, 1),
        "fds_before": before.fds,
        "fds_after": after.fds,
        "tasks_before": before.tasks,
        "tasks_after": after.tasks,
    }


def _median(values: Any) -> float | None:
    known = [value for value in values if value is not None]
    return round(median(known), 3) if known else None


def _most(values: Any) -> float | None:
    return max((round(value, 3) for value in values if value is not None), default=None)


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
