import asyncio
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from liveedge.camera.microphone import Microphone, next_unit
from liveedge.camera.moments import Moment, now
from liveedge.camera.sound import Sound
from liveedge.camera.sound_codecs import PCMU
from tests.camera.peer import DEADLINE
from tests.support import FakeClock

SOUND = Sound(PCMU, tuple(bytes([index]) for index in range(50)), 0)


@given(st.integers(0, 1000), st.integers(0, 1000), st.integers(1, 50))
def test_units_come_in_turn_unless_they_are_out_of_reach(
    expected: int, newest: int, most: int
) -> None:
    chosen = next_unit(expected, newest, most)
    if newest - most <= expected <= newest + 1:
        assert chosen == expected
    else:
        assert newest <= chosen <= newest + 1


class Heard:
    """Keeps what a microphone delivers."""

    def __init__(self) -> None:
        self.units: list[tuple[bytes, int, float]] = []
        self.changed = asyncio.Event()

    def take(self, unit: bytes, index: int, begins: float) -> None:
        self.units.append((unit, index, begins))
        self.changed.set()

    async def has(self, count: int) -> None:
        async with asyncio.timeout(DEADLINE):
            while len(self.units) < count:
                self.changed.clear()
                await self.changed.wait()


async def test_a_unit_is_delivered_once_it_is_complete_and_says_when_it_began() -> None:
    clock, heard = FakeClock(now=50.0, unix=1_700_000_000.0), Heard()
    microphone = Microphone(SOUND, clock, heard.take)
    task = asyncio.create_task(microphone.run())
    microphone.resume()
    await heard.has(1)
    clock.advance(0.041)
    await heard.has(3)
    microphone.pause()
    first = 1_700_000_000 * 50 - 1
    assert [index for _, index, _ in heard.units] == [first, first + 1, first + 2]
    assert heard.units[1][0] == bytes([0]), "with the second the beep begins"
    assert abs(heard.units[1][2] - 50.0) < 1e-6
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_a_late_loop_makes_up_for_half_a_second_and_no_more() -> None:
    clock, heard = FakeClock(now=50.0, unix=1_700_000_000.0), Heard()
    microphone = Microphone(SOUND, clock, heard.take)
    task = asyncio.create_task(microphone.run())
    microphone.resume()
    await heard.has(1)
    clock.advance(0.41)
    await heard.has(21)
    clock.advance(60.0)
    await heard.has(22)
    indices = [index for _, index, _ in heard.units]
    assert indices[:21] == list(range(indices[0], indices[0] + 21))
    assert indices[21] - indices[20] == 3000
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


class HeldUp(FakeClock):
    """The process stands still between two readings, once."""

    held = False

    def wall(self) -> float:
        if not self.held:
            self.held = True
            self.advance(0.3)
        return super().wall()


def test_both_clocks_are_read_at_one_moment() -> None:
    assert now(HeldUp(now=1.0, unix=100.0)) == Moment(1.3, 100.3)
