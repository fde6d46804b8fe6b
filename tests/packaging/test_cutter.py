"""When parts and segments end (RFC 8216bis; the tests are named after its clauses)."""

import pytest

from liveedge.config.hls import HlsSettings
from liveedge.packaging.cutter import MEASURE_SECONDS, RELAX_SECONDS
from liveedge.window.segment import Segment, Targets
from tests.delivery.hls.camera import Camera

SECOND = 90_000


def begun(*, frames: int = 15, interval: int = 3000) -> Camera:
    """A camera whose first GOP is over and whose second has begun."""
    camera = Camera()
    camera.gop(frames, interval)
    camera.picture(sync=True, interval=interval)
    return camera


def playing(*, frames: int = 15, interval: int = 3000) -> Camera:
    """A camera whose second GOP is over."""
    camera = Camera()
    camera.gops(2, frames, interval)
    return camera


def opened(camera: Camera) -> Segment:
    segment = camera.segments.open
    assert segment is not None
    return segment


def durations(segment: Segment) -> list[int]:
    return [part.duration for part in segment.parts]


# --- before the first playlist


def test_promises_are_made_when_the_first_gop_is_over() -> None:
    camera = Camera()
    camera.gop(15)
    assert camera.segments.targets is None
    assert camera.segments.segments == []
    camera.picture(sync=True)
    assert camera.segments.targets == Targets(duration=1, part=105)
    assert [segment.duration for segment in camera.segments.listed] == [45_000]
    assert durations(camera.segments.listed[0]) == [9000] * 5


def test_the_shortest_of_two_gops_is_not_what_is_promised() -> None:
    """Cameras often begin with a sync frame out of turn."""
    camera = Camera()
    camera.gop(3)
    camera.gop(90)
    assert camera.segments.targets is None
    camera.picture(sync=True)
    assert camera.segments.targets == Targets(duration=3, part=105)


def test_a_camera_that_sends_no_second_sync_frame_is_not_waited_for() -> None:
    camera = Camera()
    camera.gop(round(MEASURE_SECONDS * 30) + 1)
    assert camera.segments.targets == Targets(duration=9, part=105)
    assert len(opened(camera).parts) == 40


def test_what_is_measured_is_bounded() -> None:
    camera = Camera(HlsSettings(max_bytes=1_000_000))
    camera.padding = 100_000
    camera.gop(8)
    assert camera.segments.targets is not None
    assert camera.segments.size <= 1_000_000


def test_a_camera_lost_while_it_is_measured_is_measured_again() -> None:
    camera = Camera()
    camera.gop(9)
    camera.lose(5)
    camera.gop(15)
    assert camera.segments.targets is None
    camera.picture(sync=True)
    assert [segment.duration for segment in camera.segments.listed] == [45_000]
    assert not camera.segments.listed[0].discontinuity


# --- parts


def test_4_4_4_9_a_part_is_complete_with_its_last_frame() -> None:
    camera = begun()
    camera.picture()
    assert opened(camera).parts == []
    camera.picture()
    assert durations(opened(camera)) == [9000]


def test_4_4_4_9_no_part_is_longer_than_part_target_and_what_it_may_not_say_the_next_says() -> None:
    camera = begun()
    camera.picture(interval=6000)
    for _ in range(6):
        camera.picture()
    assert max(durations(opened(camera))) <= 9450
    last = opened(camera).parts[-1].chunks[-1]
    end = opened(camera).start + sum(durations(opened(camera)))
    assert abs(end - (last.decode_time + 3000)) < 1500


@pytest.mark.parametrize("interval", [3003, 2970, 3100, 3300, 7200, 7500])
def test_part_durations_do_not_drift_from_decode_times(interval: int) -> None:
    """Also where no whole number of frames fits: the camera is slower than it was measured."""
    camera = playing(frames=30)
    camera.picture(sync=True, interval=interval)
    for _ in range(300):
        camera.picture(interval=interval)
    segment = opened(camera)
    announced = segment.start
    for part in segment.parts:
        assert abs(announced - part.chunks[0].decode_time) <= 1.5 * interval
        announced += part.duration


def test_4_4_4_9_a_part_may_be_short_if_it_is_the_last_of_its_segment() -> None:
    camera = playing(frames=17)
    camera.picture(sync=True)
    assert durations(camera.segments.listed[-1]) == [9000] * 5 + [6000]


def test_4_4_4_9_a_part_with_a_sync_frame_is_independent() -> None:
    camera = playing(frames=5)
    camera.gops(5, frames=5)
    assert [len(segment.parts) for segment in camera.segments.listed] == [5, 5]
    segment = camera.segments.listed[1]
    assert [part.independent for part in segment.parts] == [
        any(chunk.sync for chunk in part.chunks) for part in segment.parts
    ]
    assert sum(part.independent for part in segment.parts) > 1


