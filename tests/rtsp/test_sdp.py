import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveedge.errors import LimitError, ProtocolError
from liveedge.rtsp.sdp import (
    MAX_MEDIA,
    MAX_SDP,
    MAX_URL,
    PayloadFormat,
    parse_sdp,
    resolve_control,
)

CAMERA = b"""v=0\r
o=- 2273421142 2273421142 IN IP4 0.0.0.0\r
s=Media Server\r
c=IN IP4 0.0.0.0\r
t=0 0\r
a=control:*\r
a=range:npt=now-\r
m=video 0 RTP/AVP 96\r
a=control:trackID=0\r
a=framerate:15.000000\r
a=rtpmap:96 H264/90000 \r
a=fmtp:96 packetization-mode=1; Profile-Level-Id=64002A;sprop-parameter-sets=Z2Q=,aO4=\r
a=recvonly\r
m=audio 0/2 RTP/AVP 8 0 97\r
a=control:trackID=1\r
a=rtpmap:97 mpeg4-generic/16000/2\r
m=application 0 RTP/AVP 107\r
a=rtpmap:107 vnd.onvif.metadata/90000\r
"""


def test_a_camera_is_described() -> None:
    session = parse_sdp(CAMERA)
    assert session.control == "*"
    video, audio, metadata = session.media
    assert (video.kind, video.protocol, video.control) == ("video", "RTP/AVP", "trackID=0")
    assert video.framerate == 15.0
    parameters = {
        "packetization-mode": "1",
        "profile-level-id": "64002A",
        "sprop-parameter-sets": "Z2Q=,aO4=",
    }
    assert video.formats == (PayloadFormat(96, "H264", 90000, 1, parameters),)
    assert audio.formats == (
        PayloadFormat(8, "PCMA", 8000),
        PayloadFormat(0, "PCMU", 8000),
        PayloadFormat(97, "MPEG4-GENERIC", 16000, 2),
    )
    assert metadata.control is None
    assert metadata.formats[0].encoding == "VND.ONVIF.METADATA"


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n", b" \r\n\r\n"])
def test_every_line_end_is_understood(end: bytes) -> None:
    assert parse_sdp(CAMERA.replace(b"\r\n", end)) == parse_sdp(CAMERA)


def test_a_description_may_begin_with_its_media() -> None:
    session = parse_sdp(
        b"m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:trackID=0\r\n"
    )
    assert session.control is None
    assert session.media[0].formats[0].encoding == "H264"


@pytest.mark.parametrize(
    ("lines", "framerate"),
    [
        ("a=framerate:0S\na=framerate:25", 25.0),
        ("a=framerate: 12.5 ", 12.5),
        ("a=framerate:0.0", None),
        ("a=framerate:nan", None),
        ("a=framerate:inf", None),
        ("a=framerate:-5", None),
        ("a=framerate:", None),
        ("", None),
    ],
)
def test_the_framerate_is_the_first_that_makes_sense(lines: str, framerate: float | None) -> None:
    assert parse_sdp(f"m=video 0 RTP/AVP 96\n{lines}".encode()).media[0].framerate == framerate


@pytest.mark.parametrize(
    "body",
    [
        b"m=",
        b"m=video",
        b"m=video 0 RTP/AVP x -1 128 99999999999 96",
        b"m=video 0 RTP/AVP 96\na=rtpmap:96\na=fmtp:96",
        b"m=video 0 RTP/AVP 96\na=rtpmap:96 H264/\xd9\xa3/9999999999999\na=fmtp:96 a=;=b;c;a=d",
        b"m=video 0 RTP/AVP 96\na=rtpmap:\na=fmtp:\na=:x\na=",
    ],
)
def test_halves_of_lines_are_passed_over(body: bytes) -> None:
    (media,) = parse_sdp(body).media
    assert [offered.payload_type for offered in media.formats] in ([], [96])


@pytest.mark.parametrize("body", [b"", b"<html>no camera</html>", b"\xff\xfe\x00"])
def test_what_is_no_description_is_said(body: bytes) -> None:
    with pytest.raises(ProtocolError, match="SDP"):
        parse_sdp(body)


def test_size_and_number_are_limited() -> None:
    line = b"m=video 0 RTP/AVP 96\r\n"
    assert len(parse_sdp(line * MAX_MEDIA).media) == MAX_MEDIA
    with pytest.raises(LimitError):
        parse_sdp(line * (MAX_MEDIA + 1))
    assert parse_sdp(b"v=0\n" + b"a" * (MAX_SDP - 4)).media == ()
    with pytest.raises(LimitError):
        parse_sdp(b"v=0\n" + b"a" * MAX_SDP)


@pytest.mark.parametrize(
    ("base", "control", "url"),
    [
        ("rtsp://h/live", None, "rtsp://h/live"),
        ("rtsp://h/live", "*", "rtsp://h/live"),
        ("rtsp://h/live/", "*", "rtsp://h/live/"),
        ("rtsp://h/live", "", "rtsp://h/live"),
        ("rtsp://h/live", "trackID=1", "rtsp://h/live/trackID=1"),
        ("rtsp://h/live/", "trackID=1", "rtsp://h/live/trackID=1"),
        ("rtsp://h/live/", "/trackID=1", "rtsp://h/live/trackID=1"),
        ("rtsp://h/live", "rtsp://10.0.0.1/other", "rtsp://10.0.0.1/other"),
        ("rtsp://h/live", "RTSP://10.0.0.1/other", "RTSP://10.0.0.1/other"),
        (
            "rtsp://h/r?channel=1&subtype=0/",
            "trackID=0",
            "rtsp://h/r?channel=1&subtype=0/trackID=0",
        ),
        ("rtsp://h/r?channel=1", "trackID=0", "rtsp://h/r?channel=1/trackID=0"),
        ("rtsp://h/live", "my track", "rtsp://h/live/my%20track"),
    ],
)
def test_a_control_is_resolved(base: str, control: str | None, url: str) -> None:
    assert resolve_control(base, control) == url


@pytest.mark.parametrize("control", ["a\tb", "a\x00b", "a\x7f", "a\udcffb", "x" * MAX_URL])
def test_a_control_that_cannot_stand_in_a_request_is_refused(control: str) -> None:
    with pytest.raises(ProtocolError, match="unusable track"):
        resolve_control("rtsp://h/", control)


@given(st.binary(max_size=400))
def test_any_bytes_give_a_description_or_our_error(body: bytes) -> None:
    try:
        session = parse_sdp(body)
    except ProtocolError:
        return
    assert len(session.media) <= MAX_MEDIA


LINES = ["v=0", "m=video 0 RTP/AVP 96", "m=", "a=control:", "a=rtpmap:96 ", "a=fmtp:96 "]
WORDS = ["H264/90000", "a=framerate:", "\r\n", "\n", " ", ";", "=", "/", "x", "1e3", "\udcff"]
parts = st.sampled_from([*LINES, *WORDS])


@given(st.lists(parts, max_size=40))
def test_any_mixture_of_lines_gives_a_description_or_our_error(words: list[str]) -> None:
    try:
        session = parse_sdp("".join(words).encode("utf-8", "surrogateescape"))
    except ProtocolError:
        return
    for media in session.media:
        try:
            url = resolve_control("rtsp://camera/live", media.control)
        except ProtocolError:
            continue
        assert " " not in url
