"""The audio track in the conversation: asked for beside the video, and never at its cost."""

import pytest

from liveedge.config.url import parse_camera_url
from liveedge.rtsp.messages import Request, Response
from liveedge.rtsp.session import Session
from tests.rtsp.test_session import SDP, camera, converse, response

VIDEO = response(Session="1", Transport="RTP/AVP/TCP;interleaved=2-3")


def opened(sound: Response, *, sdp: bytes = SDP, wants: bool = True) -> tuple[Session, list[str]]:
    session = Session(parse_camera_url("rtsp://camera/live"))
    session.wants_sound = wants
    described = response(body=sdp, Content_Base="rtsp://camera/live/")
    asked = converse(session.opening(), camera(DESCRIBE=described, SETUP=[VIDEO, sound]))
    return session, [said(request) for request in asked]


def said(request: Request) -> str:
    return f"{request.method} {request.url} {request.headers.get('Transport') or ''}".strip()


def test_a_track_is_set_up_behind_the_video() -> None:
    session, asked = opened(response(Session="1", Transport="RTP/AVP/TCP;interleaved=4-5"))
    assert asked[2] == "SETUP rtsp://camera/live/trackID=0 RTP/AVP/TCP;unicast;interleaved=4-5"
    assert asked[3] == "PLAY rtsp://camera/live/"
    assert session.sound is not None
    assert session.sound.transport.interleaved == (4, 5)
    assert session.sound.track.config.codec == "PCMU"


@pytest.mark.parametrize(
    "answer",
    [
        response(404),
        response(459),
        response(Session="1", Transport="RTP/AVP/TCP;interleaved=3-4"),
        response(Session="1", Transport="RTP/AVP;unicast;client_port=1-2"),
    ],
    ids=["not found", "not allowed", "the channels of the video", "another way"],
)
def test_a_camera_that_does_not_want_to_is_played_without(answer: Response) -> None:
    session, asked = opened(answer)
    assert session.sound is None
    assert session.media is not None
    assert asked[-1].startswith("PLAY")


def test_nobody_asks_for_what_nobody_wants_or_nobody_offers() -> None:
    assert len(opened(response(), wants=False)[1]) == 3
    assert len(opened(response(), sdp=SDP.replace(b"AVP 0", b"AVP 3"))[1]) == 3