def test_parts_are_numbered_on_whatever_comes() -> None:
    """So that a hint is always right (§4.4.5.3): it need not know which segment comes next."""
    camera = playing()
    camera.gops(2)
    camera.lose(1)
    camera.gops(2)
    camera.change()
    camera.gops(2)
    serials = [part.serial for segment in camera.segments.segments for part in segment.parts]
    assert serials == list(range(serials[0], serials[0] + len(serials)))
    assert camera.segments.next_serial == serials[-1] + 1


def test_3_2_the_parts_are_the_segment() -> None:
    camera = playing()
    camera.gops(3)
    for segment in camera.segments.listed:
        chunks = list(segment.chunks)
        assert [chunk.sequence for chunk in chunks] == list(
            range(chunks[0].sequence, chunks[0].sequence + 15)
        )


# --- segments


def test_6_2_1_a_segment_begins_with_a_sync_frame_once_the_wish_is_reached() -> None:
    camera = playing(frames=6)
    camera.gops(9, frames=6)
    assert {segment.duration for segment in camera.segments.listed} == {54_000}


def test_a_gop_a_hair_shorter_than_the_wish_makes_a_segment() -> None:
    camera = playing(frames=15, interval=2850)
    camera.gops(4, frames=15, interval=2850)
    assert {segment.duration for segment in camera.segments.listed} == {15 * 2850}


def test_a_gop_longer_than_the_wish_makes_segments_of_its_length_and_no_longer_parts() -> None:
    camera = begun(frames=60)
    assert camera.segments.targets == Targets(duration=2, part=105)
    assert [segment.duration for segment in camera.segments.listed] == [2 * SECOND]
    for _ in range(20):
        camera.picture()
    assert durations(opened(camera)) == [9000] * 7


def test_the_duration_of_a_segment_is_exact_although_its_frames_jitter() -> None:
    camera = playing()
    for index in range(76):
        camera.picture(sync=index % 15 == 0, interval=3000 + (700 if index % 2 else -700))
    listed = camera.segments.listed
    assert len({segment.duration for segment in listed}) > 1
    ends = [segment.start + (segment.duration or 0) for segment in listed]
    assert ends == [*[segment.start for segment in listed][1:], opened(camera).start]


# --- when the camera changes


def test_6_2_1_a_gop_longer_than_promised_is_another_playlist() -> None:
    camera = begun()
    for _ in range(120):
        camera.picture()
        targets = camera.segments.targets
        assert targets is not None
        assert camera.media_time - opened(camera).start < (targets.duration + 0.5) * SECOND
    assert targets == Targets(duration=8, part=105)
    listed = [segment.duration for segment in camera.segments.listed]
    camera.picture(sync=True)
    assert [s.duration for s in camera.segments.listed][: len(listed)] == listed


def test_a_target_duration_that_is_long_needed_no_more_is_another_playlist_again() -> None:
    camera = playing()
    camera.gops(60)
    kept = camera.segments.size
    camera.gop(300)
    camera.gops(round(2 * RELAX_SECONDS))
    promised = camera.segments.targets
    assert promised is not None
    assert promised.duration > 10
    assert camera.segments.size > 5 * kept
    camera.gops(round(2 * RELAX_SECONDS))
    assert camera.segments.targets == Targets(duration=1, part=105)
    assert len(camera.segments.listed) == 6
    camera.gops(240)
    assert camera.segments.size <= 1.2 * kept, "what the long playlist had is gone"


def test_a_camera_whose_keyframes_are_irregular_keeps_its_playlist() -> None:
    camera = playing()
    camera.gop(300)
    camera.gops(2)
    promised = camera.segments.targets
    for _ in range(6):
        camera.gop(300)
        camera.gops(120)
        assert camera.segments.targets == promised


def test_6_2_1_a_pause_longer_than_promised_is_missing_media() -> None:
    """A camera that was silent for a while has not changed its GOP; its playlist stays."""
    camera = playing()
    camera.gops(3)
    camera.picture(sync=True, interval=4 * SECOND)
    camera.picture()
    assert camera.segments.open is None
    assert camera.segments.targets == Targets(duration=1, part=105)
    assert camera.segments.listed[-1].duration == pytest.approx(3000, abs=10)
    camera.picture(sync=True)
    assert opened(camera).discontinuity


