"""Sound without holes."""

from hypothesis import given
from hypothesis import strategies as st

from liveedge.media.audio_epoch import make_audio_epoch
from liveedge.media.chunk import Chunk
from liveedge.packaging.unbroken import LATE, LONGEST_FILL, MOST_AHEAD, MOST_LAG, Unbroken
from tests.delivery.hls.fmp4 import samples
from tests.delivery.hls.microphone import AAC, UNIT

EPOCH = make_audio_epoch(0, 1, AAC)


def unit(decode_time: int) -> Chunk:
    return Chunk(0, 0, decode_time, UNIT, True, False, 5.0, 0, b"heard")


def begun(at: int = 0) -> Unbroken:
    return Unbroken(EPOCH, UNIT, at)


def test_units_in_a_row_are_left_alone() -> None:
    sound = begun()
    assert [sound.place(unit(n * UNIT), n * UNIT)[0].decode_time for n in range(3)] == [
        0,
        UNIT,
        2 * UNIT,
    ]


def test_a_hole_is_silence_that_a_decoder_takes_for_whole_units() -> None:
    sound = begun()
    placed = sound.place(unit(3 * UNIT), 4 * UNIT)
    assert [chunk.decode_time for chunk in placed] == [0, UNIT, 2 * UNIT, 3 * UNIT]
    (silence,) = samples(bytes(placed[1].payload))
    assert (silence.decode_time, silence.duration, silence.sync) == (UNIT, UNIT, True)


def test_what_comes_a_little_beside_its_place_is_not_a_hole() -> None:
    sound = begun(1000)
    assert len(sound.place(unit(1000 + UNIT // 3), 0)) == 1
    assert len(sound.place(unit(1000 + UNIT + UNIT // 3 - UNIT // 2), 0)) == 1


def test_a_place_that_is_taken_stays_so() -> None:
    sound = begun()
    sound.go_on(LATE + 10 * UNIT, 1.0)
    assert sound.place(unit(4 * UNIT), 11 * UNIT) == []


def test_sound_far_ahead_is_let_go() -> None:
    assert begun().place(unit(MOST_AHEAD), 0) == []


def test_a_long_absence_is_not_filled() -> None:
    placed = begun().place(unit(2 * LONGEST_FILL), 2 * LONGEST_FILL)
    assert [chunk.decode_time for chunk in placed] == [2 * LONGEST_FILL]


def test_what_is_late_as_usual_is_waited_for() -> None:
    sound = begun()
    lag = LATE * 2
    sound.place(unit(0), UNIT + lag)
    assert sound.go_on(UNIT + lag + LATE, 1.0) == []
    assert len(sound.go_on(UNIT + lag + LATE + 1, 1.0)) == 1


def test_a_lag_that_has_gone_is_forgotten() -> None:
    sound = begun()
    sound.place(unit(0), UNIT + MOST_LAG)
    for number in range(1, 3000):
        sound.place(unit(number * UNIT), number * UNIT + UNIT)
    edge = 3000 * UNIT
    assert sound.go_on(edge + 2 * LATE, 1.0)


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("unit"), st.integers(-5 * UNIT, 40 * UNIT)),
            st.tuples(st.just("edge"), st.integers(0, 60 * UNIT)),
            st.tuples(st.just("skip"), st.integers(0, 300 * UNIT)),
        )
    )
)
def test_whatever_comes_times_rise_and_nothing_is_far_ahead(events: list[tuple[str, int]]) -> None:
    sound, edge, newest = begun(), 0, -UNIT
    for kind, amount in events:
        end = sound.end
        placed: list[Chunk] = []
        if kind == "edge":
            edge += amount
            placed = sound.go_on(edge, 1.0)
        elif kind == "skip":
            sound.skip_to(amount)
        else:
            placed = sound.place(unit(max(0, edge + amount)), edge)
        for chunk in placed:
            assert chunk.decode_time >= newest + UNIT // 2
            newest = chunk.decode_time
            assert newest <= edge + MOST_AHEAD
        assert sound.end >= end
