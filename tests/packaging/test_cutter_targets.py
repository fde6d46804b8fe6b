"""What a media playlist promises: PART-TARGET and EXT-X-TARGETDURATION."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveedge.packaging.targets import (
    frames_per_part,
    longest_segment,
    misfits,
    part_target,
    target_duration,
)

SECOND = 90_000


@pytest.mark.parametrize(
    ("rate", "frames", "target"),
    [
        (60, 6, 105),
        (50, 5, 105),
        (30, 3, 105),
        (29.97, 3, 105),
        (25, 3, 125),
        (24, 2, 90),
        (20, 2, 105),
        (15, 2, 140),
        (12.5, 1, 85),
        (10, 1, 105),
        (5, 1, 210),
        (1, 1, 1030),
    ],
)
def test_4_4_3_7_a_part_is_the_whole_number_of_frames_nearest_to_the_wish(
    rate: float, frames: int, target: int
) -> None:
    frame = SECOND / rate
    assert frames_per_part(frame, 0.1 * SECOND) == frames
    assert part_target(frame, 0.1) == target


@given(st.floats(1, 120), st.floats(0.03, 2))
def test_4_4_4_9_nominal_parts_are_within_the_limits(rate: float, wish: float) -> None:
    frame = SECOND / rate
    frames = frames_per_part(frame, wish * SECOND)
    target = part_target(frame, wish) * SECOND / 1000
    assert frames * frame <= target
    if frames * frame >= 0.03 * SECOND:
        assert frames * frame >= 0.85 * target


@pytest.mark.parametrize("rate", [30, 25, 15, 12.5, 10, 60])
@pytest.mark.parametrize("error", [0.99, 1.01])
def test_the_same_camera_leads_to_the_same_promise(rate: float, error: float) -> None:
    assert part_target(SECOND / rate * error, 0.1) == part_target(SECOND / rate, 0.1)


@pytest.mark.parametrize(
    ("gop", "wish", "target"),
    [
        (0.033, 0.5, 1),
        (0.4, 0.5, 1),
        (0.5, 0.5, 1),
        (1, 0.5, 1),
        (1.3, 0.5, 1),
        (1.4, 0.5, 2),
        (2, 0.5, 2),
        (4, 0.5, 4),
        (10, 0.5, 11),
        (1, 2, 2),
        (0.5, 6, 6),
    ],
)
def test_4_4_3_1_target_duration_suits_gop_and_wish(gop: float, wish: float, target: int) -> None:
    assert target_duration(gop * SECOND, wish) == target


@given(st.floats(0.02, 60), st.floats(0.3, 10))
def test_4_4_3_1_a_regular_camera_never_exceeds_it(gop: float, wish: float) -> None:
    target = target_duration(gop * SECOND, wish)
    gops = 1
    while gops * gop * SECOND < 0.9 * wish * SECOND:
        gops += 1
    assert target >= 1
    assert gops * gop * SECOND < longest_segment(target)


def test_another_part_target_is_worth_it_only_if_the_present_one_cannot_be_kept() -> None:
    assert not misfits(105, 3000, 0.1)
    assert not misfits(105, SECOND / 12.5, 0.1)  # no whole number fits, but one frame does
    assert not misfits(105, SECOND / 9.6, 0.1)
    assert misfits(105, SECOND / 5, 0.1)
    assert misfits(210 * 2, 3000, 0.1)
