from hypothesis import given
from hypothesis import strategies as st

from liveedge.health.recent import Recent


def test_counts_rises_until_they_are_old() -> None:
    recent = Recent(10.0)
    recent.observe(0.0, 0)
    assert recent.rise == 0
    recent.observe(1.0, 3)
    recent.observe(5.0, 4)
    assert recent.rise == 4
    recent.observe(11.0, 4)
    assert recent.rise == 1
    recent.observe(15.0, 4)
    assert recent.rise == 0


def test_what_happened_before_the_first_look_counts() -> None:
    recent = Recent(10.0)
    recent.observe(0.5, 2)
    assert recent.rise == 2


def test_a_counter_that_begins_anew_is_no_rise() -> None:
    recent = Recent(10.0)
    recent.observe(0.0, 100)
    recent.observe(11.0, 5)
    assert recent.rise == 0
    recent.observe(12.0, 7)
    assert recent.rise == 2


@given(st.lists(st.tuples(st.floats(0.01, 5), st.integers(0, 3)), max_size=200))
def test_holds_no_more_than_its_window(steps: list[tuple[float, int]]) -> None:
    recent = Recent(10.0)
    now, value = 0.0, 0
    recent.observe(now, value)
    expected: list[tuple[float, int]] = []
    for seconds, rise in steps:
        now, value = now + seconds, value + rise
        recent.observe(now, value)
        expected.append((now, rise))
        expected = [(then, some) for then, some in expected if now - then < 10.0]
        assert recent.rise == sum(some for _, some in expected)
        assert len(recent._rises) <= len(expected)
