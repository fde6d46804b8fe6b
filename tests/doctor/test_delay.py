from dataclasses import replace
from typing import Any

import pytest

from liveedge.doctor.delay import BASE_MS, expected_delays
from liveedge.doctor.facts import Facts
from tests.doctor.facts import WELL, figures


def expected(facts: Facts) -> dict[str, float]:
    return {delay.transport: delay.ms for delay in expected_delays(facts)}


PUNCTUAL = replace(figures(fps=30.0, jitter_ms=0.0, gop_shortest=0.5, gop_longest=0.5), age_ms=0.0)


def test_the_camera_of_the_bench_has_the_figures_of_the_bench() -> None:
    delays = expected(PUNCTUAL)
    assert {name: delays[name] for name in ("webcodecs", "mse", "llhls")} == {
        name: pytest.approx(BASE_MS[name]) for name in ("webcodecs", "mse", "llhls")
    }
    # A segment of half a second, and a tenth of it.
    assert delays["hls"] == pytest.approx(BASE_MS["hls"] + 550)


def test_what_the_camera_adds() -> None:
    base = expected(PUNCTUAL)

    def added(**changes: Any) -> dict[str, float]:
        facts = replace(PUNCTUAL, figures=replace(PUNCTUAL.figures, **changes))
        return {name: round(ms - base[name]) for name, ms in expected(facts).items()}

    assert added(jitter_ms=20.0) == {"webcodecs": 0, "mse": 20, "llhls": 20, "hls": 20}
    assert added(reordered=2) == {"webcodecs": 67, "mse": 67, "llhls": 67, "hls": 67}
    assert added(gop_longest=4.0) == {"webcodecs": 0, "mse": 0, "llhls": 0, "hls": 3850}
    # A picture lasts 100 ms now, and so does the part.
    assert added(fps=10.0) == {"webcodecs": 0, "mse": 67, "llhls": 0, "hls": 0}


def test_the_camera_itself_counts_where_its_clock_can_be_believed() -> None:
    delay = {delay.transport: delay for delay in expected_delays(replace(PUNCTUAL, age_ms=80.0))}
    assert delay["webcodecs"].ms == pytest.approx(BASE_MS["webcodecs"] + 80)
    assert not any(each.at_least for each in delay.values())


def test_where_it_cannot_the_figures_are_lower_bounds() -> None:
    assert all(delay.at_least for delay in expected_delays(replace(PUNCTUAL, age_ms=None)))


def test_an_unknown_keyframe_interval_is_a_lower_bound_for_hls_alone() -> None:
    facts = figures(keyframes=1, gop_shortest=None, gop_longest=4.9)
    assert [delay.at_least for delay in expected_delays(facts)] == [False, False, False, True]


@pytest.mark.parametrize("facts", [Facts(), figures(fps=None), figures(keyframes=0)])
def test_without_pictures_nothing_is_expected(facts: Facts) -> None:
    assert expected_delays(facts) == ()


def test_shares_are_those_that_can_be_seen() -> None:
    shares = [share.what for share in expected_delays(WELL)[0].shares]
    assert shares == ["liveedge and the browser", "from capture to arrival"]
