from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveedge.rtsp.messages import Headers, Request, Response
from liveedge.rtsp.server_audience import Listener
from liveedge.rtsp.server_auth import Gate
from liveedge.rtsp.server_session import ServerSession, State
from liveedge.rtsp.server_transport import client_ports, interleaved_channels

URL = "rtsp://10.0.0.7:8554/cam"
TCP = ("Transport", "RTP/AVP/TCP;unicast;interleaved=2-3")


class StillTrack:
    """A track that nobody sends."""

    def __init__(self, control: str, ssrc: int) -> None:
        self.control = control
        self.ssrc = ssrc

    def rtp_time(self) -> int:
        return 4711

    def join(self, listener: Listener) -> None: ...

    def leave(self, listener: Listener) -> None: ...


class StillMedia:
    """Media that nobody sends."""

    sdp = "v=0\r\n"

    def __init__(self, *tracks: StillTrack) -> None:
        self.tracks = tracks


PICTURES, SOUND = StillTrack("trackID=0", 0xABC), StillTrack("trackID=1", 0xDEF)
SILENT, BOTH = StillMedia(PICTURES), StillMedia(PICTURES, SOUND)


class Talk:
    """A session, and the client that counts CSeq and remembers the session id."""

    def __init__(self, gate: Gate | None = None, media: StillMedia = SILENT) -> None:
        self.session = ServerSession({"/cam": media, "/other": StillMedia(SOUND)}, gate)
        self.id = ""

    def say(
        self, method: str, url: str = URL, *fields: tuple[str, str], body: bytes = b""
    ) -> Response:
        headers = Headers([("CSeq", "7"), *fields])
        if self.id and "Session" not in headers:
            headers.add("Session", self.id)
        response = self.session.answer(Request(method, url, headers, body))
        self.id = (response.headers.get("Session") or self.id).partition(";")[0]
        return response

    def set_up(self) -> "Talk":
        assert self.say("SETUP", URL + "/trackID=0", TCP).status == 200
        return self

    def play(self) -> "Talk":
        self.set_up()
        assert self.say("PLAY").status == 200
        return self


def test_every_answer_repeats_the_cseq_and_gives_a_reason() -> None:
    talk = Talk()
    for method in ("OPTIONS", "DESCRIBE", "SETUP", "PLAY", "RECORD", "FLY"):
        response = talk.say(method)
        assert response.headers.get("CSeq") == "7"
        assert response.reason


def test_options_says_what_is_offered() -> None:
    response = Talk().say("OPTIONS", "*")
    public = (response.headers.get("Public") or "").split(", ")
    assert response.status == 200
    assert {"DESCRIBE", "SETUP", "PLAY", "TEARDOWN", "GET_PARAMETER"} <= set(public)


@pytest.mark.parametrize("url", [URL, URL + "/", URL + "?x=1", "rtsp://u:p@10.0.0.7:8554/cam"])
def test_describe_gives_the_description_and_its_base(url: str) -> None:
    response = Talk().say("DESCRIBE", url, ("Accept", "application/sdp"))
    assert response.status == 200
    assert response.body == b"v=0\r\n"
    assert response.headers.get("Content-Type") == "application/sdp"
    assert (response.headers.get("Content-Base") or "").startswith("rtsp://10.0.0.7:8554/cam")
    assert (response.headers.get("Content-Base") or "").endswith("cam/")


def test_describe_offers_only_sdp() -> None:
    assert Talk().say("DESCRIBE", URL, ("Accept", "text/html")).status == 406
    assert Talk().say("DESCRIBE", URL, ("Accept", "text/html, */*")).status == 200


@pytest.mark.parametrize("method", ["DESCRIBE", "SETUP", "PLAY", "PAUSE", "TEARDOWN"])
@pytest.mark.parametrize(
    "url", ["rtsp://h/", "rtsp://h/none", URL + "/trackID=1", "*", "rtsp://[::1/cam"]
)
def test_unknown_paths_are_not_found(method: str, url: str) -> None:
    assert Talk().say(method, url, TCP).status == 404


def test_a_session_goes_from_setup_to_play_to_teardown() -> None:
    talk = Talk()
    response = talk.say("SETUP", URL + "/trackID=0", TCP)
    assert response.headers.get("Session") == f"{talk.id};timeout=60"
    assert response.headers.get("Transport") == "RTP/AVP/TCP;unicast;interleaved=2-3;ssrc=00000ABC"
    ((track, agreed),) = talk.session.set_up
    assert (talk.session.state, track, agreed.interleaved) == (State.READY, PICTURES, (2, 3))
    response = talk.say("PLAY", URL + "/")
    assert response.status == 200
    assert response.headers.get("RTP-Info") == f"url={URL}/trackID=0;rtptime=4711"
    assert response.headers.get("Range") == "npt=0.000-"
    assert talk.session.state is State.PLAYING
    assert talk.say("TEARDOWN").status == 200
    assert talk.session.state is State.INIT  # type: ignore[comparison-overlap]
    assert not talk.session.set_up
    assert talk.say("PLAY").status == 454


