import pytest

from liveedge.camera import conduct
from liveedge.camera.description import describe
from liveedge.camera.settings import CameraSettings
from liveedge.rtsp.audio import choose_audio
from liveedge.rtsp.sdp import parse_sdp
from liveedge.rtsp.video import choose_video

SPS, PPS = bytes.fromhex("6742c01fda014016e8"), bytes.fromhex("68ce3c80")


def test_the_description_can_be_read() -> None:
    settings = CameraSettings(name="Hof\r\nm=audio", fps=25, kbps=1500)
    text = describe(settings, (SPS, PPS))
    description = parse_sdp(text.encode())
    (media,) = description.media
    assert media.kind == "video"
    assert media.control == "trackID=0"
    assert "s=Hofm=audio" in text.splitlines()
    assert "b=AS:1500" in text.splitlines()
    (payload,) = media.formats
    assert (payload.payload_type, payload.encoding, payload.clock_rate) == (96, "H264", 90_000)
    assert payload.parameters["packetization-mode"] == "1"
    assert payload.parameters["profile-level-id"] == "42C01F"
    assert payload.parameters["sprop-parameter-sets"] == "Z0LAH9oBQBbo,aM48gA=="


def test_the_description_of_h265_can_be_read() -> None:
    sets = (b"\x40\x01vps", b"\x42\x01sps", b"\x44\x01pps")
    text = describe(CameraSettings(codec="h265"), sets)
    track = choose_video(parse_sdp(text.encode()))
    assert track.description.codec == "h265"
    assert track.description.parameter_sets == sets


@pytest.mark.parametrize(
    ("audio", "codec", "payload_type", "rate"),
    [
        ("aac", "mp4a.40.2", 97, 48_000),
        ("opus", "opus", 97, 48_000),
        ("pcmu", "PCMU", 0, 8000),
        ("pcma", "PCMA", 8, 8000),
    ],
)
def test_the_description_of_sound_can_be_read(
    audio: str, codec: str, payload_type: int, rate: int
) -> None:
    text = describe(CameraSettings(audio=audio), (SPS, PPS))
    track = choose_audio(parse_sdp(text.encode()))
    assert track is not None
    assert (track.config.codec, track.payload_type) == (codec, payload_type)
    assert (track.clock_rate, track.control) == (rate, "trackID=1")
    assert choose_video(parse_sdp(text.encode())).control == "trackID=0"


def test_without_video_the_sound_is_still_offered() -> None:
    both = describe(CameraSettings(audio="aac"), (SPS, PPS))
    session = parse_sdp(conduct.without_video(both).encode())
    assert [media.kind for media in session.media] == ["audio"]
    track = choose_audio(session)
    assert track is not None
    assert track.config.codec == "mp4a.40.2"
    silent = parse_sdp(conduct.without_video(describe(CameraSettings(), (SPS, PPS))).encode())
    assert [media.kind for media in silent.media] == ["audio"]


def test_without_sets_the_sound_is_described_as_before() -> None:
    session = parse_sdp(
        conduct.without_sets(describe(CameraSettings(audio="aac"), (SPS,))).encode()
    )
    assert choose_audio(session) is not None
    assert choose_video(session).description.parameter_sets == ()
