import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveedge.streams.recipe import RECIPES, usual_rate

RATES = st.floats(0, 100_000)


@pytest.mark.parametrize(
    ("measured", "usual"), [(29.97, 30), (24.6, 25), (14.69, 15), (1.0, 5), (240.0, 60)]
)
def test_the_frame_rate_is_a_usual_one(measured: float, usual: float) -> None:
    assert usual_rate(measured) == usual


@pytest.mark.parametrize(
    ("name", "original", "kbps"),
    [
        ("low", 2000, 500),
        ("low", 400, 250),
        ("low", 8000, 800),
        ("medium", 2000, 1000),
        ("medium", 8000, 1800),
        ("h264", 2000, 3000),
        ("h264", 10_000, 8000),
        ("low", None, 800),
    ],
)
def test_the_bit_rate_is_a_share_of_the_original_s(
    name: str, original: float | None, kbps: int
) -> None:
    assert RECIPES[name].kbps(original) == kbps


@given(st.sampled_from(sorted(RECIPES)), RATES, st.none() | RATES)
def test_a_bit_rate_that_is_about_right_stays(name: str, first: float, then: float | None) -> None:
    recipe = RECIPES[name]
    held = recipe.kbps(first)
    followed = recipe.follow(held, then)
    if then is None:
        assert followed == held
        return
    fits = recipe.kbps(then)
    assert followed in {held, fits}
    assert fits / 1.26 <= followed <= fits * 1.26
    assert recipe.follow(followed, then) == followed
