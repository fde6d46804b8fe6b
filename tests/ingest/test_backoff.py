import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveedge.errors import Reason
from liveedge.ingest.backoff import LONGEST, SLOW, Backoff

MIDDLE = 0.5
"""The chance that means no jitter."""


@given(
    st.lists(
        st.tuples(
            st.sampled_from(Reason),
            st.floats(0, 100),
            st.floats(0, 100),
            st.floats(0, 1, exclude_max=True),
        ),
        min_size=1,
    )
)
def test_stays_within_bounds(failures: list[tuple[Reason, float, float, float]]) -> None:
    backoff = Backoff()
    for reason, delivered, lasted, chance in failures:
        delay = backoff.after(reason, delivered, lasted, chance)
        slow = None if delivered else SLOW.get(reason)
        assert delay >= 0.08
        if slow is None:
            assert delay < 2.0, "a camera that is back is seen within two seconds"
            assert delay + lasted >= 0.08
        else:
            assert 0.8 * slow[0] <= delay <= 1.2 * slow[1]


def test_doubles_and_starts_again_after_a_good_time() -> None:
    backoff = Backoff()
    refused = [backoff.after(Reason.REFUSED, 0, 0, MIDDLE) for _ in range(5)]
    assert refused == [0.25, 0.5, 1.0, LONGEST, LONGEST]
    assert backoff.after(Reason.ENDED, 9.9, 0, MIDDLE) == LONGEST
    assert backoff.after(Reason.ENDED, 10, 0, MIDDLE) == 0.25


def test_counts_from_the_beginning_of_an_attempt() -> None:
    """Nobody answered for five seconds; who comes back now should not wait again."""
    backoff = Backoff()
    for _ in range(4):
        backoff.after(Reason.REFUSED, 0, 0, MIDDLE)
    assert backoff.after(Reason.TIMEOUT, 0, 1.0, MIDDLE) == pytest.approx(LONGEST - 1.0)
    assert backoff.after(Reason.TIMEOUT, 0, 5.0, MIDDLE) == pytest.approx(0.1)


def test_wrong_credentials_and_paths_are_not_hammered() -> None:
    """Cameras lock accounts; within a minute there are no more than three wrong passwords."""
    backoff = Backoff()
    waits = [backoff.after(Reason.UNAUTHORIZED, 0, 0.05, MIDDLE) for _ in range(5)]
    assert waits == [10, 20, 40, 60, 60]
    backoff = Backoff()
    waits = [backoff.after(Reason.NOT_FOUND, 0, 0.05, MIDDLE) for _ in range(4)]
    assert waits == [10, 20, 30, 30]


def test_what_the_camera_accepted_a_moment_ago_is_tried_again_at_once() -> None:
    """404 in the middle of a stream: the path was right when it began."""
    assert Backoff().after(Reason.NOT_FOUND, 60.0, 60.0, MIDDLE) == pytest.approx(0.1)


def test_is_quick_again_once_it_is_something_else() -> None:
    backoff = Backoff()
    assert backoff.after(Reason.UNAUTHORIZED, 0, 0, MIDDLE) == 10
    assert backoff.after(Reason.REFUSED, 0, 0, MIDDLE) == LONGEST
