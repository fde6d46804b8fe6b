import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveedge.bench.stats import Picture, new_pictures, percentile, tick_lags, viewing


def picture(at: float, clock: int | None = None, latency: float = 20.0) -> Picture:
    return Picture(at, round(at) if clock is None else clock, latency)


def steady(seconds: float, fps: float = 25.0) -> list[Picture]:
    return [picture(1000 * index / fps) for index in range(round(seconds * fps))]


def test_a_percentile_is_one_of_the_values() -> None:
    assert percentile([40, 10, 30, 20], 50) == 20
    assert percentile([40, 10, 30, 20], 95) == 40
    assert percentile([7], 50) == 7
    assert percentile([], 50) is None


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(1, 100))
def test_a_percentile_splits_the_values(values: list[float], percent: float) -> None:
    value = percentile(values, percent)
    assert value in values
    assert sum(v <= value for v in values) >= len(values) * percent / 100 * (1 - 1e-9)


def test_a_picture_presented_twice_is_one_picture() -> None:
    samples = [picture(0, 100), picture(16, 100), picture(33, 133)]
    assert [sample.at for sample in new_pictures(samples)] == [0, 33]


def test_a_steady_stream_is_shown_whole() -> None:
    seen = viewing(steady(10), begin=2000, seconds=4, fps=25)
    assert seen.frames == 100
    assert seen.fps == 25
    assert seen.shown_percent == 100
    assert (seen.p50_ms, seen.p95_ms, seen.max_ms) == (20, 20, 20)
    assert seen.freezes_over_200ms == 0
    assert seen.longest_gap_ms == 40
    assert seen.backwards == 0


def test_every_other_picture_is_half_of_them() -> None:
    seen = viewing(steady(10)[::2], begin=2000, seconds=4, fps=25)
    assert seen.shown_percent == 50
    assert seen.longest_gap_ms == 80


def test_a_hole_in_the_middle_is_one_freeze() -> None:
    samples = [sample for sample in steady(10) if not 3000 <= sample.at < 3300]
    seen = viewing(samples, begin=2000, seconds=4, fps=25)
    assert seen.freezes_over_200ms == 1
    assert seen.longest_gap_ms == 360


def test_exactly_200_ms_is_no_freeze() -> None:
    seen = viewing(steady(10, fps=5), begin=2000, seconds=4, fps=5)
    assert seen.longest_gap_ms == 200
    assert seen.freezes_over_200ms == 0


def test_a_picture_that_never_changes_again_is_a_freeze() -> None:
    seen = viewing(steady(4), begin=2000, seconds=4, fps=25)
    assert seen.freezes_over_200ms == 1
    assert seen.longest_gap_ms == 2040
    assert seen.shown_percent == 50


def test_repeating_the_same_picture_does_not_hide_a_freeze() -> None:
    samples = [*steady(3), *(picture(3000 + 16 * index, clock=2960) for index in range(200))]
    assert viewing(samples, begin=2000, seconds=2, fps=25).freezes_over_200ms == 1


def test_no_picture_at_all_is_one_freeze_without_a_delay() -> None:
    seen = viewing([], begin=0, seconds=3, fps=25)
    assert seen.frames == 0
    assert seen.p50_ms is seen.p95_ms is seen.max_ms is None
    assert seen.freezes_over_200ms == 1


def test_only_pictures_within_the_run_count() -> None:
    late = [picture(100, latency=900), *steady(5)[5:], picture(4900, 4901, latency=900)]
    assert viewing(late, begin=1000, seconds=3, fps=25).max_ms == 20


def test_going_back_is_counted_across_the_wrap_of_the_clock() -> None:
    top = (1 << 32) - 10
    clocks = [top, (top + 40) % (1 << 32), top + 5, (top + 80) % (1 << 32)]
    samples = [picture(40 * index, clock) for index, clock in enumerate(clocks)]
    assert viewing(samples, begin=0, seconds=1, fps=25).backwards == 1


def test_one_late_tick_is_one_lag() -> None:
    assert tick_lags(due=10.0, now=10.25, period=1.0) == [0.25]
    assert tick_lags(due=10.0, now=9.999, period=1.0) == [0.0]


def test_a_long_hold_up_makes_every_missed_tick_late() -> None:
    assert tick_lags(due=10.0, now=13.5, period=1.0) == [3.5, 2.5, 1.5, 0.5]


def test_a_delay_that_grows_shows_in_the_medians_of_both_ends() -> None:
    growing = [picture(40 * index, latency=20 + index / 100) for index in range(25 * 180)]
    seen = viewing(growing, begin=0, seconds=180, fps=25)
    assert (seen.first_minute_p50_ms, seen.last_minute_p50_ms) == pytest.approx(
        (27.5, 57.5), abs=0.1
    )


def test_a_short_run_has_no_first_and_last_minute() -> None:
    seen = viewing(steady(130), begin=0, seconds=119, fps=25)
    assert (seen.first_minute_p50_ms, seen.last_minute_p50_ms) == (None, None)
