from collections.abc import Callable, Mapping

import pytest

from liveedge.config.url import parse_camera_url
from liveedge.errors import ProtocolError, Reason, SourceError
from liveedge.rtsp.messages import Headers, Request, Response
from liveedge.rtsp.session import MAX_TRIES, Dialogue, Session, SetUp

SDP = b"""v=0
a=control:*
m=audio 0 RTP/AVP 0
a=control:trackID=0
m=video 0 RTP/AVP 96
a=rtpmap:96 H264/90000
a=framerate:25
a=fmtp:96 sprop-parameter-sets=Z2Q=,aO4=
a=control:trackID=1
"""

Answer = Callable[[Request], Response]


def response(
    status: int = 200, body: bytes = b"", more: Mapping[str, str] = {}, **headers: str
) -> Response:
    fields = [(name.replace("_", "-"), value) for name, value in {**headers, **more}.items()]
    return Response(status, "", Headers(fields), body)


def camera(**answers: Response | list[Response]) -> Answer:
    """A camera that plays, with other answers to some methods; a list is answered in turn."""
    usual: dict[str, Response | list[Response]] = {
        "DESCRIBE": response(body=SDP, Content_Base="rtsp://camera/live/"),
        "SETUP": response(Session="1234;timeout=30", Transport="RTP/AVP/TCP;interleaved=2-3"),
        "PLAY": response(),
    }

    def answer(request: Request) -> Response:
        found = {**usual, **answers}[request.method]
        if isinstance(found, list):
            return found.pop(0)
        return found

    return answer


def converse(dialogue: Dialogue, answer: Answer) -> list[Request]:
    """Lead a dialogue to its end; return the requests."""
    requests = []
    request = next(dialogue)
    while True:
        requests.append(request)
        try:
            request = dialogue.send(answer(request))
        except StopIteration:
            return requests


def opened(**answers: Response | list[Response]) -> tuple[Session, list[Request]]:
    session = Session(parse_camera_url("rtsp://camera/live"))
    return session, converse(session.opening(), camera(**answers))


def refused(
    url: str = "rtsp://camera/live", **answers: Response | list[Response]
) -> tuple[SourceError, list[Request]]:
    session = Session(parse_camera_url(url))
    asked: list[Request] = []
    plays = camera(**answers)

    def answer(request: Request) -> Response:
        asked.append(request)
        return plays(request)

    with pytest.raises(SourceError) as caught:
        converse(session.opening(), answer)
    return caught.value, asked


def test_three_requests_open_a_session() -> None:
    session, requests = opened()
    assert [(r.method, r.url, r.cseq) for r in requests] == [
        ("DESCRIBE", "rtsp://camera/live", 1),
        ("SETUP", "rtsp://camera/live/trackID=1", 2),
        ("PLAY", "rtsp://camera/live/", 3),
    ]
    assert requests[0].headers.get("Accept") == "application/sdp"
    assert requests[1].headers.get("Transport") == "RTP/AVP/TCP;unicast;interleaved=0-1"
    assert requests[2].headers.get("Session") == "1234"
    assert session.timeout == 30.0
    assert isinstance(session.media, SetUp)
    assert session.media.transport.interleaved == (2, 3)
    assert session.media.track.payload_type == 96
    description = session.media.track.description
    assert (description.codec, description.clock_rate) == ("h264", 90000)
    assert (description.parameter_sets, description.framerate) == ((b"gd", b"h\xee"), 25.0)
    assert not session.credentials_sent


@pytest.mark.parametrize(
    ("headers", "setup", "play"),
    [
        ({}, "rtsp://camera/live/trackID=1", "rtsp://camera/live"),
        ({"Content_Base": "/"}, "rtsp://camera/live/trackID=1", "rtsp://camera/live"),
        (
            {"Content_Base": "camera:554/live/"},
            "rtsp://camera/live/trackID=1",
            "rtsp://camera/live",
        ),
        ({"Content_Location": "rtsp://x/y"}, "rtsp://x/y/trackID=1", "rtsp://x/y"),
        (
            {"Content_Base": "rtsp://a/b/", "Content_Location": "rtsp://x/y"},
            "rtsp://a/b/trackID=1",
            "rtsp://a/b/",
        ),
    ],
)
def test_urls_are_relative_to_what_the_camera_names(
    headers: dict[str, str], setup: str, play: str
) -> None:
    _, requests = opened(DESCRIBE=response(body=SDP, more=headers))
    assert [requests[1].url, requests[2].url] == [setup, play]


