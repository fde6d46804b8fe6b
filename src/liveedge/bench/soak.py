"""Cameras that fail at random for a long time: what rises, and who does not recover."""

import asyncio
import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from liveedge.bench.beside import with_beside
from liveedge.bench.fault_cases import CASES, Case
from liveedge.bench.faults import Report, Say
from liveedge.bench.footprint import Footprint, footprint
from liveedge.bench.lab import Lab, in_lab
from liveedge.bench.parts import CameraPlan
from liveedge.bench.soak_figures import Delays, Schedule, slopes

SHORTEST_PAUSE: Final = 20.0
LONGEST_PAUSE: Final = 60.0
"""Seconds from the beginning of one fault to that of the next."""
SHORTEST_FAULT: Final = 2.0
LONGEST_FAULT: Final = 15.0
SAMPLE_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class SoakPlan:
    """For how long, with which chance, on what."""

    minutes: float
    seed: int
    camera: CameraPlan
    cameras: int


@dataclass(frozen=True, slots=True)
class Draw:
    """A fault that chance has chosen."""

    pause: float
    """Seconds from the beginning of the one before."""
    camera: int
    case: Case
    seconds: float


def draws(seed: int, cameras: int) -> Iterator[Draw]:
    """What happens, without end; the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    while True:
        yield Draw(
            chance.uniform(SHORTEST_PAUSE, LONGEST_PAUSE),
            chance.randrange(cameras),
            chance.choice(CASES),
            chance.uniform(SHORTEST_FAULT, LONGEST_FAULT),
        )


class Soak:
    """One run, and what has been seen of it so far."""

    def __init__(self, plan: SoakPlan, lab: Lab, say: Say, report: Report) -> None:
        self._plan = plan
        self._lab = lab
        self._say = say
        self._report = report
        self._schedule = Schedule(plan.minutes * 60)
        self._began = 0.0
        self._samples: list[Footprint] = []
        self._delays: Delays | None = None
        self._failing: str | None = None
        self._faults = 0
        self._lost: list[str] = []
        lab.live.delayed = self.delayed

    def delayed(self, stream: str, seconds: float) -> None:
        """Note the delay of a picture, unless its camera is failing."""
        if self._delays is not None and stream != self._failing:
            self._delays.add(self._lab.clock.monotonic(), seconds)

    async def run(self) -> dict[str, Any]:
        """Go through with it; returns the figures by their names."""
        lab = self._lab
        await lab.settle()
        began = self._began = lab.clock.monotonic()
        self._delays = Delays(began + self._schedule.warmup, self._schedule.window)
        with suppress(TimeoutError):
            async with asyncio.timeout(self._schedule.seconds):
                await with_beside(self._fail(), self._sample())
        self._delays.finish(lab.clock.monotonic())
        return self._figures(await footprint(lab.fleet))

    async def _fail(self) -> None:
        clock = self._lab.clock
        due = clock.monotonic()
        for draw in draws(self._plan.seed, self._plan.cameras):
            due += draw.pause
            await asyncio.sleep(max(0.0, due - clock.monotonic()))
            camera = self._lab.fleet.cameras[draw.camera]
            self._say(f"{self._ago()}: {draw.case.name} at {camera.stream}")
            self._failing = camera.stream
            trial = await self._lab.try_fault(camera, draw.case, draw.seconds)
            self._failing = None
            self._faults += 1
            if trial.back is None:
                self._lost.append(f"{draw.case.name} at {camera.stream}")
            self._report(
                {
                    "fault": draw.case.name,
                    "camera": camera.stream,
                    "at_s": round(due - self._began, 1),
                    "recovered": trial.back is not None,
                    "back_s": None if trial.back is None else round(trial.back, 3),
                }
            )

    async def _sample(self) -> None:
        while True:
            self._samples.append(await footprint(self._lab.fleet))
            await asyncio.sleep(SAMPLE_SECONDS)

    def _ago(self) -> str:
        minutes, seconds = divmod(int(self._lab.clock.monotonic() - self._began), 60)
        memory = f"{self._samples[-1].rss_mb:.0f} MB" if self._samples else "?"
        return f"{minutes}:{seconds:02} of {self._plan.minutes:g} min, {memory}"

    def _figures(self, last: Footprint) -> dict[str, Any]:
        first = self._samples[0]
        counted = self._began + self._schedule.warmup
        warm = next((sample for sample in self._samples if sample.at >= counted), last)
        windows = [round(1000 * p99, 1) for p99 in self._delays.p99] if self._delays else []
        return {
            "fault": "summary",
            "ok": not self._lost,
            "minutes": self._plan.minutes,
            "seed": self._plan.seed,
            "cameras": self._plan.cameras,
            "warmup_s": self._schedule.warmup,
            "faults": self._faults,
            "not_recovered": self._lost,
            **slopes(self._samples, counted, self._plan.cameras),
            **_three(
                "rss_mb", round(first.rss_mb, 1), round(warm.rss_mb, 1), round(last.rss_mb, 1)
            ),
            **_three("fds", first.fds, warm.fds, last.fds),
            **_three("tasks", first.tasks, warm.tasks, last.tasks),
            "delay_window_s": self._schedule.window,
            "delay_p99_ms": windows,
            "delay_p99_ratio": round(windows[-1] / windows[0], 2) if windows else None,
        }


def measure_soak(plan: SoakPlan, run: Callable[..., Any], say: Say, report: Report) -> bool:
    """Let cameras fail for so long; returns whether all recovered each time.

    `run` runs a coroutine. `report` gets a line for each fault, then a summary with the name
    "summary" in the place of a fault.
    """
    say(f"starting {plan.cameras} cameras and a server; seed {plan.seed}")
    summary = in_lab(plan.camera, plan.cameras, run, lambda lab: Soak(plan, lab, say, report).run())
    report(summary)
    return bool(summary["ok"])


def _three(name: str, first: float, warm: float, last: float) -> dict[str, Any]:
    return {f"{name}_first": first, f"{name}_warm": warm, f"{name}_last": last}
