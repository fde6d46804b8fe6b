"""Lets the camera's sound be heard: each unit at the moment at which it is complete."""

import asyncio
from collections.abc import Callable
from typing import Final

from liveedge.camera.moments import now
from liveedge.camera.sound import Sound
from liveedge.clock import Clock

Deliver = Callable[[bytes, int, float], None]
"""Takes a unit, its index, and the monotonic time at which it began to sound."""

_LATE: Final = 0.5
"""Seconds of sound that are made up for in a burst if the loop was held up; older is left out."""
_LONGEST_SLEEP: Final = 0.1
"""Seconds; the clock may be set meanwhile."""


class Microphone:
    """Delivers the units of a sound while somebody wants them."""

    def __init__(self, sound: Sound, clock: Clock, deliver: Deliver) -> None:
        self._sound = sound
        self._clock = clock
        self._deliver = deliver
        self._most = max(1, round(_LATE * sound.codec.rate / sound.codec.duration))
        self._wanted = asyncio.Event()

    def resume(self) -> None:
        """Deliver from now on."""
        self._wanted.set()

    def pause(self) -> None:
        """Deliver nothing further."""
        self._wanted.clear()

    async def run(self) -> None:
        """Deliver until cancelled."""
        while await self._wanted.wait():
            await self._listen()

    async def _listen(self) -> None:
        sound, clock = self._sound, self._clock
        index = sound.newest(clock.wall())
        while self._wanted.is_set():
            moment = now(clock)
            index = next_unit(index, sound.newest(moment.wall), self._most)
            rest = sound.complete(index) - moment.wall
            if rest > 0:
                await asyncio.sleep(min(rest, _LONGEST_SLEEP))
                continue
            self._deliver(sound.unit(index), index, sound.begins(index) - moment.offset)
            index += 1


def next_unit(expected: int, newest: int, most: int) -> int:
    """The unit to deliver: the `expected` one, unless it is out of reach.

    That is if it lies more than `most` units before the `newest` one that is complete, or more
    than one behind it, because the clock was set back.
    """
    if expected > newest + 1:
        return newest + 1
    return newest if expected < newest - most else expected
