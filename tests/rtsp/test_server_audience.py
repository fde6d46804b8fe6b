from hypothesis import given
from hypothesis import strategies as st

from liveedge.rtsp.server_audience import Audience, Backlog, interleave


class Ear:
    """A listener that keeps what it gets."""

    def __init__(self, channels: tuple[int, int] | None = (0, 1)) -> None:
        self.channels = channels
        self.heard: list[bytes] = []

    def send_access_unit(self, frames: bytes, now: float, *, sync: bool) -> None:
        self.heard.append(frames)

    def send_datagrams(self, packets: list[bytes], now: float, *, sync: bool) -> None:
        self.heard += packets

    def send_report(self, packet: bytes) -> None:
        self.heard.append(packet)


def test_frames_are_a_dollar_the_channel_and_the_length() -> None:
    assert interleave([b"abc", b"x" * 300], 4) == (
        b"$\x04\x00\x03abc" + b"$\x04\x01\x2c" + b"x" * 300
    )


def test_all_on_one_channel_get_the_very_same_octets() -> None:
    audience, ears = Audience(), [Ear(), Ear(), Ear((2, 3))]
    for ear in ears:
        audience.add(ear)
    audience.send_access_unit([b"rtp"], 0.0, sync=True)
    assert ears[0].heard[0] is ears[1].heard[0]
    assert ears[0].heard == [b"$\x00\x00\x03rtp"]
    assert ears[2].heard == [b"$\x02\x00\x03rtp"]


def test_over_udp_packets_and_reports_go_as_they_are() -> None:
    audience, ear = Audience(), Ear(None)
    audience.add(ear)
    audience.send_access_unit([b"one", b"two"], 0.0, sync=True)
    audience.send_report(b"sr")
    assert ear.heard == [b"one", b"two", b"sr"]


def test_who_left_hears_nothing() -> None:
    audience, ear = Audience(), Ear()
    audience.add(ear)
    audience.add(ear)
    assert len(audience) == 1
    audience.remove(ear)
    audience.remove(ear)
    audience.send_report(b"sr")
    assert not ear.heard
    assert not audience


LIMIT, PATIENCE = 1000, 10.0


def test_a_client_begins_with_a_sync_frame() -> None:
    backlog = Backlog(LIMIT, PATIENCE)
    assert not backlog.admit(0, 0.0, sync=False)
    assert backlog.admit(0, 0.1, sync=True)
    assert backlog.admit(0, 0.2, sync=False)
    assert backlog.skipped == 0


def test_a_slow_client_loses_pictures_up_to_a_sync_frame_after_it_caught_up() -> None:
    backlog = Backlog(LIMIT, PATIENCE)
    assert backlog.admit(0, 0.0, sync=True)
    assert backlog.admit(LIMIT, 0.1, sync=False)
    assert not backlog.admit(LIMIT + 1, 0.2, sync=False)
    assert not backlog.admit(LIMIT + 1, 0.3, sync=True)
    assert not backlog.admit(0, 0.4, sync=False)
    assert backlog.admit(0, 0.5, sync=True)
    assert backlog.skipped == 3


def test_a_client_that_stays_behind_is_hopeless() -> None:
    backlog = Backlog(LIMIT, PATIENCE)
    assert backlog.admit(0, 0.0, sync=True)
    assert not backlog.is_hopeless(1000.0)
    assert not backlog.admit(LIMIT + 1, 5.0, sync=True)
    assert not backlog.is_hopeless(15.0)
    assert backlog.is_hopeless(15.1)
    assert backlog.admit(0, 15.2, sync=True)
    assert not backlog.is_hopeless(1000.0)


@given(st.lists(st.tuples(st.integers(0, 2 * LIMIT), st.booleans()), max_size=60))
def test_no_picture_is_sent_whose_predecessor_was_not(steps: list[tuple[int, bool]]) -> None:
    backlog = Backlog(LIMIT, PATIENCE)
    whole = False
    for now, (unsent, sync) in enumerate(steps):
        admitted = backlog.admit(unsent, float(now), sync=sync)
        if admitted:
            assert sync or whole
            assert unsent <= LIMIT
        whole = admitted
