from hypothesis import given
from hypothesis import strategies as st

from liveedge.ingest.capture import CaptureClock

NOW = 1_700_000_000_000_000


def test_without_a_report_a_picture_is_as_old_as_its_arrival() -> None:
    assert CaptureClock().capture(0, NOW) == (NOW, False)


def test_a_plausible_report_gives_the_capture_time() -> None:
    clock = CaptureClock()
    clock.sender_report(NOW - 30_000, 0)
    assert clock.capture(0, NOW) == (NOW - 30_000, True)
    assert clock.capture(900, NOW + 11_000) == (NOW - 20_000, True)


def test_a_report_after_the_first_pictures_counts_from_then_on() -> None:
    clock = CaptureClock()
    assert clock.capture(0, NOW) == (NOW, False)
    clock.sender_report(NOW - 5_000, 0)
    assert clock.capture(9000, NOW + 100_000) == (NOW + 95_000, True)


def test_a_camera_whose_clock_is_wrong_is_not_believed() -> None:
    for error in (3_600_000_000, -60_000_000):
        clock = CaptureClock()
        clock.capture(0, NOW)
        clock.sender_report(NOW + error, 0)
        assert clock.capture(3000, NOW + 33_000) == (NOW + 33_000, False)


def test_a_stall_does_not_take_belief_away() -> None:
    clock = CaptureClock()
    clock.sender_report(NOW, 0)
    clock.capture(0, NOW + 10_000)
    assert clock.capture(3000, NOW + 9_000_000) == (NOW + 33_333, True)


def test_rtp_time_that_jumps_ahead_is_not_believed_before_the_next_report() -> None:
    clock = CaptureClock()
    clock.sender_report(NOW, 0)
    assert clock.capture(0, NOW + 10_000) == (NOW, True)
    jumped = 3600 * 90_000
    assert clock.capture(jumped, NOW + 43_000) == (NOW + 43_000, False)
    clock.sender_report(NOW + 1_000_000, jumped + 90_000)
    assert clock.capture(jumped + 90_000, NOW + 1_010_000) == (NOW + 1_000_000, True)


def test_rtp_time_wraps() -> None:
    clock = CaptureClock()
    clock.sender_report(NOW, 2**32 - 90_000)
    assert clock.capture(0, NOW + 1_000_500) == (NOW + 1_000_000, True)


def test_a_new_session_forgets() -> None:
    clock = CaptureClock()
    clock.sender_report(NOW, 0)
    clock.restart()
    assert clock.capture(0, NOW) == (NOW, False)


@given(st.integers(0, 2**63), st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_whatever_the_report_capture_is_believable(unix_us: int, report: int, rtp: int) -> None:
    clock = CaptureClock()
    clock.sender_report(unix_us, report)
    captured, from_camera = clock.capture(rtp, NOW)
    assert -100_000 <= NOW - captured <= 5_000_000
    assert from_camera or captured == NOW
