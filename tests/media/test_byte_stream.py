import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveedge.errors import ProtocolError
from liveedge.media.byte_stream import (
    join_lengths,
    parse_avcc,
    parse_hvcc,
    split_annex_b,
    split_lengths,
)
from liveedge.media.h264 import ParameterSets
from tests.support import encode

NAL = st.binary(min_size=1, max_size=40)


@given(st.lists(NAL, max_size=6))
def test_what_was_joined_is_split_again(nals: list[bytes]) -> None:
    assert split_lengths(join_lengths(nals)) == nals


@given(st.binary(max_size=60), st.sampled_from([1, 2, 4]))
def test_any_sample_is_split_or_refused(sample: bytes, size: int) -> None:
    try:
        nals = split_lengths(sample, size)
    except ProtocolError:
        return
    assert sum(map(len, nals)) <= len(sample)


def test_lengths_that_do_not_fit_are_refused() -> None:
    assert split_lengths(b"\0\2ab\0\0\0\1c", 2) == [b"ab", b"c"]
    for sample in (b"\0\0\0\5abc", b"\0\0"):
        with pytest.raises(ProtocolError):
            split_lengths(sample)


def test_both_start_codes_are_known() -> None:
    assert split_annex_b(b"\0\0\0\1ab\0\0\1c\0\0\0\1d\0") == [b"ab", b"c", b"d"]


def test_the_record_that_we_write_can_be_read() -> None:
    sets = ParameterSets()
    sets.update(encode().parameter_sets)
    config = sets.config()
    assert config is not None
    _, record = config.record
    assert parse_avcc(record) == (4, list(encode().parameter_sets))
    for end in range(6, len(record) - 4):
        with pytest.raises(ProtocolError):
            parse_avcc(record[:end])


def test_a_record_of_h265_is_read() -> None:
    arrays = b"".join(
        bytes((0x80 | kind, 0, 1, 0, 2)) + nal for kind, nal in ((32, b"vv"), (33, b"ss"))
    )
    record = b"\1" + bytes(20) + b"\xf3" + b"\2" + arrays
    assert parse_hvcc(record) == (4, [b"vv", b"ss"])
    with pytest.raises(ProtocolError):
        parse_hvcc(record[:-1])


@given(st.binary(max_size=60))
def test_any_record_is_read_or_refused(record: bytes) -> None:
    for parse in (parse_avcc, parse_hvcc):
        try:
            size, _ = parse(record)
        except ProtocolError:
            continue
        assert 1 <= size <= 4
