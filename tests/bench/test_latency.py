from liveedge.bench.browser import View
from liveedge.bench.stats import Picture
from liveedge.bench.view_figures import latency_figures


def view(pictures: list[Picture]) -> View:
    return View(
        stats={"transport": "mse", "target_ms": 35.04, "stalls": 1, "dropped": 2},
        time_to_first_frame=180.04,
        time_to_first_live_frame=None,
        pictures=pictures,
        errors=[],
    )


def test_figures_begin_after_the_warm_up_and_are_rounded_for_reading() -> None:
    steered = [Picture(5000 + 40 * index, 40 * index, 400.0, 390.0) for index in range(25)]
    steady = [Picture(6000 + 40 * index, 1000 + 40 * index, 50.06, 43.0) for index in range(60)]
    figures = latency_figures(view(steered + steady), begin=6000.0, seconds=2.0, fps=25.0)
    assert figures == {
        "frames": 50,
        "fps": 25.0,
        "shown_percent": 100.0,
        "p50_ms": 50.1,
        "p95_ms": 50.1,
        "max_ms": 50.1,
        "freezes_over_200ms": 0,
        "longest_gap_ms": 40.0,
        "backwards": 0,
        "ttff_ms": 180.0,
        "ttff_live_ms": None,
        "first_minute_p50_ms": None,
        "last_minute_p50_ms": None,
        "player_p50_ms": 43.0,
        "target_ms": 35.0,
        "player_stalls": 1,
        "player_dropped": 2,
        "page_errors": [],
    }
