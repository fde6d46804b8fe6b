"""When parts and segments of sound end (RFC 8216bis; tests are named after its clauses)."""

from itertools import pairwise

import pytest

from liveedge.media.audio import AudioConfig, aac_config, opus_config
from liveedge.packaging.sound_cutter import SoundCutter, sound_targets
from liveedge.packaging.unbroken import LATE
from liveedge.window.numbering import Numbering
from liveedge.window.segment import Segment, Targets
from liveedge.window.segments import SegmentList
from tests.delivery.hls.microphone import AAC, UNIT, SoundingCamera

SECOND = 90_000
SURROUND = AudioConfig("mp4a.40.2", 48000, 6, b"mp4a", b"", 1024)


def listen(camera: SoundingCamera) -> SegmentList:
    """What is cut of a camera's sound from now on."""
    segments = SegmentList(Numbering(0, "0123abcd.a1"))
    assert camera.sound.epoch is not None
    cutter = SoundCutter(camera.segments, segments, camera.sound.epoch, camera.unit)
    cutter.begin(camera.sound.window.since(0))
    camera.sound.window.listen(cutter.add)
    camera.segments.listen(cutter.follow)
    return segments


def playing(gops: int = 4, **how: object) -> tuple[SoundingCamera, SegmentList]:
    """A camera that has been heard for some GOPs of half a second."""
    camera = SoundingCamera(**how)  # type: ignore[arg-type]
    camera.gops(2)
    segments = listen(camera)
    camera.gops(gops)
    return camera, segments


def silent(segment: Segment) -> int:
    """How many units of it are silence."""
    return sum(len(chunk.message) < 180 for chunk in segment.chunks)


@pytest.mark.parametrize(
    ("unit", "part"), [(1920, 90), (1800, 100), (2089, 95), (5760, 65), (11520, 130), (960, 100)]
)
def test_4_4_3_7_a_part_of_sound_is_no_longer_than_one_of_pictures_if_a_unit_is_not(
    unit: int, part: int
) -> None:
    assert sound_targets(Targets(1, 105), unit) == Targets(1, part, beside=105)


def test_4_4_4_9_parts_of_sound_are_whole_units_within_the_limits() -> None:
    _, segments = playing(8)
    target = 90 * 90
    for segment in list(segments.listed)[2:]:
        assert [part.duration for part in segment.parts[:-1]] == [4 * UNIT] * (
            len(segment.parts) - 1
        )
        assert all(0.85 * target <= part.duration <= target for part in segment.parts[:-1])
        assert 0 < segment.parts[-1].duration <= target
        assert all(part.independent for part in segment.parts)


def test_6_2_4_segments_of_sound_go_with_those_of_the_pictures() -> None:
    camera, segments = playing(8)
    pictures = {segment.msn: segment for segment in camera.segments.listed}
    assert len(segments.listed) >= 6
    for segment in segments.listed:
        beside = pictures[segment.msn]
        assert abs(segment.start - beside.start) <= UNIT / 2
        assert segment.discontinuity_sequence == beside.discontinuity_sequence
        offset_us = (segment.start - beside.start) * 1e6 / SECOND
        assert segment.program_us - beside.program_us == pytest.approx(offset_us, abs=2)


def test_nothing_of_the_sound_is_lost_or_comes_twice() -> None:
    camera, segments = playing(8)
    chunks = [chunk for segment in segments.segments for chunk in segment.chunks]
    times = [chunk.decode_time for chunk in chunks]
    assert times == list(range(times[0], times[0] + len(times) * UNIT, UNIT))
    assert {*camera.sound.window.since(0)} & {*chunks}
    assert camera.media_time - times[-1] < 6 * UNIT
    for earlier, later in pairwise(segments.listed):
        assert later.start - earlier.start == earlier.duration


def test_a_part_is_listed_when_its_last_unit_is_there() -> None:
    camera, segments = playing(4)
    before = segments.next_serial
    camera.picture(sync=True)
    while segments.next_serial == before:
        camera.picture(interval=UNIT)
    newest = segments.segments[-1].parts[-1].chunks[-1]
    assert camera.media_time - (newest.decode_time + newest.duration) < 2 * UNIT


