from hypothesis import given
from hypothesis import strategies as st

from liveedge.media.chunk import Chunk
from liveedge.media.epoch import Epoch, make_epoch
from liveedge.media.h264 import ParameterSets
from liveedge.window.cursor import Cursor
from liveedge.window.window import Window
from tests.support import encode


def epoch(number: int = 0) -> Epoch:
    sets = ParameterSets()
    sets.update(encode().parameter_sets)
    config = sets.config()
    assert config is not None
    return make_epoch(number, 1, config)


EPOCH = epoch()


def chunk(sequence: int, *, gop: int = 15, step: int = 3000, size: int = 100) -> Chunk:
    return Chunk(
        sequence=sequence,
        epoch=0,
        decode_time=sequence * step,
        duration=step,
        sync=sequence % gop == 0,
        gap=False,
        arrival=sequence * step / 90_000,
        capture_us=0,
        message=bytes(size),
    )


def filled(count: int, *, gop: int = 15, size: int = 100, max_bytes: int = 10**7) -> Window:
    window = Window(max_bytes)
    for sequence in range(count):
        window.add(chunk(sequence, gop=gop, size=size), EPOCH)
    return window


def test_keeps_two_seconds_and_all_since_the_newest_sync_frame() -> None:
    window = filled(600, gop=15)
    assert 60 <= window.next_sequence - window.first_sequence <= 62
    window = filled(600, gop=300)
    assert window.first_sequence <= 300
    window = filled(590, gop=300)
    assert window.first_sequence == 300


def test_what_it_holds_is_bounded_even_without_sync_frames() -> None:
    window = Window(max_bytes=10_000)
    for sequence in range(1, 500):
        window.add(chunk(sequence, gop=10**6, size=1000), EPOCH)
        assert window.size <= 10_000
    assert window.sync_sequence is None
    window.add(chunk(0, size=50_000), EPOCH)
    assert window.size == 50_000, "the newest picture stays, whatever its size"


def test_a_sync_frame_that_had_to_go_is_not_offered() -> None:
    window = Window(max_bytes=5_000)
    for sequence in range(20):
        window.add(chunk(sequence, gop=1000, size=1000), EPOCH)
    assert window.sync_sequence is None
    assert Cursor(window).take() is None


def test_listeners_hear_each_chunk_until_they_stop() -> None:
    window = Window()
    heard: list[int] = []
    stop = window.listen(lambda chunk: heard.append(chunk.sequence))
    window.add(chunk(0), EPOCH)
    stop()
    stop()
    window.add(chunk(1), EPOCH)
    assert heard == [0]


def test_an_epoch_is_known_as_long_as_its_chunks() -> None:
    window = Window()
    first = chunk(0)
    window.add(first, EPOCH)
    second = epoch(1)
    for sequence in range(1, 200):
        later = chunk(sequence)
        later.epoch = 1
        window.add(later, second)
        if sequence == 1:
            assert window.epoch_of(first) is EPOCH
    assert window.epoch_of(first) is None
    assert window.epoch is second


def test_a_cursor_begins_at_the_newest_sync_frame_and_reads_in_order() -> None:
    window = filled(20)
    cursor = Cursor(window)
    taken = [c.sequence for c in iter(cursor.take, None)]
    assert taken == [15, 16, 17, 18, 19]
    window.add(chunk(20), EPOCH)
    following = cursor.take()
    assert following is not None
    assert following.sequence == 20
    assert cursor.skipped == 0


def test_a_cursor_in_an_empty_window_waits() -> None:
    window = Window()
    cursor = Cursor(window)
    assert cursor.take() is None
    window.add(chunk(0), EPOCH)
    assert cursor.take() is not None


def test_a_little_behind_is_read_in_order() -> None:
    window = filled(10)
    cursor = Cursor(window)
    cursor.take()
    for sequence in range(10, 30):
        window.add(chunk(sequence), EPOCH)
    following = cursor.take()
    assert following is not None
    assert following.sequence == 1


def test_far_behind_goes_to_the_newest_sync_frame_and_counts() -> None:
    window = filled(10)
    cursor = Cursor(window)
    assert [c.sequence for c in iter(cursor.take, None)] == list(range(10))
    for sequence in range(10, 400):
        window.add(chunk(sequence), EPOCH)
    following = cursor.take()
    assert following is not None
    assert following.sequence == 390
    assert cursor.skipped == 380


def test_a_second_behind_goes_there_too_although_its_place_is_still_kept() -> None:
    window = filled(10)
    cursor = Cursor(window)
    assert [c.sequence for c in iter(cursor.take, None)] == list(range(10))
    for sequence in range(10, 55):
        window.add(chunk(sequence), EPOCH)
    assert window.get(10) is not None
    following = cursor.take()
    assert following is not None
    assert following.sequence == 45
    assert cursor.skipped == 35


def test_far_behind_within_the_only_gop_goes_on_in_order() -> None:
    window = filled(2, gop=300)
    cursor = Cursor(window)
    cursor.take()
    for sequence in range(2, 250):
        window.add(chunk(sequence, gop=300), EPOCH)
    following = cursor.take()
    assert following is not None
    assert following.sequence == 1


@given(
    st.lists(st.one_of(st.integers(1, 200), st.none()), min_size=1, max_size=60),
    st.integers(1, 80),
    st.integers(2_000, 60_000),
)
def test_a_cursor_always_goes_forward_and_only_jumps_to_sync_frames(
    script: list[int | None], gop: int, max_bytes: int
) -> None:
    window = Window(max_bytes)
    cursor = Cursor(window)
    added, last = 0, -1
    for step in script:
        if step is None:
            taken = cursor.take()
            if taken is None:
                continue
            assert taken.sequence > last
            assert taken.sync or taken.sequence == last + 1
            last = taken.sequence
        else:
            for _ in range(step):
                window.add(chunk(added, gop=gop, size=500), EPOCH)
                added += 1


def test_a_moment_of_arrival_has_a_media_time() -> None:
    window = Window()
    assert window.media_time_at(5.0) is None
    window.add(chunk(0), EPOCH)
    newest = window.newest
    assert newest is not None
    moment = newest.arrival + 1.5
    assert window.media_time_at(moment) == newest.decode_time + 135_000
    assert window.media_time_at(newest.arrival - 1e6) == 0
