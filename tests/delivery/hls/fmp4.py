"""A second opinion on fragmented MP4: what ISO/IEC 14496-12 says, read without our own writer."""

from collections.abc import Iterator
from dataclasses import dataclass
from struct import unpack_from


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample of a fragment."""

    decode_time: int
    duration: int
    size: int
    sync: bool


def boxes(data: bytes, begin: int = 0, end: int | None = None) -> Iterator[tuple[bytes, int, int]]:
    """Type, first byte and end of each box's payload."""
    end = len(data) if end is None else end
    while begin < end:
        size, kind = unpack_from(">I4s", data, begin)
        assert 8 <= size <= end - begin, f"a {kind!r} box does not end"
        yield kind, begin + 8, begin + size
        begin += size


def samples(data: bytes) -> list[Sample]:
    """All samples of a media segment, whose boxes must be `moof` and `mdat` in turn."""
    found: list[Sample] = []
    kinds = [kind for kind, _, _ in boxes(data)]
    assert kinds == [b"moof", b"mdat"] * (len(kinds) // 2)
    for kind, begin, end in boxes(data):
        if kind == b"moof":
            fragment = [
                sample
                for inner, first, last in boxes(data, begin, end)
                if inner == b"traf"
                for sample in _track_fragment(data, first, last)
            ]
            found += fragment
        else:
            assert end - begin == sum(sample.size for sample in fragment)
    return found


def _track_fragment(data: bytes, begin: int, end: int) -> Iterator[Sample]:
    parts = {kind: first for kind, first, _ in boxes(data, begin, end)}
    assert unpack_from(">I", data, parts[b"tfhd"])[0] == 0x020000, "default-base-is-moof alone"
    assert data[parts[b"tfdt"]] == 1
    decode_time = unpack_from(">Q", data, parts[b"tfdt"] + 4)[0]
    flags, count = unpack_from(">II", data, parts[b"trun"])
    assert flags == 0x01000F01
    for index in range(count):
        duration, size, sample_flags = unpack_from(">III", data, parts[b"trun"] + 12 + 16 * index)
        yield Sample(decode_time, duration, size, not sample_flags & 0x00010000)
        decode_time += duration


def find(data: bytes, *path: bytes) -> tuple[int, int] | None:
    """First byte and end of the payload of the first box on a path like `moov`, `mvhd`."""
    begin, end = 0, len(data)
    for wanted in path:
        inner = [(first, last) for kind, first, last in boxes(data, begin, end) if kind == wanted]
        if not inner:
            return None
        begin, end = inner[0]
    return begin, end
