"""AAC in LATM: what FFmpeg writes, what cameras could, and what nobody should."""

import io
from contextlib import suppress

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveedge.errors import ProtocolError
from liveedge.media.audio import AudioUnit, ForeignAudio
from liveedge.media.latm import StreamMux, parse_stream_mux, plain_mux
from liveedge.rtsp.audio import AudioTrack, choose_audio
from liveedge.rtsp.latm import LatmDepacketizer
from liveedge.rtsp.sdp import parse_sdp
from liveedge.rtsp.sound import MAX_UNIT, Emit
from tests.media.bit_writer import BitWriter

MONO = plain_mux(48_000, 1)
FFMPEG = "400023103fc0"
"""The StreamMuxConfig that FFmpeg announces for it."""


def depacketizer(emit: Emit, *, present: bool = False, mux: StreamMux = MONO) -> LatmDepacketizer:
    return LatmDepacketizer(emit, mux=mux, present=present, duration=1024)


def push(latm: LatmDepacketizer, payload: bytes, at: int = 0, *, marker: bool = True) -> None:
    latm.push(b"$$" + payload + b"$$", 2, 2 + len(payload), at, 0x80 * marker, 1.0)


def element(*units: bytes) -> bytes:
    """PayloadLengthInfo and PayloadMux."""
    return b"".join(
        b"\xff" * (len(unit) // 255) + bytes((len(unit) % 255,)) + unit for unit in units
    )


def mux_config(*, version: int = 0, frames: int = 1, specific: int = 0x1188, **odd: int) -> bytes:
    """A StreamMuxConfig, with `odd` values where one AAC track has none."""
    writer = BitWriter()
    writer.bits(version, 1)
    if version:
        writer.bits(odd.get("version_a", 0), 1)
        writer.bits(0x00FF, 10)  # taraBufferFullness in one octet
    writer.bits(odd.get("same_time", 1), 1)
    writer.bits(frames - 1, 6)
    writer.bits(odd.get("programs", 0), 4)
    writer.bits(odd.get("layers", 0), 3)
    if version:
        writer.bits(16, 10)  # ascLen
    writer.bits(specific, 16)
    writer.bits(odd.get("length_type", 0), 3)
    writer.bits(0xFF, 8)
    writer.bits(odd.get("other", 0), 1)
    writer.bits(odd.get("crc", 0), 1)
    if odd.get("crc"):
        writer.bits(0xA5, 8)
    return writer.data()


def loas() -> tuple[list[bytes], list[bytes]]:
    """AAC of a real encoder, and the AudioMuxElements that FFmpeg makes of it."""
    file = io.BytesIO()
    coded = []
    with av.open(file, "w", format="latm") as container:
        track = container.add_stream("aac", rate=48_000)
        track.layout = "mono"
        for number in range(8):
            frame = av.AudioFrame("fltp", "mono", 1024)
            frame.sample_rate, frame.pts = 48_000, number * 1024
            frame.planes[0].update(bytes(range(64)) * 64)
            for packet in track.encode(frame):
                coded.append(bytes(packet))
                container.mux(packet)
    data, elements = file.getvalue(), []
    while data:
        size = (data[1] & 0x1F) << 8 | data[2]
        elements.append(data[3 : 3 + size])
        data = data[3 + size :]
    return coded, elements


def test_what_ffmpeg_writes_with_its_configuration_in_band() -> None:
    coded, elements = loas()
    units: list[AudioUnit] = []
    latm = depacketizer(units.append, present=True)
    for number, data in enumerate(elements):
        push(latm, data, number * 1024)
    assert [unit.data for unit in units] == coded[: len(units)]
    assert len(units) == len(coded) > 5
    assert [unit.rtp_time for unit in units] == [1024 * number for number in range(len(units))]
    assert latm.damaged == 0


def test_another_configuration_in_band_is_not_played_until_it_ends() -> None:
    units: list[AudioUnit] = []
    latm = depacketizer(units.append, present=True)
    same, other = BitWriter(), BitWriter()
    for writer, specific in ((same, 0x1188), (other, 0x1190)):
        writer.bits(0, 1)
        for octet in mux_config(specific=specific)[:-1]:
            writer.bits(octet, 8)
        # 44 bits of configuration, and useSameStreamMux before them.
        writer.bits(mux_config(specific=specific)[-1] >> 4, 4)
        for octet in element(b"unit"):
            writer.bits(octet, 8)
    again = BitWriter()
    again.bits(1, 1)
    for octet in element(b"more"):
        again.bits(octet, 8)
    for packet in (same, again, other, again, same, again):
        push(latm, packet.data())
    assert [unit.data for unit in units] == [b"unit", b"more", b"unit", b"more"]
    assert [unit.gap for unit in units] == [False, False, True, False]
    assert latm.damaged == 2


def test_an_element_of_several_packets_and_of_several_units() -> None:
    units: list[AudioUnit] = []
    two = parse_stream_mux(mux_config(frames=2))
    latm = depacketizer(units.append, mux=two)
    whole = element(bytes(600), b"b" * 255)
    push(latm, whole[:300], 5, marker=False)
    push(latm, whole[300:700], 5, marker=False)
    push(latm, whole[700:], 5)
    assert [(len(unit.data), unit.rtp_time) for unit in units] == [(600, 5), (255, 1029)]
    assert latm.damaged == 0


def test_what_lost_a_part_is_dropped_and_leaves_a_gap() -> None:
    units: list[AudioUnit] = []
    latm = depacketizer(units.append)
    push(latm, element(b"first"), 0)
    push(latm, element(bytes(900))[:500], 1024, marker=False)
    push(latm, element(b"second"), 2048)
    push(latm, element(bytes(900))[:500], 3072, marker=False)
    latm.gap()
    push(latm, element(bytes(900))[500:], 3072)
    push(latm, element(b"third"), 4096)
    assert [(unit.data, unit.gap) for unit in units] == [
        (b"first", False),
        (b"second", True),
        (b"third", True),
    ]


@pytest.mark.parametrize(
    "payload", [b"\x00", b"\x05abc", b"\xff", element(bytes(MAX_UNIT))], ids=str
)
def test_an_impossible_element_is_dropped(payload: bytes) -> None:
    units: list[AudioUnit] = []
    latm = depacketizer(units.append)
    push(latm, payload)
    assert not units
    assert latm.damaged == 1


def test_pieces_without_an_end_are_not_kept() -> None:
    latm = depacketizer(lambda unit: None)
    for _ in range(100):
        push(latm, bytes(1400), marker=False)
        assert sum(map(len, latm._pieces)) <= MAX_UNIT
    assert latm.damaged > 5


@pytest.mark.parametrize("version", [0, 1])
def test_a_configuration_of_both_versions(version: int) -> None:
    mux = parse_stream_mux(mux_config(version=version, frames=3, crc=1))
    assert (mux.config.codec, mux.config.sample_rate, mux.frames) == ("mp4a.40.2", 48_000, 3)
    assert mux.specific == bytes.fromhex("1188")


def test_an_extension_may_follow() -> None:
    """GStreamer writes it where the standard has none, and nothing behind it."""
    plain = parse_stream_mux(bytes.fromhex("40002320adca00"))
    assert plain.config.codec == "mp4a.40.2"
    assert plain.specific[:4] == bytes.fromhex("119056e5")
    writer = BitWriter()
    bands = ((0x2B7, 11), (5, 5), (1, 1), (3, 4))
    rest = ((0, 3), (0xFF, 8), (0, 2))
    for value, size in ((0, 1), (1, 1), (0, 13), (0x1308, 16), *bands, *rest):
        writer.bits(value, size)
    made_up = parse_stream_mux(writer.data())
    assert (made_up.config.sample_rate, made_up.config.channels) == (24_000, 1)
    assert made_up.specific == bytes.fromhex("130856e598")


@pytest.mark.parametrize(
    "odd",
    [
        {"version": 1, "version_a": 1},
        {"same_time": 0},
        {"programs": 1},
        {"layers": 1},
        {"length_type": 1},
        {"other": 1},
        {"specific": 0xF808},
    ],
    ids=str,
)
def test_more_than_one_aac_track_is_refused(odd: dict[str, int]) -> None:
    with pytest.raises(ProtocolError):
        parse_stream_mux(mux_config(**odd))


@given(st.binary(max_size=160))
def test_any_bytes_are_a_configuration_or_our_error(data: bytes) -> None:
    with suppress(ProtocolError):
        assert 0 < parse_stream_mux(data).frames <= 64


@given(
    st.booleans(),
    st.lists(st.none() | st.tuples(st.binary(min_size=1, max_size=80), st.booleans())),
)
def test_any_packets_are_units_or_damage(
    present: bool, events: list[tuple[bytes, bool] | None]
) -> None:
    units: list[AudioUnit] = []
    latm = depacketizer(units.append, present=present)
    for number, event in enumerate(events):
        if event is None:
            latm.gap()
        else:
            push(latm, event[0], number // 2, marker=event[1])
    assert latm.units == len(units)
    assert all(unit.data for unit in units)


def chosen(rtpmap: str, fmtp: str) -> AudioTrack | None:
    text = f"v=0\nm=audio 0 RTP/AVP 97\na=rtpmap:97 {rtpmap}\na=fmtp:97 {fmtp}"
    return choose_audio(parse_sdp(text.encode()))


@pytest.mark.parametrize(
    ("rtpmap", "fmtp", "codec", "rate", "duration"),
    [
        ("MP4A-LATM/48000/1", f"cpresent=0;config={FFMPEG}", "mp4a.40.2", 48_000, 1024),
        ("MP4A-LATM/90000", f"cpresent=0;config={FFMPEG}", "mp4a.40.2", 48_000, 1920),
        ("MP4A-LATM/16000", "profile-level-id=15;object=2", "mp4a.40.2", 16_000, 1024),
        ("MP4A-LATM/48000", "cpresent=1; config=" + FFMPEG, "mp4a.40.2", 48_000, 1024),
        ("MP4A-LATM/48000", f"cpresent=0;config={mux_config(specific=0x0988).hex()}", "AAC",
         48_000, 1024),
    ],
)  # fmt: skip
def test_a_track_in_latm_is_taken(
    rtpmap: str, fmtp: str, codec: str, rate: int, duration: int
) -> None:
    track = chosen(rtpmap, fmtp)
    assert track is not None
    assert (track.config.codec, track.config.sample_rate) == (codec, rate)
    assert isinstance(track.config, ForeignAudio) is (codec == "AAC")
    units: list[AudioUnit] = []
    made = track.depacketizer(units.append)
    if "cpresent=0" in fmtp:
        made.push(element(b"unit"), 0, 5, 7, 0x80, 1.0)
        assert units == [AudioUnit(b"unit", 7, duration, 1.0)]


@pytest.mark.parametrize(
    ("rtpmap", "fmtp"),
    [
        ("MP4A-LATM/48000", "cpresent=0"),
        ("MP4A-LATM/48000", "cpresent=0;config=zz"),
        ("MP4A-LATM/48000", "cpresent=0;config=4000"),
        ("MP4A-LATM/90000", "cpresent=1"),
    ],
)
def test_a_track_that_is_not_described_is_passed_over(rtpmap: str, fmtp: str) -> None:
    assert chosen(rtpmap, fmtp) is None
