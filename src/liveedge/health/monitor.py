"""Looks at every stream, asks the rules, and does what they find necessary."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Final, Protocol

import structlog

from liveedge.clock import Clock
from liveedge.errors import SourceError
from liveedge.health.facts import Facts
from liveedge.health.rules import PERIOD, judge
from liveedge.health.verdict import Verdict

_log = structlog.get_logger(__name__)

BLIND_SECONDS: Final = 2 * PERIOD
"""A look that comes so much too late finds this process held up, not the cameras: what they sent
meanwhile is still unread."""
_TURNS: Final = 4
"""Of so many looks, a stream at ease is passed over at all but one."""
_DEFECT_SECONDS: Final = 60.0


class Patient(Protocol):
    """A stream, as health sees it."""

    id: str

    def at_ease(self, now: float) -> bool:
        """Whether pictures come and nothing was found; quick, for it is asked at every look."""
        ...

    def observe(self, now: float) -> None:
        """Sample what is compared over time."""
        ...

    def facts(self, now: float) -> Facts:
        """What is known at this moment."""
        ...

    def judged(self, verdict: Verdict) -> None:
        """Take the verdict on these facts."""
        ...

    def interrupt(self, error: SourceError) -> None:
        """End the session with the camera as if it had failed, and begin another one."""
        ...


class Monitor:
    """Watches all streams; the only owner of the decision that one has stalled."""

    def __init__(
        self,
        patients: Iterable[Patient],
        clock: Clock,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`patients` is iterated at each look, so streams may come and go."""
        self._patients = patients
        self._clock = clock
        self._sleep = sleep
        self._turn = 0
        self._last: float | None = None
        self._defect_at: float | None = None

    async def run(self) -> None:
        """Look every `PERIOD` seconds until cancelled."""
        while True:
            self.run_once(self._clock.monotonic())
            await self._sleep(PERIOD)

    def run_once(self, now: float) -> None:
        """Look at every stream once; `now` is monotonic."""
        last, self._last = self._last, now
        if last is not None and now - last > PERIOD + BLIND_SECONDS:
            _log.warning("server_held_up", seconds=round(now - last - PERIOD, 2))
            return
        self._turn += 1
        for number, patient in enumerate(self._patients, self._turn):
            # Only what has stopped is urgent. Taking turns keeps the looks of one round short.
            if number % _TURNS and patient.at_ease(now):
                continue
            try:
                self._look(patient, now)
            except Exception:  # noqa: BLE001 - a defect at one stream must not end the care for others
                self._report_defect(patient, now)

    def _look(self, patient: Patient, now: float) -> None:
        patient.observe(now)
        verdict = judge(patient.facts(now))
        patient.judged(verdict)
        remedy = verdict.remedy
        if remedy is not None:
            patient.interrupt(remedy)

    def _report_defect(self, patient: Patient, now: float) -> None:
        if self._defect_at is None or now - self._defect_at >= _DEFECT_SECONDS:
            self._defect_at = now
            _log.exception("health_defect", stream=patient.id)
