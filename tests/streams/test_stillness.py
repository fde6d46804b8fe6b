import pytest

from liveedge.media.access_unit import AccessUnit
from liveedge.streams.stillness import skipped_size
from liveedge.streams.stream import Stream
from tests.streams.cameras import idle
from tests.support import FakeClock, access_units, encode


def moving() -> list[AccessUnit]:
    """Pictures of which every one carries something."""
    units = access_units(encode(frames=400, gop=40))
    for unit in units:
        unit.nals = [nal + bytes([1]) * 200 for nal in unit.nals]
    return units


def still() -> list[AccessUnit]:
    """Pictures that say "as before", between keyframes."""
    units = access_units(encode(frames=400, gop=40))
    for unit in units:
        if not unit.sync:
            unit.nals = [unit.nals[0][:12]]
    return units


def watch(units: list[AccessUnit]) -> float | None:
    """Let pictures come for 12 seconds, look four times a second, and ask for the last word."""
    clock = FakeClock()
    stream = Stream("door", 1, "Door", idle, clock)
    for number, unit in enumerate(units[:360]):
        unit.arrival = clock.monotonic()
        stream.access_unit(unit)
        clock.advance(1 / 30)
        if number % 7 == 0:
            stream.observe(clock.monotonic())
    return stream.facts(clock.monotonic()).unchanged_seconds


def test_a_picture_that_moves_is_not_still() -> None:
    assert watch(moving()) is None


def test_a_picture_that_only_repeats_is_still() -> None:
    assert watch(still()) == pytest.approx(12, abs=0.5)


def test_one_picture_that_moves_is_seen_between_two_looks() -> None:
    units = still()
    units[210] = moving()[210]
    assert watch(units) == pytest.approx((360 - 210) / 30, abs=0.6)


def test_a_camera_that_sends_nothing_but_keyframes_is_not_judged() -> None:
    units = access_units(encode(frames=40, gop=1)) * 10
    for number, unit in enumerate(units):
        unit.rtp_time = number * 3000
    assert watch(units) is None


def test_the_limit_grows_with_the_picture() -> None:
    clock = FakeClock()
    sizes = []
    for size in ((64, 48), (1280, 720)):
        stream = Stream("door", 1, "Door", idle, clock)
        stream.access_unit(access_units(encode(frames=1, size=size))[0])
        assert stream.window.epoch is not None
        sizes.append(skipped_size(stream.window.epoch))
    assert sizes == [96, 132]
