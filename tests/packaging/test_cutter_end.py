"""Streams that end for now, and begin anew."""

from liveedge.window.segment import Targets
from tests.delivery.hls.camera import Camera

SECOND = 90_000


def test_a_stream_that_has_ended_lists_nothing_until_it_begins_anew() -> None:
    camera = Camera()
    camera.gops(5)
    before = camera.segments.next_msn
    camera.cutter.end()
    assert (camera.segments.segments, camera.segments.size) == ([], 0)
    camera.wait(100 * SECOND)
    camera.gops(2)
    listed = camera.segments.listed
    assert [segment.msn for segment in listed] == [before]
    assert listed[0].discontinuity
    assert listed[0].start > 100 * SECOND


def test_what_ended_before_anything_was_promised_is_measured_anew() -> None:
    camera = Camera()
    camera.gop(3)
    camera.cutter.end()
    camera.gops(2)
    camera.picture(sync=True)
    assert camera.segments.targets == Targets(duration=1, part=105)
    assert not camera.segments.listed[0].discontinuity
