import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveedge.doctor.pictures import Figures, Picture, measure

STEP = 3600
"""25 pictures a second at 90 kHz."""


def camera(
    count: int = 101, *, gop: int = 25, start: int = 0, size: int = 1000, order: str = "P"
) -> list[Picture]:
    """Pictures that come in time; `order` is the display order of each group, as in `PB`."""
    pictures = []
    for index in range(count):
        group, place = divmod(index, len(order))
        # Of a group PB, the P is sent first and shown last.
        shown = index if len(order) == 1 else group * len(order) + (place - 1) % len(order)
        pictures.append(
            Picture(
                arrival=50.0 + index / 25,
                rtp_time=start + shown * STEP & 0xFFFFFFFF,
                octets=10 * size if index % gop == 0 else size,
                sync=index % gop == 0,
            )
        )
    return pictures


def test_a_punctual_camera() -> None:
    figures = measure(camera(), 90_000)
    assert figures.fps == pytest.approx(25)
    assert figures.jitter_ms == pytest.approx(0, abs=0.001)
    assert figures.longest_gap_ms == pytest.approx(40)
    assert figures.gop_shortest == pytest.approx(1)
    assert figures.gop_longest == pytest.approx(1)
    assert figures.reordered == 0
    # 24 pictures of 1000 octets and one of 10000 in each second.
    assert figures.kbps == pytest.approx(272)
    assert figures.peak_kbps == pytest.approx(272)
    assert figures.keyframe_kilobytes == 10
    assert figures.timestamps_plausible


def test_the_overflow_of_rtp_time_is_none_of_its_faults() -> None:
    assert measure(camera(start=0xFFFFFFFF - 10 * STEP), 90_000).fps == pytest.approx(25)


def test_b_frames_are_told_by_their_order_and_are_not_jitter() -> None:
    figures = measure(camera(order="PB", count=100), 90_000)
    assert figures.reordered == 1
    assert figures.jitter_ms == pytest.approx(0, abs=0.001)
    assert measure(camera(order="PBBB", count=100), 90_000).reordered == 1


def test_two_pictures_that_are_shown_later_come_before_the_third() -> None:
    times = [0, 4, 2, 1, 3, 8, 6, 5, 7]  # a pyramid of B-pictures
    pictures = [Picture(i / 25, time * STEP, 100, i == 0) for i, time in enumerate(times)]
    assert measure(pictures, 90_000).reordered == 2


def test_a_timestamp_that_goes_back_once_is_no_b_frame() -> None:
    pictures = camera()
    back = pictures[50]
    pictures[50] = Picture(back.arrival, back.rtp_time - 2 * STEP, back.octets, back.sync)
    assert measure(pictures, 90_000).reordered == 0


def test_pictures_that_come_late() -> None:
    pictures = camera()
    for index in range(0, 101, 10):
        late = pictures[index]
        pictures[index] = Picture(late.arrival + 0.03, late.rtp_time, late.octets, late.sync)
    jitter = measure(pictures, 90_000).jitter_ms
    assert jitter == pytest.approx(30)


def test_one_late_picture_in_a_hundred_is_not_what_a_player_waits_for() -> None:
    pictures = camera()
    late = pictures[50]
    pictures[50] = Picture(late.arrival + 0.03, late.rtp_time, late.octets, late.sync)
    assert measure(pictures, 90_000).jitter_ms == pytest.approx(0, abs=0.001)


def test_without_a_second_keyframe_the_interval_has_a_lower_bound_only() -> None:
    figures = measure(camera(gop=1000), 90_000)
    assert figures.gop_shortest is None
    assert figures.gop_longest == pytest.approx(4)


@pytest.mark.parametrize("step", [0, 36_000, -3600])
def test_timestamps_that_mean_nothing_give_way_to_arrivals(step: int) -> None:
    pictures = [
        Picture(picture.arrival, index * step & 0xFFFFFFFF, picture.octets, picture.sync)
        for index, picture in enumerate(camera())
    ]
    figures = measure(pictures, 90_000)
    assert figures.timestamps_plausible is (step == -3600)
    assert figures.fps == pytest.approx(25)


def test_too_few_pictures_say_little() -> None:
    assert measure([], 90_000) == Figures()
    one = measure(camera(1), 90_000)
    assert (one.pictures, one.keyframes, one.fps) == (1, 1, None)


@given(
    st.lists(
        st.builds(
            Picture,
            arrival=st.floats(0, 1000),
            rtp_time=st.integers(0, 0xFFFFFFFF),
            octets=st.integers(0, 10**7),
            sync=st.booleans(),
        ),
        max_size=40,
    )
)
def test_whatever_comes_has_figures(pictures: list[Picture]) -> None:
    pictures.sort(key=lambda picture: picture.arrival)
    figures = measure(pictures, 90_000)
    assert figures.pictures == len(pictures)
    assert 0 <= figures.reordered <= 16
    assert figures.jitter_ms is None or figures.jitter_ms >= 0
    assert figures.fps is None or figures.fps > 0