def test_an_absolute_session_control_is_the_base_of_its_tracks() -> None:
    sdp = SDP.replace(b"control:*", b"control:rtsp://camera/movie/")
    _, requests = opened(DESCRIBE=response(body=sdp, Content_Base="rtsp://camera/live/"))
    assert requests[1].url == "rtsp://camera/movie/trackID=1"
    assert requests[2].url == "rtsp://camera/movie/"


@pytest.mark.parametrize(
    ("transport", "channels"),
    [
        ("RTP/AVP/TCP;unicast;interleaved=4-5", (4, 5)),
        ("RTP/AVP/TCP;unicast", (0, 1)),
        ("RTP/AVP;interleaved=6-7", (6, 7)),
        (None, (0, 1)),
    ],
)
def test_the_channels_are_those_of_the_answer(
    transport: str | None, channels: tuple[int, int]
) -> None:
    headers = {} if transport is None else {"Transport": transport}
    session, _ = opened(SETUP=response(Session="1", more=headers))
    assert session.media is not None
    assert session.media.transport.interleaved == channels


def test_a_camera_without_aggregate_control_plays_its_track() -> None:
    _, requests = opened(PLAY=[response(459), response()])
    assert [r.url for r in requests[2:]] == ["rtsp://camera/live/", "rtsp://camera/live/trackID=1"]


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (300, Reason.REDIRECT),
        (302, Reason.REDIRECT),
        (400, Reason.PROTOCOL),
        (401, Reason.UNAUTHORIZED),
        (403, Reason.UNAUTHORIZED),
        (404, Reason.NOT_FOUND),
        (453, Reason.BUSY),
        (454, Reason.SESSION_LOST),
        (461, Reason.UNSUPPORTED),
        (500, Reason.PROTOCOL),
        (503, Reason.BUSY),
        (551, Reason.PROTOCOL),
    ],
)
@pytest.mark.parametrize("method", ["DESCRIBE", "SETUP", "PLAY"])
def test_a_status_has_a_reason(method: str, status: int, reason: Reason) -> None:
    answers: dict[str, Response | list[Response]] = {
        method: response(status, Location="rtsp://elsewhere/")
    }
    error, asked = refused("rtsp://camera/", **answers)
    assert error.reason is reason
    assert asked[-1].method == method
    assert str(status) in str(error) or status == 401
    assert str(error).endswith(".")


@pytest.mark.parametrize(
    ("sdp", "reason", "says"),
    [
        (b"v=0\nm=audio 0 RTP/AVP 0\n", Reason.NO_VIDEO, "no video track"),
        (b"v=0\nm=video 0 RTP/AVP 26\n", Reason.UNSUPPORTED, "only JPEG,"),
        (
            b"m=video 0 RTP/AVP 96 97\na=rtpmap:96 VP8/90000\nm=video 0 RTP/AVP 98\n",
            Reason.UNSUPPORTED,
            "only VP8, payload type 97, payload type 98,",
        ),
        (b"m=video 0 RTP/AVP\n", Reason.UNSUPPORTED, "video of no known kind"),
        (b"m=video 0 RTP/AVP 96\na=rtpmap:96 <b>x/90000", Reason.UNSUPPORTED, "payload type 96"),
        (b"m=video 0 udp 96\na=rtpmap:96 H264/90000", Reason.UNSUPPORTED, "H264"),
        (b"<html>", Reason.PROTOCOL, "SDP"),
    ],
)
def test_a_description_without_what_we_play_is_refused(
    sdp: bytes, reason: Reason, says: str
) -> None:
    error, _ = refused(DESCRIBE=response(body=sdp))
    assert error.reason is reason
    assert says in str(error)


def test_another_way_than_tcp_is_refused() -> None:
    answer = response(Session="1", Transport="RTP/AVP;unicast;client_port=1-2;server_port=3-4")
    error, _ = refused(SETUP=answer)
    assert error.reason is Reason.UNSUPPORTED


def test_an_answer_to_setup_names_a_session() -> None:
    error, _ = refused(SETUP=response())
    assert isinstance(error, ProtocolError)


DIGEST = 'Digest realm="r", nonce="{}"'


def test_a_challenge_is_answered_and_the_answer_kept() -> None:
    session = Session(parse_camera_url("rtsp://user:pass@camera/live"))
    challenge = response(401, WWW_Authenticate=DIGEST.format("n"))
    plays = response(body=SDP)
    requests = converse(session.opening(), camera(DESCRIBE=[challenge, plays]))
    assert [r.method for r in requests] == ["DESCRIBE", "DESCRIBE", "SETUP", "PLAY"]
    assert [("Authorization" in r.headers) for r in requests] == [False, True, True, True]
    assert [r.cseq for r in requests] == [1, 2, 3, 4]
    assert session.credentials_sent
    teardown = session.teardown()
    assert teardown is not None
    assert "Authorization" in teardown.headers