def test_a_stream_of_one_track_may_be_set_up_as_a_whole() -> None:
    talk = Talk()
    assert talk.say("SETUP", URL, TCP).status == 200
    assert f"url={URL}/trackID=0;" in (talk.say("PLAY").headers.get("RTP-Info") or "")


def test_each_track_is_set_up_by_itself_and_both_are_played_at_once() -> None:
    talk = Talk(media=BOTH)
    assert talk.say("SETUP", URL + "/trackID=0", ("Transport", "RTP/AVP/TCP")).status == 200
    answer = talk.say("SETUP", URL + "/trackID=1", ("Transport", "RTP/AVP/TCP"))
    assert answer.headers.get("Transport") == "RTP/AVP/TCP;unicast;interleaved=2-3;ssrc=00000DEF"
    assert [track for track, _ in talk.session.set_up] == [PICTURES, SOUND]
    assert talk.say("PLAY", URL + "/").headers.get("RTP-Info") == (
        f"url={URL}/trackID=0;rtptime=4711,url={URL}/trackID=1;rtptime=4711"
    )


def test_one_track_of_two_is_enough() -> None:
    talk = Talk(media=BOTH)
    assert talk.say("SETUP", URL + "/trackID=1", TCP).status == 200
    assert talk.say("PLAY").headers.get("RTP-Info") == f"url={URL}/trackID=1;rtptime=4711"
    assert [track for track, _ in talk.session.set_up] == [SOUND]


def test_a_stream_of_two_tracks_is_not_set_up_as_a_whole() -> None:
    assert Talk(media=BOTH).say("SETUP", URL, TCP).status == 459


def test_a_session_is_of_one_stream() -> None:
    assert Talk().set_up().say("SETUP", "rtsp://h/other", TCP).status == 459


def test_two_tracks_do_not_share_channels() -> None:
    talk = Talk(media=BOTH).set_up()
    assert talk.say("SETUP", URL + "/trackID=1", TCP).status == 461
    assert talk.say("SETUP", URL + "/trackID=0", TCP).status == 200, "its own"
    assert len(talk.session.set_up) == 1


def test_session_ids_cannot_be_guessed() -> None:
    ids = {Talk().set_up().id for _ in range(20)}
    assert len(ids) == 20
    assert min(map(len, ids)) >= 16


@pytest.mark.parametrize("method", ["PLAY", "PAUSE", "TEARDOWN"])
def test_without_its_session_a_request_is_refused(method: str) -> None:
    assert Talk().say(method).status == 454
    assert Talk().set_up().say(method, URL, ("Session", "another")).status == 454


def test_a_wrong_session_is_refused_everywhere() -> None:
    wrong = ("Session", "another")
    assert Talk().say("SETUP", URL, TCP, wrong).status == 454
    assert Talk().say("GET_PARAMETER", URL, wrong).status == 454


def test_methods_that_the_state_does_not_allow_are_refused() -> None:
    assert Talk().set_up().say("PAUSE").status == 455
    assert Talk().play().say("SETUP", URL, TCP).status == 455


def test_playing_again_changes_nothing() -> None:
    talk = Talk().play()
    assert talk.say("PLAY").status == 200
    assert talk.session.state is State.PLAYING


def test_pause_goes_back_to_ready() -> None:
    talk = Talk().play()
    assert talk.say("PAUSE").status == 200
    assert talk.session.state is State.READY
    assert talk.say("PLAY").status == 200


def test_parameters_keep_the_session_alive_and_nothing_else() -> None:
    talk = Talk().play()
    for method in ("GET_PARAMETER", "SET_PARAMETER"):
        assert talk.say(method).headers.get("Session") == f"{talk.id};timeout=60"
        assert talk.say(method, URL, body=b"jitter\r\n").status == 451
    assert talk.say("GET_PARAMETER", "*").status == 200


@pytest.mark.parametrize(
    ("method", "status"), [("RECORD", 405), ("ANNOUNCE", 405), ("FLY", 501), ("options", 501)]
)
def test_other_methods_are_refused_and_told_what_is_allowed(method: str, status: int) -> None:
    response = Talk().say(method)
    assert response.status == status
    assert "PLAY" in (response.headers.get("Allow") or "")


def test_a_request_without_cseq_is_bad() -> None:
    assert Talk().session.answer(Request("OPTIONS", URL)).status == 400
    bad = Request("OPTIONS", URL, Headers([("CSeq", "one")]))
    assert Talk().session.answer(bad).status == 400


def test_options_that_are_required_are_unsupported() -> None:
    response = Talk().say("DESCRIBE", URL, ("Require", "implicit-play"))
    assert response.status == 551
    assert response.headers.get("Unsupported") == "implicit-play"


def test_nothing_but_options_is_answered_without_the_password() -> None:
    talk = Talk(Gate("anna", "geheim"))
    assert talk.say("OPTIONS").status == 200
    for method in ("DESCRIBE", "SETUP", "PLAY", "TEARDOWN", "GET_PARAMETER"):
        response = talk.say(method, URL, TCP)
        assert response.status == 401
        schemes = [value.split()[0] for value in response.headers.get_all("WWW-Authenticate")]
        assert schemes == ["Digest", "Basic"]
    assert talk.say("DESCRIBE", "rtsp://h/none").status == 401
    password = "Basic " + b64encode(b"anna:geheim").decode()
    assert talk.say("DESCRIBE", URL, ("Authorization", password)).status == 200


