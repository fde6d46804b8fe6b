import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveedge.media.sei import has_recovery_point

RECOVERY = b"\x06\x01\xc4"
USER_DATA = b"\x05\xff\x01" + bytes(range(1, 256)) + b"\x06"


@pytest.mark.parametrize(
    ("messages", "found"),
    [
        (RECOVERY, True),
        (USER_DATA + RECOVERY, True),
        (USER_DATA, False),
        (b"\x01\x03\x00\x00\x03\x01" + RECOVERY, True),
        (b"\xff\x07\x01\x00", False),
        (b"", False),
        (b"\x06", False),
    ],
)
def test_a_recovery_point_is_found_among_other_messages(messages: bytes, found: bool) -> None:
    assert has_recovery_point(b"\x06" + messages + b"\x80") is found


@given(st.binary(max_size=600))
def test_anything_may_come(messages: bytes) -> None:
    assert has_recovery_point(b"\x06" + messages) in {True, False}
