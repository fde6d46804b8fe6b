"""Faults on demand: what a virtual camera can be told to do wrong, and for how long."""

import asyncio
from dataclasses import dataclass

from liveedge.camera import conduct, effects
from liveedge.camera.effects import Effect, Rig
from liveedge.errors import ConfigError

DEFAULT_SECONDS = 5.0
MAX_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of misbehaviour."""

    effect: Effect
    what: str
    value: float | None = None
    """What it takes as its value if none is given; None if it takes none."""
    lasts: bool = True
    """False: it is done in a moment and takes no time."""


FAULTS: dict[str, Fault] = {
    "hang": Fault(effects.hang, "reads and sends nothing, as a stopped process"),
    "half-open": Fault(
        effects.half_open, "present connections are dead without being closed", lasts=False
    ),
    "reset": Fault(effects.reset, "present connections are reset", lasts=False),
    "reboot": Fault(effects.reboot, "resets connections, listens no longer, begins anew"),
    "garbage": Fault(effects.garbage, "sends noise in the place of everything"),
    "no-video": Fault(effects.no_video, "video stops; sound, reports and answers go on"),
    "freeze": Fault(effects.freeze, "sends the same picture again and again"),
    "loss": Fault(effects.loss, "leaves out so many percent of the packets", 5.0),
    "reorder": Fault(effects.reorder, "so many percent of the packets change places", 5.0),
    "jump": Fault(effects.jump, "RTP time jumps by so many seconds", 3600.0, lasts=False),
    "wrap": Fault(
        effects.wrap, "RTP time overflows so many seconds after a reset", 2.0, lasts=False
    ),
    "resolution": Fault(effects.resolution, "halves width and height"),
    "no-keyframes": Fault(effects.no_keyframes, "sends one keyframe, and then none"),
    "huge-picture": Fault(
        effects.huge_picture, "one picture of so many megabytes", 20.0, lasts=False
    ),
    "status": Fault(effects.status, "refuses sessions with this status", 404.0),
    "redirect": Fault(effects.redirect, "redirects to the address that was asked for"),
    "sdp-no-video": Fault(effects.description(conduct.without_video), "offers sound only"),
    "sdp-broken": Fault(effects.description(conduct.broken), "describes itself in HTML"),
    "sdp-huge": Fault(effects.description(conduct.huge), "describes itself in a megabyte"),
    "sdp-tracks": Fault(effects.description(conduct.many_tracks), "offers 1500 tracks"),
    "sdp-no-sets": Fault(
        effects.description(conduct.without_sets), "sends parameter sets in band only"
    ),
    "slow-answers": Fault(effects.slow_answers, "answers octet by octet"),
    "one-viewer": Fault(effects.one_viewer, "refuses a second viewer"),
}


@dataclass(frozen=True, slots=True)
class Order:
    """A fault, for how many seconds, and its value."""

    name: str
    seconds: float
    value: float


def parse_order(text: str) -> Order:
    """Read `NAME [SECONDS] [VALUE]`; a fault that takes no time has no seconds.

    Raises `ConfigError` with what can be said instead.
    """
    name, *words = text.split() or [""]
    fault = FAULTS.get(name)
    if fault is None:
        raise ConfigError(f'There is no fault "{name[:40]}"; there are {", ".join(FAULTS)}.')
    allowed = fault.lasts + (fault.value is not None)
    if len(words) > allowed:
        takes = " ".join(_arguments(fault)) or "nothing"
        raise ConfigError(f"{name} takes {takes} after its name.")
    numbers = [_number(word) for word in words]
    seconds = numbers.pop(0) if fault.lasts and numbers else DEFAULT_SECONDS * fault.lasts
    if not 0 <= seconds <= MAX_SECONDS:
        raise ConfigError("A fault lasts a day at most.")
    value = numbers[0] if numbers else fault.value or 0.0
    return Order(name, seconds, value)


def usage() -> list[str]:
    """A line about each fault."""
    return [
        f"{' '.join((name, *_arguments(fault)))}: {fault.what}" for name, fault in FAULTS.items()
    ]


class Faults:
    """The faults that are on. Each ends by itself; one of the same kind takes its place."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self._running: dict[str, asyncio.Task[None]] = {}

    @property
    def names(self) -> list[str]:
        """What is on at this moment."""
        return [name for name, task in self._running.items() if not task.done()]

    @property
    def joined_at(self) -> float | None:
        """When a client last began to play, monotonic."""
        return self._rig.camera.joined_at

    async def begin(self, order: Order) -> None:
        """Begin a fault; return once it has taken effect."""
        await self.end(order.name)
        begun: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(self._run(order, begun), name=f"fault {order.name}")
        self._running[order.name] = task
        await asyncio.wait((begun,))
        if not begun.cancelled():
            begun.result()

    async def end(self, name: str | None = None) -> None:
        """End a fault, or all of them."""
        names = list(self._running) if name is None else [name]
        tasks = [task for each in names if (task := self._running.pop(each, None)) is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, order: Order, begun: "asyncio.Future[None]") -> None:
        fault = FAULTS[order.name]
        try:
            async with fault.effect(self._rig, order.value):
                begun.set_result(None)
                await asyncio.sleep(order.seconds)
        except Exception as error:
            if begun.done():
                raise
            begun.set_exception(error)
        finally:
            begun.cancel()


def _arguments(fault: Fault) -> list[str]:
    return ["[SECONDS]"] * fault.lasts + ["[VALUE]"] * (fault.value is not None)


def _number(word: str) -> float:
    try:
        number = float(word)
    except ValueError:
        number = float("nan")
    if not abs(number) < 1e9:
        raise ConfigError(f'"{word[:40]}" is no number.')
    return number
