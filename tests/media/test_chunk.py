import struct

from hypothesis import given
from hypothesis import strategies as st

from liveedge.media.bmff import box, full_box, init_segment
from liveedge.media.chunk import FLAG_SYNC, HEADER, KIND_CHUNK, KIND_INIT, frame_chunk
from liveedge.media.epoch import make_epoch
from liveedge.media.h264 import H264Config, ParameterSets
from tests.support import encode


def config() -> H264Config:
    sets = ParameterSets()
    sets.update(encode().parameter_sets)
    made = sets.config()
    assert made is not None
    return made


def boxes(data: bytes) -> dict[str, bytes]:
    """The boxes in a row, by type."""
    found = {}
    while data:
        size, kind = struct.unpack_from(">I4s", data)
        assert 8 <= size <= len(data)
        found[kind.decode()] = data[8:size]
        data = data[size:]
    return found


def test_box_and_full_box() -> None:
    assert box(b"free", b"ab", b"c") == b"\x00\x00\x00\x0bfreeabc"
    assert full_box(b"vmhd", 1, 2) == b"\x00\x00\x00\x0cvmhd\x01\x00\x00\x02"


def test_init_segment_says_live() -> None:
    top = boxes(init_segment(config()))
    assert list(top) == ["ftyp", "moov"]
    moov = boxes(top["moov"])
    assert "mehd" not in boxes(moov["mvex"])
    assert moov["mvhd"][16:20] == bytes(4), "a duration would make it a recording"


def test_avc_configuration_carries_the_parameter_sets() -> None:
    made = config()
    kind, record = made.record
    assert kind == b"avcC"
    assert record[:4] == b"\x01" + made.sps[0][1:4]
    assert record[4] & 3 == 3
    assert made.sps[0] in record
    assert record.endswith(made.pps[0]) or made.parameters.profile in (100, 110, 122, 144)


def test_epoch_message_is_header_and_init() -> None:
    epoch = make_epoch(3, 7, config())
    kind, _, stream, number, *_ = HEADER.unpack_from(epoch.message)
    assert (kind, stream, number) == (KIND_INIT, 7, 3)
    assert epoch.message[HEADER.size :] == epoch.init


@given(
    nals=st.lists(st.binary(min_size=1, max_size=300), min_size=1, max_size=5),
    stream=st.integers(0, 0xFFFF),
    epoch=st.integers(0, 0xFFFFFFFF),
    sequence=st.integers(0, 2**40),
    decode_time=st.integers(0, 2**50),
    offset=st.integers(-(2**31), 2**31 - 1),
    duration=st.integers(1, 2**31 - 1),
    sync=st.booleans(),
)
def test_chunk_layout(
    nals: list[bytes],
    stream: int,
    epoch: int,
    sequence: int,
    decode_time: int,
    offset: int,
    duration: int,
    sync: bool,
) -> None:
    message = frame_chunk(
        nals,
        stream=stream,
        epoch=epoch,
        sequence=sequence,
        flags=FLAG_SYNC if sync else 0,
        decode_time=decode_time,
        composition_offset=offset,
        duration=duration,
        sample_duration=2 * duration,
        capture_us=1_700_000_000_000_000,
        arrival_delay_us=-5,
    )
    assert HEADER.unpack_from(message) == (
        KIND_CHUNK,
        int(sync),
        stream,
        epoch,
        sequence & 0xFFFFFFFF,
        duration,
        decode_time,
        1_700_000_000_000_000,
        -5,
        offset,
    )
    payload = message[HEADER.size :]
    top = boxes(payload)
    assert list(top) == ["moof", "mdat"]
    sample = b"".join(len(nal).to_bytes(4, "big") + nal for nal in nals)
    assert top["mdat"] == sample
    traf = boxes(boxes(top["moof"])["traf"])
    assert struct.unpack(">IQ", traf["tfdt"]) == (1 << 24, decode_time)
    _, count, data_offset, boxed, size, flags, composition = struct.unpack(">IIiIIIi", traf["trun"])
    assert (count, boxed, size, composition) == (1, 2 * duration, len(sample), offset)
    assert payload[data_offset : data_offset + size] == sample
    assert (flags == 0x02000000) == sync
