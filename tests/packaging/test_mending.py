"""What a decoder makes of pictures behind a loss: libavcodec, as strict as it is in Chromium."""

import random
from fractions import Fraction

import av
import pytest
from av.video.codeccontext import VideoCodecContext

from liveedge.media.access_unit import AccessUnit
from liveedge.media.byte_stream import split_annex_b, split_lengths
from liveedge.media.chunk import FLAG_DAMAGED, FLAG_GAP, FLAG_SYNC, HEADER, Chunk
from liveedge.packaging.packager import Packager

GOP = 10
FRAMES = 60
BASE = "bframes=0:scenecut=0:keyint=10:min-keyint=10"


def encode(parameters: str) -> list[AccessUnit]:
    context = av.CodecContext.create("libx264", "w")
    assert isinstance(context, VideoCodecContext)
    context.width, context.height, context.pix_fmt = 160, 96, "yuv420p"
    context.time_base = Fraction(1, 30)
    context.thread_count = 1
    context.options = {"preset": "ultrafast", "tune": "zerolatency"}
    context.options["x264-params"] = f"{BASE}:{parameters}"
    noise = random.Random(7)
    units = []
    for index in range(FRAMES):
        frame = av.VideoFrame(160, 96, "yuv420p")
        for plane in frame.planes:
            plane.update(noise.randbytes(plane.buffer_size))
        frame.pts = index
        for packet in context.encode(frame):
            nals = split_annex_b(bytes(packet))
            sets = tuple(nal for nal in nals if nal[0] & 31 in (7, 8))
            slices = [nal for nal in nals if nal[0] & 31 in (1, 5)]
            units.append(AccessUnit(slices, index * 3000, bool(sets), 0.0, sets))
    return units


def lossy(units: list[AccessUnit], lost: set[int]) -> list[AccessUnit]:
    """What a depacketizer emits that shows damage."""
    arrived, waiting, hole = [], False, False
    for index, unit in enumerate(units):
        if index in lost:
            waiting = hole = True
            continue
        unit.damaged = waiting and not unit.sync
        unit.gap = hole if unit.damaged else waiting
        waiting, hole = unit.damaged, False
        arrived.append(unit)
    return arrived


def packaged(units: list[AccessUnit]) -> tuple[Packager, list[Chunk]]:
    packager = Packager(1)
    chunks = [
        packager.add(
            unit,
            unit.rtp_time,
            gap=unit.gap and not unit.damaged,
            capture_us=0,
            arrival_us=0,
            camera_clock=False,
        )
        for unit in units
    ]
    return packager, [chunk for chunk in chunks if chunk]


def shown(packager: Packager, chunks: list[Chunk]) -> list[int]:
    """Numbers of the pictures that come out of a decoder; raises what it raises."""
    assert packager.epoch is not None
    context = av.CodecContext.create("h264", "r")
    assert isinstance(context, VideoCodecContext)
    context.extradata = packager.epoch.config.record[1]
    context.options = {"err_detect": "explode"}
    context.flags |= av.codec.context.Flags.low_delay
    pictures = []
    for chunk in chunks:
        moof = int.from_bytes(chunk.payload[:4], "big")
        packet = av.Packet(bytes(chunk.payload[moof + 8 :]))
        packet.pts = chunk.decode_time
        pictures += context.decode(packet)
    return [(frame.pts or 0) // 3000 for frame in pictures]


CASES = {
    "a picture": {13},
    "pictures in a row": {13, 14, 15},
    "a keyframe": {20},
    "a keyframe and what is around it": {19, 20, 21},
    "here and there": {3, 5, 6, 20, 24, 30, 31, 38},
    "more than a whole group": set(range(15, 28)),
}


@pytest.mark.parametrize("slices", [1, 3])
@pytest.mark.parametrize("lost", CASES.values(), ids=CASES)
def test_all_that_arrives_is_shown_and_nothing_is_an_error(lost: set[int], slices: int) -> None:
    packager, chunks = packaged(lossy(encode(f"slices={slices}"), lost))
    assert shown(packager, chunks) == [n for n in range(FRAMES) if n not in lost]


@pytest.mark.parametrize("parameters", ["ref=3:mixed-refs=1", "cabac=1:weightp=2:8x8dct=1"])
def test_the_ways_of_encoders_make_no_difference(parameters: str) -> None:
    lost = CASES["here and there"]
    packager, chunks = packaged(lossy(encode(parameters), lost))
    assert shown(packager, chunks) == [n for n in range(FRAMES) if n not in lost]


def test_without_mending_a_lost_keyframe_takes_the_pictures_behind_it_along() -> None:
    """Else there would be nothing to do."""
    units = encode("slices=1")
    del units[20]
    packager, chunks = packaged(units)
    assert shown(packager, chunks) == [*range(20), *range(29, FRAMES)]


def flags(chunk: Chunk) -> int:
    return int(HEADER.unpack_from(chunk.message)[1])


def test_damage_is_announced_up_to_the_next_sync_frame() -> None:
    _, chunks = packaged(lossy(encode("slices=1"), {13}))
    damaged = [chunk.decode_time // 3000 for chunk in chunks if chunk.damaged]
    assert damaged == list(range(14, 20))
    assert {flags(chunk) for chunk in chunks[13:19]} == {FLAG_DAMAGED}
    assert [flags(chunk) for chunk in chunks[18:21]] == [FLAG_DAMAGED, FLAG_SYNC | FLAG_GAP, 0]


def test_pictures_are_as_they_came_where_nothing_is_lost() -> None:
    units = encode("slices=2")
    sent = [unit.nals for unit in units]
    _, chunks = packaged(lossy(units, {13}))
    by_number = {chunk.decode_time // 3000: chunk for chunk in chunks}
    for number in (*range(13), *range(20, FRAMES)):
        payload = by_number[number].payload
        moof = int.from_bytes(payload[:4], "big")
        assert split_lengths(bytes(payload[moof + 8 :])) == sent[number]


@pytest.mark.parametrize("parameters", ["tff=1", "bframes=2"], ids=["interlaced", "B pictures"])
def test_what_cannot_be_mended_waits_for_the_next_keyframe(parameters: str) -> None:
    units = encode("slices=1")
    others = encode(parameters)
    assert others[0].parameter_sets != units[0].parameter_sets
    for unit in units:
        unit.parameter_sets = others[0].parameter_sets if unit.sync else ()
    _, chunks = packaged(lossy(units, {13}))
    numbers = [chunk.decode_time // 3000 for chunk in chunks]
    assert numbers == [*range(13), *range(20, FRAMES)]
    assert not any(chunk.damaged for chunk in chunks)
    assert flags(chunks[13]) == FLAG_SYNC | FLAG_GAP