def test_a_pause_before_a_sync_frame_is_missing_media_too() -> None:
    camera = playing()
    camera.gops(3)
    camera.wait(3 * SECOND)
    camera.picture(sync=True)
    assert opened(camera).discontinuity
    assert camera.segments.listed[-1].duration == pytest.approx(45_000, abs=10)


def test_parts_are_as_long_as_ever_after_a_pause() -> None:
    camera = playing()
    camera.gops(3)
    camera.wait(3 * SECOND)
    camera.gop()
    assert [len(part.chunks) for part in opened(camera).parts] == [3] * 5


def test_4_4_3_7_frames_longer_than_a_part_are_another_playlist() -> None:
    camera = playing(frames=30)
    camera.gops(2, frames=30)
    camera.gop(10, interval=18_000)
    assert camera.segments.targets is not None
    assert camera.segments.targets.part == 105
    camera.picture(sync=True, interval=18_000)
    assert camera.segments.targets.part == 210
    assert camera.segments.parts_from == opened(camera).msn


def test_4_4_3_7_one_late_frame_is_not_another_frame_rate() -> None:
    camera = playing()
    camera.gops(4)
    for index in range(15):
        camera.picture(sync=index == 0, interval=27_000 if index == 13 else 3000)
    camera.gops(2)
    assert camera.segments.targets == Targets(duration=1, part=105)


def test_4_4_3_7_parts_twice_as_long_as_wished_are_another_playlist() -> None:
    camera = playing(frames=2, interval=45_000)
    assert camera.segments.targets == Targets(duration=1, part=515)
    camera.gops(8)
    assert camera.segments.targets == Targets(duration=1, part=105)


def test_6_2_1_what_comes_after_a_break_does_not_continue_what_was_before() -> None:
    camera = playing()
    camera.gop()
    camera.gop(5)
    camera.lose(3)
    camera.picture(sync=True)
    before, after = camera.segments.listed[-1], opened(camera)
    assert after.discontinuity
    assert after.discontinuity_sequence == before.discontinuity_sequence + 1
    assert after.msn == before.msn + 1
    # The break is no part of what is listed; the frames before it are.
    assert before.duration == pytest.approx(5 * 3000, abs=20)
    assert sum(1 for _ in before.chunks) == 5


def test_6_2_1_other_parameter_sets_are_a_discontinuity() -> None:
    camera = playing()
    camera.gops(2)
    camera.change()
    camera.picture(sync=True)
    before, after = camera.segments.listed[-1], opened(camera)
    assert after.discontinuity
    assert after.epoch is not before.epoch
    assert before.start + (before.duration or 0) == after.start


# --- while the camera is away


def test_6_2_1_absent_media_is_listed_as_gaps() -> None:
    camera = playing()
    camera.gops(2)
    camera.lose()
    due = camera.cutter.absent(camera.now)
    assert due is not None
    assert not any(segment.gap for segment in camera.segments.listed)
    assert camera.segments.open is None
    for _ in range(3):
        camera.wait(round((due - camera.now) * SECOND))
        due = camera.cutter.absent(camera.now)
        assert due is not None
    assert [s.duration for s in camera.segments.listed if s.gap] == [SECOND] * 3
    camera.picture(sync=True)
    assert opened(camera).discontinuity


def test_6_2_1_gaps_begin_anew_at_each_absence() -> None:
    camera = playing()
    for _ in range(2):
        camera.gops(2)
        camera.lose()
        camera.cutter.absent(camera.now)
        camera.wait(2 * SECOND)
        camera.cutter.absent(camera.now)
        newest = [segment.gap for segment in camera.segments.listed][-4:]
        assert newest == [False, False, True, True]
        camera.picture(sync=True)


def test_gaps_are_bounded_when_the_machine_has_slept() -> None:
    camera = playing()
    camera.gops(2)
    camera.lose()
    camera.wait(100_000 * SECOND)
    due = camera.cutter.absent(camera.now)
    assert due is not None
    assert camera.now < due <= camera.now + 1
    assert camera.segments.next_msn < 5100


def test_nothing_is_absent_from_a_playlist_that_has_not_begun() -> None:
    camera = Camera()
    assert camera.cutter.absent(camera.now) is None
    camera.gop(15)
    assert camera.cutter.absent(camera.now + 60) is None


def test_pictures_that_show_damage_are_left_out() -> None:
    camera = playing()
    camera.picture(sync=True)
    camera.damaged = True
    for _ in range(10):
        camera.picture()
    camera.damaged = False
    camera.lose()
    camera.gops(2)
    broken_off, following = list(camera.segments.listed)[-2:]
    assert broken_off.duration == 3000
    assert following.discontinuity
    assert not any(chunk.damaged for each in camera.segments.listed for chunk in each.chunks)
