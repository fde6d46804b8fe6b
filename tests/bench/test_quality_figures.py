"""What is made of the pictures that a viewer with short bandwidth was shown."""

from liveedge.bench.quality_figures import Shown, Watched, quality_figures

CUT, RESTORED = 10_000.0, 20_000.0


def pictures(begin: float, end: float, step: float, width: int, latency: float) -> list[Shown]:
    count = round((end - begin) / step)
    return [Shown(begin + at * step, width, latency) for at in range(count)]


def test_a_viewer_that_steps_down_and_up() -> None:
    shown = [
        *pictures(5000, 10_000, 50, 1280, 30),
        *pictures(10_000, 11_000, 250, 1280, 900),
        *pictures(11_400, 25_000, 50, 640, 60),
        *pictures(25_100, 30_000, 50, 1280, 30),
    ]
    figures = quality_figures(Watched(shown, CUT, RESTORED, 1))
    assert figures == {
        "step_down_s": 1.4,
        "step_up_s": 5.1,
        "longest_gap_ms": 650.0,
        "longest_gap_up_ms": 150.0,
        "stalls": 1,
        "delay_before_p50_ms": 30,
        "delay_narrow_max_ms": 900,
        "delay_narrow_p50_ms": 60,
        "fps_narrow": 20.0,
    }


def test_a_viewer_that_keeps_its_quality_makes_no_steps() -> None:
    shown = [
        *pictures(5000, 10_000, 50, 1280, 30),
        *pictures(10_000, 20_000, 200, 1280, 1500),
        *pictures(20_000, 24_000, 50, 1280, 30),
    ]
    figures = quality_figures(Watched(shown, CUT, RESTORED, 0))
    assert (figures["step_down_s"], figures["step_up_s"]) == (None, None)
    assert (figures["longest_gap_ms"], figures["fps_narrow"]) == (200.0, 5.0)


def test_a_viewer_that_never_comes_back_is_seen_not_to() -> None:
    shown = [
        *pictures(5000, 10_000, 50, 1280, 30),
        *pictures(10_000, 24_000, 50, 640, 30),
    ]
    figures = quality_figures(Watched(shown, CUT, RESTORED, 0))
    assert (figures["step_down_s"], figures["step_up_s"]) == (0.0, None)


def test_a_picture_that_stops_for_good_is_one_long_gap() -> None:
    figures = quality_figures(Watched(pictures(5000, 9000, 50, 1280, 30), CUT, RESTORED, 0))
    assert figures["longest_gap_ms"] == RESTORED - CUT
    assert figures["delay_narrow_max_ms"] is None
