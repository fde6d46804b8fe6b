"""What is listed, what can still be had, and how much that may be (RFC 8216bis §6.2.2)."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveedge.config.hls import HlsSettings
from liveedge.window.numbering import SEGMENTS_PER_SECOND, begin_numbering
from liveedge.window.segments import SegmentList
from tests.delivery.hls.camera import Camera


def seconds(segments: SegmentList) -> float:
    return sum(segment.duration or 0 for segment in segments.listed) / 90_000


def test_6_2_2_no_segment_leaves_if_less_than_three_target_durations_remained() -> None:
    camera = Camera()
    lengths = set()
    for _ in range(30):
        camera.gop()
        lengths.add(seconds(camera.segments))
    assert max(lengths) == 3.0
    assert len(camera.segments.listed) == 6


def test_6_2_2_long_gops_are_listed_for_three_target_durations_too() -> None:
    camera = Camera()
    camera.gops(10, frames=60)
    assert seconds(camera.segments) == 6.0


@pytest.mark.parametrize("wanted", [2, 3, 12])
def test_as_many_segments_are_listed_as_wished(wanted: int) -> None:
    camera = Camera(HlsSettings(segments=wanted))
    camera.gops(30)
    assert len(camera.segments.listed) == wanted


def test_6_2_2_media_sequence_rises_by_one_for_each_segment() -> None:
    camera = Camera()
    camera.gops(30)
    assert [segment.msn for segment in camera.segments.segments] == list(range(5023, 5030))


def test_6_2_2_a_segment_can_be_had_for_its_duration_and_that_of_the_playlist() -> None:
    camera = Camera()
    gone: dict[int, float] = {}
    for _ in range(40):
        listed = {segment.msn for segment in camera.segments.listed}
        camera.gop()
        left = listed - {segment.msn for segment in camera.segments.listed}
        gone.update(dict.fromkeys(left, camera.now))
        for msn, since in gone.items():
            if camera.now - since <= 0.5 + 3.0:
                assert camera.segments.segment(msn) is not None
            if camera.now - since > 0.5 + 3.0 + 1.0:
                assert camera.segments.segment(msn) is None


def test_6_2_2_a_part_can_be_had_for_three_target_durations_after_its_tag_has_gone() -> None:
    camera = Camera(HlsSettings(segments=2))
    camera.gops(6)
    part = camera.segments.listed[0].parts[0]
    camera.gops(3)
    assert part not in camera.segments.listed[0].parts
    camera.gops(3)
    assert camera.segments.part(part.serial) is part
    camera.gops(6)
    assert camera.segments.part(part.serial) is None


def test_an_epoch_can_be_had_as_long_as_a_segment_of_it() -> None:
    camera = Camera()
    camera.gops(3)
    camera.change()
    camera.gops(2)
    assert camera.segments.epoch(0) is not None
    camera.gops(30)
    assert camera.segments.epoch(0) is None
    assert camera.segments.epoch(1) is not None


def test_an_open_segment_cannot_be_had() -> None:
    camera = Camera()
    camera.gops(3)
    opened = camera.segments.open
    assert opened is not None
    assert camera.segments.segment(opened.msn) is None


def test_a_gap_can_be_had_and_is_empty() -> None:
    camera = Camera()
    camera.gops(3)
    camera.lose()
    camera.cutter.absent(camera.now)
    camera.wait(90_000)
    camera.cutter.absent(camera.now)
    gap = camera.segments.listed[-1]
    assert gap.gap
    assert camera.segments.segment(gap.msn) is gap
    assert list(gap.chunks) == []


def test_6_2_2_discontinuity_sequence_counts_what_has_left() -> None:
    camera = Camera()
    camera.gops(3)
    for _ in range(3):
        camera.lose(1)
        camera.gops(2)
    camera.gops(20)
    assert {segment.discontinuity_sequence for segment in camera.segments.listed} == {3}


def test_what_is_held_is_what_can_be_had() -> None:
    camera = Camera()
    camera.padding = 5000
    camera.gops(60)
    held = camera.segments.size
    pictures = 0
    for serial in range(1, camera.segments.next_serial):
        part = camera.segments.part(serial)
        pictures += len(part.chunks) if part else 0
    assert held / 5000 == pytest.approx(pictures, rel=0.1)
    # Three target durations listed, and about as much for those who come late.
    assert pictures / 30 == pytest.approx(7.5, abs=1)


def test_what_is_held_is_bounded_by_bytes_the_oldest_go_first() -> None:
    camera = Camera(HlsSettings(max_bytes=1_000_000))
    camera.padding = 20_000
    for _ in range(20):
        camera.gop()
        assert camera.segments.size <= 1_000_000
    assert camera.segments.segments[-1].parts
    assert camera.segments.part(camera.segments.next_serial - 1) is not None


def test_a_gop_that_alone_is_too_much_becomes_a_gap() -> None:
    camera = Camera(HlsSettings(max_bytes=1_000_000))
    camera.gops(2)
    camera.padding = 20_000
    camera.gop(120)
    assert camera.segments.size <= 1_000_000
    assert camera.segments.open is None
    assert camera.segments.listed[-1].gap
    camera.padding = 0
    camera.gops(2)
    assert camera.segments.listed[-1].discontinuity
    assert not camera.segments.listed[-1].gap


def test_6_2_1_dates_are_those_of_capture() -> None:
    camera = Camera()
    camera.gops(4)
    dates = [segment.program_us for segment in camera.segments.listed]
    assert [b - a for a, b in pairwise(dates)] == [500_000, 500_000]


def test_6_2_1_dates_stay_unambiguous_when_a_clock_is_set_back() -> None:
    camera = Camera()
    camera.gops(4)
    camera.clock_offset_us -= 2_000_000
    right_again = []
    for _ in range(12):
        camera.gop()
        older, newer = list(camera.segments.listed)[-2:]
        assert older.program_us < newer.program_us
        right_again.append(newer.program_us)
    assert camera.unix_us - right_again[-1] == 1_000_000


def test_listeners_are_told_of_changes_until_they_stop() -> None:
    camera = Camera()
    versions: list[int] = []
    stop = camera.segments.listen(lambda: versions.append(camera.segments.version))
    camera.gops(3)
    assert versions == sorted(set(versions))
    told = len(versions)
    stop()
    stop()
    camera.gop()
    assert len(versions) == told


@given(st.floats(1_800_000_000, 2_200_000_000), st.floats(0, 10_000_000), st.floats(0, 100))
def test_6_2_2_numbers_do_not_go_back_over_a_restart(began: float, ran: float, away: float) -> None:
    before, after = begin_numbering(began), begin_numbering(began + ran + away)
    most_segments = int(ran * SEGMENTS_PER_SECOND)
    assert after.media_sequence >= before.media_sequence + most_segments - 1
    assert after.token != before.token


def test_numbers_fit_into_31_bits_for_years() -> None:
    year_2040 = 2_208_988_800
    assert begin_numbering(year_2040).media_sequence < 2**31


def test_a_clock_that_was_never_set_gives_numbers_too() -> None:
    assert begin_numbering(12.0).media_sequence == 0
