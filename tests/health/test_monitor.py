import asyncio
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from liveedge.errors import Reason, SourceError
from liveedge.health.facts import Facts
from liveedge.health.monitor import Monitor
from liveedge.health.verdict import Code, Verdict
from tests.support import FakeClock

WELL = Facts(live=True, frame_age=0.03, picture_age=0.03, playing_seconds=60.0)
STALLED = replace(WELL, frame_age=2.0, picture_age=2.0, data_age=2.0, frame_gap=0.04)


class Bed:
    """A stream that is what it is told to be, and keeps notes."""

    def __init__(self, name: str, facts: Facts, *, ease: bool = False) -> None:
        self.id = name
        self.condition: Facts | Exception = facts
        self.ease = ease
        self.looks = 0
        self.verdicts: list[Verdict] = []
        self.interruptions: list[SourceError] = []

    def at_ease(self, now: float) -> bool:
        return self.ease

    def observe(self, now: float) -> None:
        self.looks += 1

    def facts(self, now: float) -> Facts:
        if isinstance(self.condition, Exception):
            raise self.condition
        return self.condition

    def judged(self, verdict: Verdict) -> None:
        self.verdicts.append(verdict)

    def interrupt(self, error: SourceError) -> None:
        self.interruptions.append(error)


def test_a_healthy_stream_is_left_alone() -> None:
    bed = Bed("door", WELL)
    Monitor([bed], FakeClock()).run_once(0.0)
    assert bed.verdicts == [Verdict()]
    assert bed.interruptions == []


def test_a_stalled_stream_is_reconnected_and_no_other() -> None:
    beds = [Bed("door", WELL), Bed("gate", STALLED), Bed("yard", WELL)]
    Monitor(beds, FakeClock()).run_once(0.0)
    assert [[e.reason for e in bed.interruptions] for bed in beds] == [[], [Reason.STALLED], []]
    assert beds[1].verdicts[0].codes == (Code.NO_DATA,)


def test_a_defect_at_one_stream_does_not_end_the_care_for_others() -> None:
    beds = [Bed("door", WELL), Bed("gate", STALLED)]
    beds[0].condition = ZeroDivisionError("defect")
    monitor = Monitor(beds, FakeClock())
    with capture_logs() as lines:
        for look in range(8):
            monitor.run_once(look * 0.25)
    assert len(beds[1].interruptions) == 8
    assert [(line["event"], line["stream"]) for line in lines] == [("health_defect", "door")]


def test_a_server_that_was_held_up_does_not_blame_the_cameras() -> None:
    """What they sent meanwhile is still unread, so that everything looks old."""
    bed = Bed("door", STALLED)
    monitor = Monitor([bed], FakeClock())
    monitor.run_once(0.0)
    assert len(bed.interruptions) == 1
    with capture_logs() as lines:
        monitor.run_once(5.0)
    assert len(bed.interruptions) == 1
    assert [line["event"] for line in lines] == ["server_held_up"]
    monitor.run_once(5.25)
    assert len(bed.interruptions) == 2, "one look later it is the camera"


def test_streams_at_ease_take_turns() -> None:
    beds = [Bed(str(number), WELL, ease=True) for number in range(8)]
    restless = Bed("late", WELL)
    monitor = Monitor([*beds, restless], FakeClock())
    for look in range(4):
        monitor.run_once(look * 0.25)
    assert [bed.looks for bed in beds] == [1] * 8
    assert restless.looks == 4


def test_streams_may_come_and_go() -> None:
    beds: list[Bed] = []
    monitor = Monitor(beds, FakeClock())
    monitor.run_once(0.0)
    beds.append(Bed("new", WELL))
    monitor.run_once(0.25)
    assert beds[0].looks == 1


async def test_runs_until_cancelled() -> None:
    clock, bed = FakeClock(), Bed("door", WELL)
    looked = asyncio.Event()

    async def sleep(seconds: float) -> None:
        clock.advance(seconds)
        if bed.looks >= 3:
            looked.set()
        await asyncio.sleep(0)

    task = asyncio.create_task(Monitor([bed], clock, sleep=sleep).run())
    async with asyncio.timeout(5):
        await looked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
