import av
import pytest
from av.video.codeccontext import VideoCodecContext
from hypothesis import given
from hypothesis import strategies as st

from liveedge.camera.codecs import CODECS, H264, H265, Codec
from liveedge.camera.encoder import Encoder
from liveedge.camera.picture import Picture
from liveedge.camera.plane import planes_of
from liveedge.camera.stamp import read_stamp, stamp_value
from liveedge.errors import ConfigError
from liveedge.media.byte_stream import split_annex_b
from liveedge.media.h264 import parse_sps

FPS, GOP, WALL = 30, 15, 1_700_000_000.0


def encode(encoder: Encoder, pictures: int) -> list[list[bytes]]:
    picture = Picture(encoder.planes, "Test", "note")
    coded = []
    for index in range(pictures):
        picture.draw(WALL + index / FPS, index)
        coded.append(encoder.encode())
    return coded


def kinds(nals: list[bytes]) -> list[int]:
    return [nal[0] & 0x1F for nal in nals]


def test_the_gop_is_constant_and_parameter_sets_are_in_band() -> None:
    encoder = Encoder(640, 360, FPS, GOP, 800)
    coded = encode(encoder, 46)
    for index, nals in enumerate(coded):
        assert kinds(nals) == ([7, 8, 5] if index % GOP == 0 else [1])
        if index % GOP == 0:
            assert tuple(nals[:2]) == encoder.parameter_sets


def test_parameter_sets_say_what_the_pictures_are() -> None:
    sps = parse_sps(Encoder(854, 480, FPS, GOP, 800).parameter_sets[0])
    assert (sps.width, sps.height) == (854, 480)


def test_the_bit_rate_is_what_was_asked_for_and_sync_pictures_are_not_giants() -> None:
    coded = encode(Encoder(640, 360, FPS, GOP, 800), 5 * FPS)[FPS:]
    sizes = [(H264.is_sync(nals), sum(map(len, nals))) for nals in coded]
    total = sum(size for _, size in sizes)
    assert 0.8 * 800 < total * 8 / 4000 < 1.15 * 800
    sync = [size for is_idr, size in sizes if is_idr]
    other = [size for is_idr, size in sizes if not is_idr]
    assert sum(sync) / len(sync) < 6.5 * sum(other) / len(other)


@pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)
def test_a_decoder_reads_the_stamps_of_all_pictures_in_order_and_without_delay(
    codec: Codec,
) -> None:
    decoder = av.CodecContext.create({"h265": "hevc"}.get(codec.name, codec.name), "r")
    assert isinstance(decoder, VideoCodecContext)
    decoder.thread_count = 1
    decoder.flags |= av.codec.context.Flags.low_delay
    for index, nals in enumerate(encode(Encoder(640, 360, FPS, GOP, 300, codec), 40)):
        stream = b"".join(b"\x00\x00\x00\x01" + nal for nal in nals)
        (frame,) = decoder.decode(av.Packet(stream))
        assert read_stamp(planes_of(frame)[0]) == stamp_value(WALL + index / FPS)


def test_the_gop_of_h265_is_constant_and_parameter_sets_are_in_band() -> None:
    encoder = Encoder(640, 360, FPS, GOP, 800, H265)
    for index, nals in enumerate(encode(encoder, 2 * GOP + 1)):
        assert H265.is_sync(nals) == (index % GOP == 0)
        if index % GOP == 0:
            assert tuple(nals[:3]) == encoder.parameter_sets


def test_a_sync_picture_can_be_asked_for() -> None:
    encoder = Encoder(640, 360, FPS, 300, 800)
    encoder.encode()
    assert not H264.is_sync(encoder.encode())
    assert kinds(encoder.encode(sync=True)) == [7, 8, 5]


def test_settings_that_the_encoder_refuses_are_said_in_a_sentence() -> None:
    with pytest.raises(ConfigError, match=r"641x360"):
        Encoder(641, 360, FPS, GOP, 800)


@given(
    st.lists(st.binary(min_size=1, max_size=20).map(lambda b: b"\x41" + b + b"\x80"), max_size=6),
    st.sampled_from([b"\x00\x00\x01", b"\x00\x00\x00\x01"]),
)
def test_nal_units_are_found_between_start_codes(nals: list[bytes], start_code: bytes) -> None:
    nals = [nal.replace(b"\x00", b"\x05") for nal in nals]
    assert split_annex_b(b"".join(start_code + nal for nal in nals)) == nals
