from liveedge.camera.settings import CameraSettings
from liveedge.camera.virtual import describe
from liveedge.rtsp.sdp import parse_sdp
from liveedge.rtsp.video import choose_video

SPS, PPS = bytes.fromhex("6742c01fda014016e8"), bytes.fromhex("68ce3c80")


def test_the_description_can_be_read() -> None:
    settings = CameraSettings(name="Hof\r\nm=audio", fps=25, kbps=1500)
    text = describe(settings, (SPS, PPS), "trackID=0")
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
    text = describe(CameraSettings(codec="h265"), sets, "trackID=0")
    track = choose_video(parse_sdp(text.encode()))
    assert track.description.codec == "h265"
    assert track.description.parameter_sets == sets
