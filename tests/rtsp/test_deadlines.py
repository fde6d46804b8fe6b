import pytest

from liveedge.errors import Reason, SourceError
from liveedge.rtsp.deadlines import Progress, Timeouts, check_progress

TIMEOUTS = Timeouts(stall=3.0, first_frame=10.0)


@pytest.mark.parametrize(
    ("completed", "emitted", "now", "left"),
    [
        (None, None, 100.0, 10.0),
        (None, None, 109.0, 1.0),
        (105.0, 105.0, 106.0, 2.0),
        (108.0, None, 108.5, 1.5),
        (200.0, 192.0, 200.0, 2.0),
    ],
)
def test_the_next_look_is_when_the_first_limit_is_reached(
    completed: float | None, emitted: float | None, now: float, left: float
) -> None:
    assert check_progress(Progress(100.0, completed, emitted), TIMEOUTS, now) == left


@pytest.mark.parametrize(
    ("completed", "emitted", "now", "reason", "says"),
    [
        (None, None, 110.0, Reason.TIMEOUT, "no picture in 10 s"),
        (104.0, 104.0, 107.0, Reason.STALLED, "no picture has come for 3 s"),
        (104.0, None, 107.0, Reason.STALLED, "no picture has come for 3 s"),
        (110.0, None, 110.0, Reason.TIMEOUT, "no keyframe in 10 s"),
        (200.0, 190.0, 200.0, Reason.STALLED, "no keyframe in 10 s"),
    ],
)
def test_video_that_has_stopped_is_said(
    completed: float | None, emitted: float | None, now: float, reason: Reason, says: str
) -> None:
    with pytest.raises(SourceError) as caught:
        check_progress(Progress(100.0, completed, emitted), TIMEOUTS, now)
    assert caught.value.reason is reason
    assert says in str(caught.value)


def test_waiting_for_a_keyframe_is_never_shorter_than_a_stall() -> None:
    slow = Timeouts(stall=60.0, first_frame=10.0)
    assert check_progress(Progress(0.0, 30.0, 30.0), slow, 50.0) == 40.0
