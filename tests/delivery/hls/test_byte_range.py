"""Range requests (RFC 9110 §14)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveedge.delivery.hls.byte_range import cut, parse


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        (b"bytes=0-0", range(1)),
        (b"bytes=2-4", range(2, 5)),
        (b"bytes=2-", range(2, 10)),
        (b"bytes=-3", range(7, 10)),
        (b"bytes=-30", range(10)),
        (b"bytes=8-99", range(8, 10)),
        (b" bytes=2-4 ", range(2, 5)),
    ],
)
def test_14_1_2_ranges(header: bytes, wanted: range) -> None:
    assert parse(header, 10) == wanted


@pytest.mark.parametrize("header", [b"bytes=10-", b"bytes=10-12", b"bytes=-0"])
def test_14_1_2_what_is_beyond_the_end_is_empty(header: bytes) -> None:
    assert parse(header, 10) is not None
    assert not parse(header, 10)


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"bytes",
        b"bytes=",
        b"bytes=-",
        b"bytes=4-2",
        b"bytes=a-b",
        b"bytes=0-1,3-4",
        b"items=0-1",
        b"bytes=0-1x",
        b"bytes=" + b"9" * 16 + b"-",
    ],
)
def test_14_2_what_is_not_understood_is_ignored(header: bytes) -> None:
    assert parse(header, 10) is None


@given(st.lists(st.binary(max_size=9), max_size=6), st.integers(0, 60), st.integers(0, 60))
def test_pieces_are_cut_as_one_body(pieces: list[bytes], begin: int, end: int) -> None:
    found = cut([memoryview(piece) for piece in pieces], range(begin, end))
    assert b"".join(found) == b"".join(pieces)[begin:end]