def test_without_credentials_a_challenge_is_not_answered() -> None:
    error, asked = refused(DESCRIBE=response(401, WWW_Authenticate=DIGEST.format("n")))
    assert "asks for a user name" in str(error)
    assert len(asked) == 1


def test_a_wrong_password_is_sent_once() -> None:
    answers = [response(401, WWW_Authenticate=DIGEST.format(n)) for n in "abcdef"]
    error, asked = refused("rtsp://user:wrong@camera/", DESCRIBE=answers)
    assert error.reason is Reason.UNAUTHORIZED
    assert "refuses this user name or password" in str(error)
    assert len(asked) == 2


def test_an_endlessly_stale_nonce_is_given_up() -> None:
    answers = [response(401, WWW_Authenticate=DIGEST.format(n) + ", stale=true") for n in range(20)]
    error, asked = refused("rtsp://user:pass@camera/", DESCRIBE=answers)
    assert error.reason is Reason.UNAUTHORIZED
    assert len(asked) == MAX_TRIES


def test_an_unknown_way_of_authentication_is_named_as_that() -> None:
    answer = response(401, WWW_Authenticate="Negotiate")
    error, asked = refused("rtsp://user:pass@camera/", DESCRIBE=answer)
    assert "way of authentication" in str(error)
    assert len(asked) == 1


def test_a_nonce_may_change_with_each_request() -> None:
    session = Session(parse_camera_url("rtsp://user:pass@camera/live"))
    plays = camera()
    nonce = [0]

    def answer(request: Request) -> Response:
        if f'nonce="{nonce[0]}"' in (request.headers.get("Authorization") or ""):
            nonce[0] += 1
            return plays(request)
        return response(401, WWW_Authenticate=DIGEST.format(nonce[0]))

    requests = converse(session.opening(), answer)
    assert [r.method for r in requests] == ["DESCRIBE"] * 2 + ["SETUP"] * 2 + ["PLAY"] * 2


def test_a_session_is_kept_alive_by_what_the_camera_offers() -> None:
    session, _ = opened()
    public = response(Public="OPTIONS, DESCRIBE, GET_PARAMETER")
    both = camera(OPTIONS=public, GET_PARAMETER=response())
    first = converse(session.keeping_alive(), both)
    assert [r.method for r in first] == ["OPTIONS", "GET_PARAMETER"]
    assert {r.url for r in first} == {"rtsp://camera/live/"}
    assert all(r.headers.get("Session") == "1234" for r in first)
    assert [r.method for r in converse(session.keeping_alive(), both)] == ["GET_PARAMETER"]


@pytest.mark.parametrize("options", [response(), response(501), response(Public="OPTIONS, PLAY")])
def test_a_session_is_kept_alive_by_options_otherwise(options: Response) -> None:
    session, _ = opened()
    for _ in range(2):
        requests = converse(session.keeping_alive(), camera(OPTIONS=options))
        assert [r.method for r in requests] == ["OPTIONS"]


def test_a_refused_get_parameter_is_not_sent_again() -> None:
    session, _ = opened()
    answers = camera(OPTIONS=response(Public="GET_PARAMETER"), GET_PARAMETER=response(451))
    converse(session.keeping_alive(), answers)
    assert [r.method for r in converse(session.keeping_alive(), answers)] == ["OPTIONS"]


def test_a_sign_of_life_takes_a_new_nonce() -> None:
    session = Session(parse_camera_url("rtsp://user:pass@camera/live"))
    challenge = response(401, WWW_Authenticate=DIGEST.format("a"))
    converse(session.opening(), camera(DESCRIBE=[challenge, response(body=SDP)]))
    new = response(401, WWW_Authenticate=DIGEST.format("b"))
    requests = converse(session.keeping_alive(), camera(OPTIONS=[new, response()]))
    assert [r.method for r in requests] == ["OPTIONS", "OPTIONS"]
    assert 'nonce="b"' in (requests[1].headers.get("Authorization") or "")


def test_there_is_nothing_to_tear_down_before_setup() -> None:
    assert Session(parse_camera_url("rtsp://camera/live")).teardown() is None


@pytest.mark.parametrize(
    ("method", "status"),
    [
        ("OPTIONS", 200),
        ("GET_PARAMETER", 200),
        ("ANNOUNCE", 200),
        ("TEARDOWN", 200),
        ("RECORD", 501),
    ],
)
def test_a_camera_may_ask_too(method: str, status: int) -> None:
    session, _ = opened()
    answer = session.answer(Request(method, "*", Headers([("CSeq", "77")])))
    assert (answer.status, answer.cseq) == (status, 77)
    assert ("Public" in answer.headers) == (method == "OPTIONS")
