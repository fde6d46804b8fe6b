"""Delivery directives (RFC 8216bis §6.2.5), each half of each clause."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveedge.delivery.hls.blocking import (
    Answer,
    BadDirectivesError,
    Edge,
    Position,
    advance_part_limit,
    answer,
    parse,
)

EDGE = Edge(last_msn=100, last_parts=5, open_parts=2, part_target=105)
"""Segments to 100 are complete, 100 has parts 0 to 4; of 101 there are parts 0 and 1."""


def at(msn: int, part: int | None = None, edge: Edge = EDGE) -> Answer:
    return answer(Position(msn, part), edge)


# --- reading


def test_6_2_5_2_msn_alone_and_with_part() -> None:
    assert parse(b"_HLS_msn=12") == Position(12, None)
    assert parse(b"_HLS_msn=12&_HLS_part=0") == Position(12, 0)
    assert parse(b"_HLS_part=3&_HLS_msn=12") == Position(12, 3)


def test_a_query_without_directives_asks_for_nothing() -> None:
    assert parse(b"") is None
    assert parse(b"token=abc&x_HLS_msn=4") is None


def test_6_2_5_other_parameters_and_unknown_directives_are_ignored() -> None:
    assert parse(b"a=b&_HLS_msn=7&_HLS_future=1&_HLS_part=1&c") == Position(7, 1)


@pytest.mark.parametrize("value", [b"YES", b"v2", b"nonsense", b""])
def test_6_2_5_1_skip_is_ignored_where_it_is_not_offered(value: bytes) -> None:
    assert parse(b"_HLS_skip=" + value) is None
    assert parse(b"_HLS_msn=7&_HLS_skip=" + value) == Position(7, None)


def test_6_2_5_2_part_without_msn_is_a_bad_request() -> None:
    with pytest.raises(BadDirectivesError):
        parse(b"_HLS_part=3")


@pytest.mark.parametrize(
    "query",
    [
        b"_HLS_msn=",
        b"_HLS_msn=-1",
        b"_HLS_msn=+1",
        b"_HLS_msn=1.5",
        b"_HLS_msn=0x10",
        b"_HLS_msn=1e3",
        b"_HLS_msn=%31",
        b"_HLS_msn= 1",
        b"_HLS_msn=" + "\u0661".encode(),
        b"_HLS_msn=1&_HLS_part=",
        b"_HLS_msn=1&_HLS_part=x",
        b"_HLS_msn=1&_HLS_msn=2",
        b"_HLS_msn=" + b"9" * 16,
        b"_HLS_msn=" + b"9" * 5000,
        b"a=" + b"b" * 2000,
    ],
)
def test_malformed_directives_are_a_bad_request(query: bytes) -> None:
    with pytest.raises(BadDirectivesError):
        parse(query)


@given(st.binary(max_size=1100))
def test_whatever_comes_is_read_or_refused(query: bytes) -> None:
    try:
        position = parse(query)
    except BadDirectivesError:
        return
    assert position is None or 0 <= position.msn < 10**15


# --- answering


def test_6_2_5_2_a_segment_is_waited_for_until_it_is_complete() -> None:
    assert at(100) is Answer.DELIVER
    assert at(101) is Answer.WAIT
    assert at(102) is Answer.WAIT


def test_6_2_5_2_a_part_is_waited_for_until_it_is_listed() -> None:
    assert at(101, 1) is Answer.DELIVER
    assert at(101, 2) is Answer.WAIT
    assert at(102, 0) is Answer.WAIT


def test_6_2_5_2_a_part_of_a_complete_segment_is_there() -> None:
    assert at(100, 4) is Answer.DELIVER
    assert at(99, 400) is Answer.DELIVER


def test_6_2_5_2_a_part_beyond_the_final_one_is_part_0_of_the_next_segment() -> None:
    assert at(100, 5) is Answer.DELIVER
    nothing_open = Edge(last_msn=100, last_parts=5, open_parts=0, part_target=105)
    assert at(100, 5, nothing_open) is Answer.WAIT
    assert at(100, 10**9, nothing_open) is Answer.WAIT
    assert at(100, 4, nothing_open) is Answer.DELIVER


def test_a_gap_without_parts_answers_who_waits_for_its_first_part() -> None:
    after_gap = Edge(last_msn=100, last_parts=0, open_parts=0, part_target=105)
    assert at(100, 0, after_gap) is Answer.DELIVER
    assert at(101, 0, after_gap) is Answer.WAIT


def test_6_2_5_2_what_has_left_the_playlist_is_no_reason_to_wait() -> None:
    assert at(0) is Answer.DELIVER
    assert at(3, 2) is Answer.DELIVER


def test_6_2_5_2_a_segment_too_far_ahead_is_refused() -> None:
    assert at(102) is Answer.WAIT
    assert at(103) is Answer.REFUSE
    assert at(103, 0) is Answer.REFUSE
    assert at(10**14) is Answer.REFUSE


def test_6_2_5_2_a_part_too_far_ahead_is_refused() -> None:
    limit = advance_part_limit(105)
    assert at(101, 1 + limit) is Answer.WAIT
    assert at(101, 2 + limit) is Answer.REFUSE
    assert at(102, limit - 1) is Answer.WAIT
    assert at(102, limit) is Answer.REFUSE


@pytest.mark.parametrize(
    ("part_target", "limit"), [(105, 28), (100, 30), (500, 6), (999, 3), (1000, 3), (4000, 3)]
)
def test_6_2_5_2_the_advance_part_limit(part_target: int, limit: int) -> None:
    assert advance_part_limit(part_target) == limit


@given(st.integers(90, 110), st.one_of(st.none(), st.integers(0, 40)))
def test_an_answer_once_given_stays_given(msn: int, part: int | None) -> None:
    """A playlist that only grows never takes back what it had."""
    edges = [
        Edge(last, 5, parts, 105) for last in range(98, 104) for parts in (range(5) if last else ())
    ]
    answers = [at(msn, part, edge) for edge in edges]
    order = [Answer.REFUSE, Answer.WAIT, Answer.DELIVER]
    assert answers == sorted(answers, key=order.index)
