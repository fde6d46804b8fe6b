"""What one trial makes of a camera's and a server's behaviour, without either."""

from dataclasses import dataclass, field

import pytest

from liveedge.bench import lab
from liveedge.bench.event_watch import EventWatch
from liveedge.bench.fault_cases import CASES, Case
from liveedge.bench.fleet import FaultyCamera, Fleet
from liveedge.bench.lab import Lab
from liveedge.bench.live_watch import LiveWatch
from liveedge.errors import LiveEdgeError
from tests.bench.test_event_watch import event
from tests.support import FakeClock

BY_NAME = {case.name: case for case in CASES}


@dataclass
class World:
    """A camera called door, its server, and what both do when something is ordered."""

    clock: FakeClock = field(default_factory=lambda: FakeClock(now=0.0))
    script: dict[str, list[tuple[float, str]]] = field(default_factory=dict)
    """By the first word of an order: seconds to wait, and `picture`, `yard`, or what is said."""
    orders: list[str] = field(default_factory=list)
    joined: float | None = None

    def __post_init__(self) -> None:
        self.live = LiveWatch(["door", "yard"], self.clock)
        self.events = EventWatch(self.clock)
        self.camera = Actor("door", "rtsp://door", "127.0.0.1:1", self)
        other = FaultyCamera("yard", "rtsp://yard", "127.0.0.1:1")
        fleet = ActingFleet((self.camera, other), "http://127.0.0.1:1/", self)
        self.lab = Lab(fleet, self.live, self.events, self.clock)
        self.say("live")

    def say(self, words: str) -> None:
        state, reason, *codes = [*words.split(), ""][:2] + words.split()[2:]
        self.events.on_body(event("door", state, reason or None, codes))

    def act(self, order: str) -> None:
        self.orders.append(order)
        for seconds, what in self.script.get(" ".join(order.split()[:1]), []):
            self.clock.advance(seconds)
            if what == "picture":
                self.live.feeds["door"].take(self.clock.now)
            elif what == "yard":
                self.live.feeds["yard"].take(self.clock.now)
            elif what == "join":
                self.joined = self.clock.now
            else:
                self.say(what)


@dataclass(frozen=True, slots=True)
class Actor(FaultyCamera):
    world: World

    async def order(self, text: str) -> str:
        if text == "joined":
            return "" if self.world.joined is None else str(self.world.joined)
        self.world.act(text)
        return ""


@dataclass(frozen=True, slots=True)
class ActingFleet(Fleet):
    world: World

    async def restart(self, stream: str) -> None:
        assert stream == "door"
        self.world.act("restart")


@pytest.fixture(autouse=True)
def nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lab, "AFTERMATH", 0.0)
    monkeypatch.setattr(lab, "BACK_DEADLINE", 0.01)


def impatient(name: str) -> Case:
    case = BY_NAME[name]
    return Case(case.name, case.words, 0.0, 0.01, case.restart, case.endured)


async def test_a_fault_that_lasts_counts_from_its_end() -> None:
    world = World()
    world.script = {
        "hang": [(0.5, "yard"), (1.0, "offline stalled no_data offline")],
        "end": [(0.25, "picture"), (0.5, "join"), (0.25, "picture")],
    }
    trial = await world.lab.try_fault(world.camera, BY_NAME["hang"], 0.0)
    # The script says all of it before the camera has answered: noticed at once.
    assert (trial.detected, trial.understood) == (0.0, 0.0)
    assert (trial.back, trial.keyframe_wait) == (0.25, 0.0)
    assert trial.ok
    assert trial.seen == ("no_data", "offline", "stalled")
    assert trial.neighbours_gap == 2.0
    assert world.orders == ["hang 65", "end hang"]


async def test_the_wait_for_a_keyframe_is_apart() -> None:
    world = World()
    world.script = {
        "hang": [(1.0, "offline stalled no_data offline")],
        "end": [(0.5, "join"), (0.25, "picture")],
    }
    trial = await world.lab.try_fault(world.camera, BY_NAME["hang"], 0.0)
    assert (trial.back, trial.keyframe_wait) == (0.5, 0.25)


async def test_a_session_that_is_open_already_waits_for_nothing_but_a_keyframe() -> None:
    world = World(joined=0.0)
    world.script = {
        "no-video": [(1.0, "live - video_stopped")],
        "end": [(0.75, "picture")],
    }
    trial = await world.lab.try_fault(world.camera, BY_NAME["no-video"], 0.0)
    assert (trial.back, trial.keyframe_wait) == (0.0, 0.75)


async def test_a_camera_that_is_refused_is_restarted_by_hand() -> None:
    world = World()
    world.script = {
        "status": [(1.0, "offline unauthorized offline")],
        "restart": [(2.0, "picture")],
    }
    world.joined = None
    trial = await world.lab.try_fault(world.camera, impatient("status-401"), 0.0)
    assert world.orders == ["status 60.01 401", "end status", "restart"]
    assert trial.understood == 0.0
    assert trial.back is None, "the picture came before the restart was answered"
    assert not trial.ok


async def test_what_nobody_notices_is_not_ok_even_if_pictures_come() -> None:
    world = World()
    world.script = {"loss": [(1.0, "live")], "end": [(1.0, "picture")]}
    trial = await world.lab.try_fault(world.camera, impatient("loss"), 0.0)
    assert (trial.detected, trial.understood, trial.back) == (None, None, 1.0)
    assert not trial.ok


async def test_a_camera_that_does_not_come_back_is_not_ok() -> None:
    world = World()
    world.script = {"reboot": [(0.0, "offline ended offline")]}
    trial = await world.lab.try_fault(world.camera, BY_NAME["reboot"], 0.0)
    assert trial.understood == 0.0
    assert (trial.back, trial.keyframe_wait, trial.ok) == (None, None, False)


async def test_a_trial_waits_until_what_it_is_told_by_is_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World()
    await world.lab.forget(world.camera, BY_NAME["jump"])
    world.say("live - timestamps_jumped")
    monkeypatch.setattr(lab, "FORGOTTEN_DEADLINE", 0.01)
    await world.lab.forget(world.camera, BY_NAME["reset"])
    with pytest.raises(LiveEdgeError, match="jump is not tried"):
        await world.lab.forget(world.camera, BY_NAME["jump"])
