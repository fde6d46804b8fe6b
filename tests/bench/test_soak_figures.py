import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveedge.bench.footprint import Footprint, parse_footprint
from liveedge.bench.soak_figures import Delays, Schedule, slope, slopes
from liveedge.errors import LiveEdgeError


@given(
    st.floats(-100, 100),
    st.floats(-1000, 1000),
    st.lists(st.integers(0, 3600), min_size=2, max_size=50, unique=True),
)
def test_the_slope_of_a_line_is_its_rise(rise: float, start: float, moments: list[int]) -> None:
    points = [(float(x), start + rise * x) for x in moments]
    assert slope(points) == pytest.approx(rise, abs=1e-6)


def test_noise_that_is_the_same_on_both_sides_does_not_count() -> None:
    assert slope([(0.0, 1.0), (0.0, 3.0), (2.0, 5.0), (2.0, 7.0)]) == 2.0


def test_one_moment_has_no_slope() -> None:
    assert slope([]) is None
    assert slope([(1.0, 5.0), (1.0, 6.0)]) is None


def test_a_long_run_warms_up_for_five_minutes_and_has_windows_of_ten() -> None:
    assert (Schedule(1800).warmup, Schedule(1800).window) == (300, 600)
    assert (Schedule(120).warmup, Schedule(120).window) == (30, 45)


def test_delays_are_summed_up_by_windows_of_time() -> None:
    delays = Delays(began=100.0, window=10.0)
    delays.add(99.0, 9.0)
    for hundredth in range(1, 101):
        delays.add(100.0 + hundredth / 20, hundredth / 100)
    delays.add(111.0, 0.5)
    assert delays.p99 == [pytest.approx(0.99)]
    delays.close(119.9)
    assert len(delays.p99) == 1, "a window that is not over is not summed up"
    delays.close(120.0)
    assert delays.p99 == [pytest.approx(0.99), 0.5]


def test_a_run_that_ends_some_milliseconds_early_keeps_its_last_window() -> None:
    delays = Delays(began=0.0, window=10.0)
    delays.add(5.0, 0.25)
    delays.add(15.0, 0.5)
    delays.finish(19.8)
    assert delays.p99 == [0.25], "half a window is none"
    delays.finish(19.95)
    assert delays.p99 == [0.25, 0.5]


def test_a_window_without_pictures_has_no_delay() -> None:
    delays = Delays(began=0.0, window=1.0)
    delays.add(5.5, 0.25)
    delays.close(6.0)
    assert delays.p99 == [0.25]


def test_slopes_are_an_hour_and_a_camera_and_leave_the_warmup_out() -> None:
    samples = [Footprint(0.0, 500.0, 90, 90)] + [
        Footprint(60.0 * minute, 100.0 + minute, 20, 10 + 2 * minute) for minute in range(5, 20)
    ]
    assert slopes(samples, since=300.0, cameras=8) == {
        "samples": 15,
        "rss_mb_per_hour_per_camera": 7.5,
        "fds_per_hour": 0.0,
        "tasks_per_hour": 120.0,
    }


METRICS = """\
# HELP liveedge_tasks In the event loop.
# TYPE liveedge_tasks gauge
liveedge_tasks 15.0
# HELP process_resident_memory_bytes Resident memory size in bytes.
# TYPE process_resident_memory_bytes gauge
process_resident_memory_bytes 8.4e+07
# HELP process_open_fds Number of open file descriptors.
# TYPE process_open_fds gauge
process_open_fds 26.0
"""


def test_a_footprint_is_read_from_the_metrics() -> None:
    assert parse_footprint(METRICS, 3.0) == Footprint(3.0, 84.0, 26, 15)


def test_metrics_that_lack_something_are_reported() -> None:
    with pytest.raises(LiveEdgeError, match="lack process_resident_memory_bytes, process_open_fds"):
        parse_footprint("liveedge_tasks 15.0\n", 0.0)
