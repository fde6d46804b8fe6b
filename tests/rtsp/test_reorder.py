import random
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from liveedge.rtsp.reorder import MAX_AHEAD, MAX_HELD, MAX_LATE, WAIT, ReorderBuffer
from liveedge.rtsp.rtp import RtpReceiver
from tests.rtsp.test_rtp import Recorder, packet


class Bench:
    """A buffer, and what comes out of it."""

    def __init__(self) -> None:
        self.taken: list[tuple[int, float]] = []
        """Sequence numbers, and when they were handed out."""
        self.buffer = ReorderBuffer(self._take)
        self.now = 1.0

    def _take(self, data: bytes, start: int, end: int, arrival: float) -> None:
        self.taken.append((int.from_bytes(data[start + 2 : start + 4]), arrival))

    def push(self, *sequences: int) -> list[int]:
        """Push packets somewhere in a larger buffer; return all numbers handed out so far."""
        for sequence in sequences:
            data = packet(sequence)
            self.buffer.push(b"##" + data + b"##", 2, 2 + len(data), self.now)
        return self.numbers

    @property
    def numbers(self) -> list[int]:
        return [sequence for sequence, _ in self.taken]


def test_what_comes_in_order_passes_at_once() -> None:
    bench = Bench()
    for sequence in (65534, 65535, 0, 1):
        assert bench.push(sequence)[-1] == sequence
        assert bench.buffer.due is None


def test_what_comes_too_early_waits_for_its_turn() -> None:
    bench = Bench()
    assert bench.push(65534, 0, 1) == [65534]
    assert bench.buffer.due == 1.0 + WAIT
    bench.now = 1.02
    assert bench.push(65535) == [65534, 65535, 0, 1]
    assert bench.buffer.due is None
    assert [at for _, at in bench.taken] == [1.0, 1.02, 1.02, 1.02], "arrivals never go back"


def test_what_does_not_come_in_time_is_given_up() -> None:
    bench = Bench()
    bench.push(1, 3)
    bench.now = 1.04
    bench.push(5)
    bench.buffer.give_up(1.0 + WAIT - 0.001)
    assert bench.numbers == [1]
    bench.buffer.give_up(1.0 + WAIT)
    assert bench.numbers == [1, 3]
    assert bench.buffer.due == 1.04 + WAIT, "the second gap has a time of its own"
    bench.buffer.give_up(2.0)
    assert bench.numbers == [1, 3, 5]
    assert bench.push(6) == [1, 3, 5, 6]


def test_a_packet_that_comes_after_all_is_left_to_the_receiver() -> None:
    bench = Bench()
    bench.push(1, 3)
    bench.buffer.give_up(2.0)
    assert bench.push(2, 4) == [1, 3, 2, 4]


def test_a_second_copy_is_dropped() -> None:
    bench = Bench()
    assert bench.push(1, 3, 3, 2, 4) == [1, 2, 3, 4]
    assert bench.buffer.duplicates == 1


def test_no_more_than_so_many_wait() -> None:
    bench = Bench()
    bench.push(0, *range(2, 2 + MAX_HELD))
    assert bench.numbers == [0]
    bench.push(2 + MAX_HELD)
    assert bench.numbers == [0, *range(2, 3 + MAX_HELD)]
    assert bench.buffer.due is None


def test_another_sequence_does_not_wait() -> None:
    for step in (MAX_AHEAD, -MAX_LATE - 2):
        bench = Bench()
        begin = 1000
        far = begin + 1 + step
        assert bench.push(begin, begin + 2, far, far + 1) == [begin, begin + 2, far, far + 1]


def test_what_is_no_packet_is_left_to_the_receiver() -> None:
    receiver = RtpReceiver(Recorder(), 96, 90000)
    buffer = ReorderBuffer(receiver.push)
    buffer.push(b"abc", 0, 3, 1.0)
    assert receiver.malformed == 1


def test_a_receiver_behind_it_sees_no_gap_where_packets_only_changed_places() -> None:
    recorder = Recorder()
    receiver = RtpReceiver(recorder, 96, 90000)
    buffer = ReorderBuffer(receiver.push)
    for sequence in (10, 12, 11, 14, 13, 15, 15):
        data = packet(sequence)
        buffer.push(data, 0, len(data), 1.0)
    assert "gap" not in recorder.events
    assert len(recorder.events) == 6
    assert (receiver.lost, receiver.duplicates) == (0, 1)


@given(
    st.integers(0, 0xFFFF),
    st.lists(st.sampled_from(["keep", "lose", "double"]), min_size=1, max_size=80),
    st.integers(0, 1 << 30),
)
def test_whatever_the_network_does_the_order_is_kept(
    begin: int, fates: list[str], seed: int
) -> None:
    chance = random.Random(seed)
    sent: list[tuple[float, int]] = [(-1.0, 0)]
    for place, fate in enumerate(fates, 1):
        copies = {"keep": 1, "lose": 0, "double": 2}[fate]
        # A packet is overtaken by at most four.
        sent += [(place + chance.random() * 4, place) for _ in range(copies)]
    kept = [place for _, place in sorted(sent)]
    bench = Bench()
    bench.push(*((begin + place) & 0xFFFF for place in kept))
    bench.buffer.give_up(bench.now + WAIT)
    places = [(number - begin) & 0xFFFF for number in bench.numbers]
    assert bench.buffer.due is None
    first = list(dict.fromkeys(places))
    assert first == sorted(set(kept))
    assert all(later >= earlier - 4 for earlier, later in pairwise(places))