@pytest.mark.parametrize(
    ("transport", "channels"),
    [
        ("RTP/AVP/TCP", (0, 1)),
        ("RTP/AVP/TCP;unicast;interleaved=0-1", (0, 1)),
        ("RTP/AVP/TCP; unicast; interleaved=4-5", (4, 5)),
        ('rtp/avp/tcp;interleaved=6;mode="PLAY"', (6, 7)),
        ("RTP/AVP;unicast;client_port=5000-5001,RTP/AVP/TCP;interleaved=2-3", (2, 3)),
        ("RTP/AVP/TCP;interleaved=x,RTP/AVP/TCP;interleaved=8-9", (8, 9)),
        ("RTP/AVP;unicast;client_port=5000-5001", None),
        ("RTP/AVP/UDP;unicast;client_port=5000-5001", None),
        ("RTP/SAVP/TCP;interleaved=0-1", None),
        ("RTP/AVP/TCP;multicast;interleaved=0-1", None),
        ("RTP/AVP/TCP;interleaved=0-1;mode=record", None),
        ("RTP/AVP/TCP;interleaved=255", None),
        ("RTP/AVP/TCP;interleaved=255-256", None),
        ("RTP/AVP/TCP;interleaved=3-3", None),
        ("RTP/AVP/TCP;interleaved=1-2-3", None),
        ("RTP/AVP/TCP;interleaved=-1", None),
        ("", None),
    ],
)
def test_only_this_connection_is_offered_as_transport(
    transport: str, channels: tuple[int, int] | None
) -> None:
    assert interleaved_channels(transport) == channels
    status = 461 if channels is None else 200
    assert Talk().say("SETUP", URL, ("Transport", transport)).status == status


def test_channels_that_nobody_named_are_the_first_free_ones() -> None:
    assert interleaved_channels("RTP/AVP/TCP", {1, 2}) == (4, 5)
    assert interleaved_channels("RTP/AVP/TCP;interleaved=2-3", {0, 1}) == (2, 3)
    assert interleaved_channels("RTP/AVP/TCP;interleaved=2-3", {3}) is None


WORDS = st.sampled_from(
    ["OPTIONS", "DESCRIBE", "SETUP", "PLAY", "PAUSE", "TEARDOWN", "GET_PARAMETER", "RECORD"]
)
FIELDS = st.sampled_from(["Session", "Transport", "Accept", "Require", "Authorization", "X"])


@given(
    st.lists(
        st.tuples(WORDS, st.text(max_size=20), st.lists(st.tuples(FIELDS, st.text(max_size=30)))),
        max_size=8,
    ),
    st.booleans(),
)
def test_whatever_is_asked_is_answered(
    requests: list[tuple[str, str, list[tuple[str, str]]]], guarded: bool
) -> None:
    talk = Talk(Gate("anna", "geheim") if guarded else None)
    for method, path, fields in requests:
        url = f"{URL}/{path}"
        response = talk.session.answer(Request(method, url, Headers([("CSeq", "1"), *fields])))
        assert response.status in {200, 401, 404, 405, 406, 454, 455, 459, 461, 551}
    assert (talk.session.state is State.INIT) == (not talk.session.set_up)


UDP = ("Transport", "RTP/AVP;unicast;client_port=5000-5001")


def test_udp_is_offered_where_there_are_ports() -> None:
    talk = Talk()
    assert talk.say("SETUP", URL, UDP).status == 461
    talk.session.udp_ports = (6000, 6001)
    answer = talk.say("SETUP", URL, UDP)
    assert answer.headers.get("Transport") == (
        "RTP/AVP;unicast;client_port=5000-5001;server_port=6000-6001;ssrc=00000ABC"
    )
    ((_, agreed),) = talk.session.set_up
    assert agreed.interleaved is None


@pytest.mark.parametrize(
    ("offer", "agreed"),
    [
        ("RTP/AVP/UDP;unicast;client_port=5000-5001", (5000, 5001)),
        ("RTP/AVP;multicast;client_port=5000-5001", None),
        ("RTP/AVP;unicast;client_port=0-1", None),
        ("RTP/AVP;unicast", None),
        ("RTP/SAVP;unicast;client_port=5000-5001", None),
        ("RTP/AVP/TCP;unicast;client_port=5000-5001", None),
    ],
)
def test_a_client_names_its_ports(offer: str, agreed: tuple[int, int] | None) -> None:
    assert client_ports(offer) == agreed


def test_the_first_way_that_is_offered_here_is_taken() -> None:
    talk = Talk()
    talk.session.udp_ports = (6000, 6001)
    both = ("Transport", f"RTP/SAVP;unicast, {UDP[1]}, {TCP[1]}")
    assert "client_port=5000-5001" in (talk.say("SETUP", URL, both).headers.get("Transport") or "")
    only = Talk()
    only.session.offers_tcp = False
    assert only.say("SETUP", URL, both).status == 461