def test_6_2_4_the_pictures_are_lost_and_come_back_for_the_sound_as_well() -> None:
    camera, segments = playing(4)
    camera.lose()
    for _ in range(5):
        camera.wait(SECOND)
        camera.cutter.absent(camera.now)
    camera.gops(4)
    pictures = {segment.msn: segment for segment in camera.segments.listed}
    assert sum(segment.discontinuity for segment in segments.listed) == 1
    for segment in segments.listed:
        beside = pictures[segment.msn]
        assert segment.gap == beside.gap
        assert segment.discontinuity == beside.discontinuity
        assert segment.discontinuity_sequence == beside.discontinuity_sequence


def test_sound_that_stops_is_silence_and_the_list_goes_on() -> None:
    camera, segments = playing(4)
    camera.is_on = False
    camera.gops(6)
    edge, heard = camera.segments.edge, segments.edge
    assert edge is not None
    assert heard is not None
    assert edge - heard < LATE + 8 * UNIT
    assert not any(segment.gap for segment in segments.listed)
    times = [chunk.decode_time for segment in segments.segments for chunk in segment.chunks]
    assert {b - a for a, b in pairwise(times)} == {UNIT}


def test_sound_that_comes_back_is_heard_at_once() -> None:
    camera, segments = playing(4)
    camera.is_on = False
    camera.gops(3)
    camera.is_on = True
    camera.gops(2)
    newest = list(segments.listed)[-1]
    assert silent(newest) == 0
    assert len(newest.parts) > 0


def test_sound_that_is_always_late_is_not_replaced() -> None:
    _, segments = playing(10, lag=SECOND)
    assert silent(list(segments.listed)[-1]) == 0


def test_who_asks_before_there_is_any_sound_gets_silence_at_once() -> None:
    camera = SoundingCamera()
    camera.is_on = False
    camera.gops(6)
    segments = listen(camera)
    assert segments.targets == Targets(1, 90, beside=105)
    assert len(segments.listed) >= 4
    assert all(silent(segment) == len(list(segment.chunks)) for segment in segments.listed)


def test_what_cannot_be_silent_has_gaps() -> None:
    camera, segments = playing(4, config=SURROUND)
    camera.is_on = False
    camera.gops(6)
    newest = list(segments.listed)
    assert [segment.gap for segment in newest[-3:]] == [True] * 3
    camera.is_on = True
    camera.gops(3)
    assert not segments.listed[-1].gap


def test_without_sound_what_cannot_be_silent_has_no_list() -> None:
    camera = SoundingCamera(config=SURROUND)
    camera.is_on = False
    camera.gops(6)
    segments = listen(camera)
    assert segments.targets is None
    camera.is_on = True
    camera.gops(2)
    assert segments.targets == Targets(1, 90, beside=105)


def test_sound_far_ahead_of_the_pictures_waits_for_them() -> None:
    camera, segments = playing(4)
    for number in range(40):
        camera.say(camera.media_time + number * UNIT)
    edge, heard = camera.segments.edge, segments.edge
    assert edge is not None
    assert heard is not None
    assert heard - edge <= 105 * 90


@pytest.mark.parametrize("config", [opus_config(2), aac_config(bytes.fromhex("1588")), AAC])
def test_6_2_4_the_target_duration_is_that_of_the_pictures(config: AudioConfig) -> None:
    camera, segments = playing(4, config=config)
    camera.gop(90)
    camera.gop(90)
    assert camera.segments.targets is not None
    assert segments.targets is not None
    assert camera.segments.targets.duration > 1
    assert segments.targets.duration == camera.segments.targets.duration
    assert all(not segment.gap for segment in segments.listed)
    longest = segments.targets.duration + 0.5
    assert all((segment.duration or 0) < longest * SECOND for segment in segments.listed)


def test_when_the_pictures_it_goes_with_have_left_there_is_no_going_on() -> None:
    camera = SoundingCamera()
    camera.gops(2)
    segments = SegmentList(Numbering(0, "0123abcd.a1"))
    assert camera.sound.epoch is not None
    cutter = SoundCutter(camera.segments, segments, camera.sound.epoch, UNIT)
    cutter.begin(camera.sound.window.since(0))
    assert not cutter.lost
    camera.gops(20)
    assert cutter.lost
