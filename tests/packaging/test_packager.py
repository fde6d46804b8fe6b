from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from liveedge.errors import ProtocolError
from liveedge.media.access_unit import AccessUnit
from liveedge.media.chunk import FLAG_CAMERA_CLOCK, FLAG_GAP, FLAG_SYNC, HEADER, Chunk
from liveedge.packaging.packager import Packager
from tests.support import access_units, decode, demux, encode

NOW_US = 1_700_000_000_000_000


def add(
    packager: Packager, unit: AccessUnit, media_time: int, *, gap: bool = False
) -> Chunk | None:
    return packager.add(
        unit, media_time, gap=gap, capture_us=NOW_US, arrival_us=NOW_US + 1000, camera_clock=False
    )


def flags(chunk: Chunk) -> int:
    return int(HEADER.unpack_from(chunk.message)[1])


def test_ffmpeg_reads_what_was_packaged() -> None:
    packager = Packager(1)
    units = access_units(encode(frames=12, gop=4))
    chunks = [add(packager, unit, unit.rtp_time) for unit in units]
    assert packager.epoch is not None
    stream = packager.epoch.init + b"".join(chunk.payload for chunk in chunks if chunk)
    assert [(pts, key) for pts, _, _, key in demux(stream)] == [
        (3000 * index, index % 4 == 0) for index in range(12)
    ]
    assert decode(stream) == [(3000 * index, 64, 48) for index in range(12)]


def test_the_duration_is_that_of_the_frame_before() -> None:
    packager = Packager(1)
    units = access_units(encode(frames=4, gop=4))
    times = [0, 3000, 7500, 9000]
    durations = [
        chunk.duration
        for unit, t in zip(units, times, strict=True)
        if (chunk := add(packager, unit, t))
    ]
    assert durations == [3000, 3000, 4500, 1500]


def boxed_duration(chunk: Chunk) -> int:
    trun = bytes(chunk.payload).index(b"trun")
    return int.from_bytes(chunk.payload[trun + 16 : trun + 20], "big")


@given(st.lists(st.integers(-1000, 1000), min_size=1, max_size=60))
def test_a_short_interval_does_not_make_the_next_picture_a_discontinuity(
    jitter: list[int],
) -> None:
    packager = Packager(1)
    unit = access_units(encode())[0]
    before: Chunk | None = None
    for index, late in enumerate(jitter):
        chunk = add(packager, unit, 3000 * index + 1000 + late)
        assert chunk is not None
        if before is not None and index > 3:
            assert chunk.decode_time - before.decode_time <= 2 * boxed_duration(before)
        before = chunk


def test_nothing_comes_before_the_first_sync_frame_with_parameter_sets() -> None:
    packager = Packager(1)
    units = access_units(encode(frames=8, gop=4), in_band=False)
    assert add(packager, units[0], 0) is None
    packager.configure(encode().parameter_sets)
    assert add(packager, units[1], 3000) is None
    assert packager.epoch is None
    assert add(packager, units[4], 12000) is not None


def test_an_access_unit_of_parameter_sets_alone_makes_no_chunk() -> None:
    packager = Packager(1)
    sets = AccessUnit([], 0, False, 1.0, encode().parameter_sets)
    assert add(packager, sets, 0) is None
    assert add(packager, access_units(encode(), in_band=False)[0], 0) is not None


def test_new_parameter_sets_open_an_epoch_at_the_next_sync_frame() -> None:
    packager = Packager(1)
    small = access_units(encode(frames=8, gop=4))
    large = access_units(encode(frames=8, gop=4, size=(128, 96)))
    add(packager, small[0], 0)
    assert packager.epoch is not None
    assert packager.epoch.number == 0
    add(packager, small[4], 12000)
    assert packager.epoch.number == 0, "the same sets again change nothing"
    delta = AccessUnit(small[5].nals, 0, False, 1.0, large[0].parameter_sets)
    chunk = add(packager, delta, 15000)
    assert chunk is not None
    assert chunk.epoch == 0
    chunk = add(packager, large[4], 18000)
    assert chunk is not None
    assert chunk.epoch == 1
    assert packager.epoch.config.parameters.width == 128


def test_ffmpeg_decodes_h265_as_it_was_packaged() -> None:
    packager = Packager(1)
    encoded = encode(frames=12, gop=4, codec="h265")
    packager.configure(encoded.parameter_sets, "h265")
    units = access_units(encoded, in_band=False)
    chunks = [add(packager, unit, unit.rtp_time) for unit in units]
    assert packager.epoch is not None
    assert packager.epoch.codec.startswith("hvc1.1.6.L")
    stream = packager.epoch.init + b"".join(chunk.payload for chunk in chunks if chunk)
    assert decode(stream) == [(3000 * index, 64, 48) for index in range(12)]


def test_a_camera_that_changes_its_codec_opens_an_epoch() -> None:
    packager = Packager(1)
    assert add(packager, access_units(encode())[0], 0) is not None
    packager.configure((), "h265")
    later = access_units(encode(codec="h265"))
    blind = AccessUnit(later[0].nals, 0, True, 1.0)
    assert add(packager, blind, 3000) is None, "the sets of H.264 are of no use"
    chunk = add(packager, later[4], 6000)
    assert chunk is not None
    assert chunk.epoch == 1
    assert packager.epoch is not None
    assert packager.epoch.codec.startswith("hvc1.")
    assert packager.epoch.config.parameters.width == 64


def test_after_a_gap_only_a_sync_frame_goes_on_and_carries_the_flag() -> None:
    packager = Packager(1)
    units = access_units(encode(frames=8, gop=4))
    add(packager, units[0], 0)
    assert add(packager, units[1], 90_000, gap=True) is None
    assert add(packager, units[2], 93_000) is None
    chunk = add(packager, units[4], 99_000)
    assert chunk is not None
    assert chunk.gap
    assert flags(chunk) == FLAG_SYNC | FLAG_GAP
    assert chunk.duration == 3000, "a gap is no duration"
    after = add(packager, units[5], 102_000)
    assert after is not None
    assert not after.gap


def test_flags_and_times_reach_the_header() -> None:
    packager = Packager(9)
    chunk = packager.add(
        access_units(encode())[0],
        500,
        gap=False,
        capture_us=NOW_US,
        arrival_us=NOW_US + 2500,
        camera_clock=True,
    )
    assert chunk is not None
    header = HEADER.unpack_from(chunk.message)
    assert header[1] == FLAG_SYNC | FLAG_CAMERA_CLOCK
    assert header[2] == 9
    assert header[6:9] == (500, NOW_US, 2500)


@given(st.lists(st.integers(-9000, 90_000), min_size=1, max_size=40))
def test_decode_time_rises_and_presentation_time_is_exact(steps: list[int]) -> None:
    packager = Packager(1)
    unit = access_units(encode())[0]
    media_time, last = 0, -1
    for index, step in enumerate([0, *steps]):
        media_time = max(0, media_time + step)
        chunk = add(packager, unit, media_time)
        assert chunk is not None
        assert chunk.sequence == index
        assert chunk.decode_time > last
        assert chunk.duration >= 1
        offset = HEADER.unpack_from(chunk.message)[9]
        assert chunk.decode_time + offset == media_time
        last = chunk.decode_time


@given(st.lists(st.binary(max_size=40), max_size=4), st.booleans())
def test_any_parameter_sets_are_taken_or_refused(sets: list[bytes], sync: bool) -> None:
    packager = Packager(1)
    with suppress(ProtocolError):
        add(packager, AccessUnit([b"\x65abc"], 0, sync, 1.0, tuple(sets)), 0)
