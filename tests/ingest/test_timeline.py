import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveedge.ingest.timeline import Timeline


def test_begins_at_zero_and_follows_the_rtp_clock() -> None:
    timeline = Timeline()
    assert timeline.place(5_000_000, 100.0) == (0, False)
    assert timeline.place(5_003_000, 100.040) == (3000, False), "spacing is the camera's"
    assert timeline.place(5_006_000, 100.045) == (6000, False)


def test_the_wrap_of_32_bits_is_no_jump() -> None:
    timeline = Timeline()
    timeline.place(2**32 - 3000, 0.0)
    assert timeline.place(0, 0.033) == (3000, False)
    assert timeline.place(3000, 0.066) == (6000, False)


@pytest.mark.parametrize("jump", [3600 * 90_000, -10 * 90_000, 2**31 - 1, -(2**31)])
def test_a_jump_goes_on_where_real_time_has_gone(jump: int) -> None:
    timeline = Timeline()
    timeline.place(1_000_000, 10.0)
    assert timeline.place(1_000_000 + jump & 0xFFFFFFFF, 10.5) == (45_000, True)
    assert timeline.place(1_003_000 + jump & 0xFFFFFFFF, 10.533) == (48_000, False)


def test_pictures_that_arrive_late_in_a_burst_are_no_jump() -> None:
    timeline = Timeline()
    timeline.place(0, 0.0)
    assert timeline.place(3000, 4.0) == (3000, False)
    assert timeline.place(6000, 4.0) == (6000, False)


def test_a_pause_of_the_camera_is_no_jump() -> None:
    timeline = Timeline()
    timeline.place(0, 0.0)
    assert timeline.place(20 * 90_000, 20.0) == (20 * 90_000, False)


def test_b_pictures_go_back_a_little() -> None:
    timeline = Timeline()
    timeline.place(0, 0.0)
    timeline.place(9000, 0.033)
    assert timeline.place(3000, 0.066) == (3000, False)


def test_a_new_session_continues_in_real_time() -> None:
    timeline = Timeline()
    timeline.place(0, 0.0)
    timeline.place(3000, 0.033)
    timeline.restart()
    assert timeline.place(77, 12.0) == (12 * 90_000, True)


@given(
    st.lists(
        st.tuples(st.integers(0, 2**32 - 1), st.floats(0, 5), st.booleans()),
        min_size=1,
        max_size=50,
    )
)
def test_jumps_never_go_back(events: list[tuple[int, float, bool]]) -> None:
    timeline = Timeline()
    now, highest = 0.0, -1
    for rtp_time, pause, restart in events:
        now += pause
        if restart:
            timeline.restart()
        media_time, jumped = timeline.place(rtp_time, now)
        assert media_time >= 0
        if jumped or restart:
            assert media_time > highest
        highest = max(highest, media_time)


def test_an_axis_that_is_shared_goes_on_where_the_other_is() -> None:
    timeline = Timeline(lambda arrival: round((arrival - 50) * 90_000))
    assert timeline.place(1_000_000, 60.0) == (900_000, False)
    assert timeline.place(1_003_000, 60.1) == (903_000, False), "spacing is the camera's"
    timeline.restart()
    assert timeline.place(7_000_000, 61.0) == (990_000, True)


def test_an_axis_that_is_not_there_yet_is_begun() -> None:
    assert Timeline(lambda _: None).place(1_000_000, 60.0) == (0, False)
