"""Sound of 20 ms a unit at 48 kHz; the pictures are at media time 0 when it is `NOW`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveedge.ingest.lip_sync import LipSync

NOW = 1_700_000_000_000_000
RATE = 48_000
UNIT = 960
UNIT_US = 20_000
UNIT_MEDIA = 1800


def tied(*, camera_clock: bool = True) -> LipSync:
    sync = LipSync()
    sync.picture(0, NOW, NOW + 50_000, camera_clock)
    return sync


def place(
    sync: LipSync, number: int, *, late_us: int = 0, rtp: int | None = None, clock: bool = True
) -> tuple[int, bool] | None:
    """Place the unit captured `number` units after the picture."""
    captured = NOW + number * UNIT_US
    rtp_time = (number * UNIT if rtp is None else rtp) & 0xFFFFFFFF
    return sync.place(rtp_time, RATE, captured, captured + 50_000 + late_us, clock)


def test_without_a_picture_there_is_no_place() -> None:
    sync = LipSync()
    assert place(sync, 0) is None
    sync.picture(0, NOW, NOW, True)
    assert place(sync, 1) is not None
    sync.restart()
    assert place(sync, 2) is None


def test_sound_from_before_the_first_picture_is_left_out_and_moves_nothing() -> None:
    sync = tied()
    assert place(sync, -2) is None
    assert place(sync, -1) is None
    assert place(sync, 0) == (0, False)
    assert place(sync, 1) == (UNIT_MEDIA, False)


@pytest.mark.parametrize("clock", [True, False])
def test_what_was_taken_together_is_shown_together(clock: bool) -> None:
    sync = tied(camera_clock=clock)
    for number in range(5, 50):
        assert place(sync, number, clock=clock) == (number * UNIT_MEDIA, False)


def test_a_track_without_reports_goes_by_arrival_even_if_the_other_has_them() -> None:
    sync = tied(camera_clock=True)
    assert place(sync, 3, clock=False, late_us=10_000) == (3 * UNIT_MEDIA + 900, False)


@given(st.lists(st.integers(-80_000, 80_000), min_size=1, max_size=60))
def test_jitter_of_arrivals_moves_nothing(late: list[int]) -> None:
    sync = tied(camera_clock=False)
    assert place(sync, 0, clock=False) == (0, False)
    for number, late_us in enumerate(late, 1):
        assert place(sync, number, clock=False, late_us=late_us) == (number * UNIT_MEDIA, False)
    assert sync.jumps == 0


def test_the_rtp_clock_may_wrap() -> None:
    sync = tied()
    for number in range(10):
        at = 0xFFFFFFFF - 4 * UNIT + number * UNIT
        assert place(sync, number, rtp=at) == (number * UNIT_MEDIA, False)


def test_rates_that_do_not_divide_90000_do_not_drift() -> None:
    sync = tied()
    units = 44_100 * 60 // 1024
    for number in range(units):
        captured = NOW + number * 1024 * 1_000_000 // 44_100
        placed = sync.place(number * 1024, 44_100, captured, captured, True)
    assert placed is not None
    assert abs(placed[0] - (units - 1) * 1024 * 90_000 / 44_100) <= 1
    assert sync.jumps == 0


def test_sound_that_runs_away_is_put_back_with_a_gap() -> None:
    sync = tied()
    assert place(sync, 0) == (0, False)
    assert place(sync, 10, rtp=1 * UNIT) == (10 * UNIT_MEDIA, True)
    assert sync.jumps == 1


def test_sound_that_would_go_back_is_left_out_until_it_does_not() -> None:
    sync = tied()
    assert place(sync, 10, rtp=0) == (10 * UNIT_MEDIA, False)
    places = [place(sync, number, rtp=(number + 90) * UNIT) for number in range(12)]
    assert places[:11] == [None] * 11
    assert places[11] == (11 * UNIT_MEDIA, True)


@given(
    st.lists(
        st.tuples(
            st.integers(0, 2**32 - 1), st.integers(-(10**9), 10**9), st.booleans(), st.booleans()
        ),
        max_size=50,
    )
)
def test_places_rise_whatever_comes(events: list[tuple[int, int, bool, bool]]) -> None:
    sync = tied()
    last = -1
    for rtp_time, off_us, clock, picture in events:
        if picture:
            sync.picture(off_us % 10**7, NOW + off_us, NOW, clock)
        placed = sync.place(rtp_time, RATE, NOW + off_us, NOW, clock)
        if placed is not None:
            assert placed[0] >= last
            last = placed[0]


def test_sound_on_the_axis_of_the_pictures_goes_with_them() -> None:
    sync = LipSync()
    assert sync.place_beside(100) is None
    sync.picture(9000, NOW, NOW, False, rtp_time=0xFFFFFF00)
    assert sync.place_beside(0xFFFFFF00 - 900) == (8100, False)
    assert sync.place_beside(0x100) == (9512, False), "the clock has begun anew"
    assert sync.place_beside(0x80) is None, "something else is heard at that time already"
    sync.picture(90_000, NOW, NOW, False, rtp_time=0x1000)
    assert sync.place_beside(0x1000 + 900) == (90_900, False), "it jumps when the pictures do"
    assert sync.place_beside(0x1000 + 11 * 90_000) is None
    assert sync.place_beside(0x1000 + 1800) == (91_800, False)
