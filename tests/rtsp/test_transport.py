import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveedge.errors import ProtocolError
from liveedge.rtsp.transport import (
    DEFAULT_SESSION_TIMEOUT,
    INTERLEAVED,
    Transport,
    agree,
    parse_session,
    parse_transports,
)

pairs = st.none() | st.tuples(st.integers(0, 255), st.integers(0, 255))
transports = st.builds(
    Transport,
    st.sampled_from(["RTP/AVP", "RTP/AVP/TCP", "RTP/AVP/UDP"]),
    st.booleans(),
    pairs,
    pairs,
    pairs,
    st.none() | st.integers(0, 2**32 - 1),
)


@given(st.lists(transports, max_size=3))
def test_round_trip(offers: list[Transport]) -> None:
    assert parse_transports(",".join(map(str, offers))) == offers


@pytest.mark.parametrize(
    ("value", "transport"),
    [
        (
            'RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=6F2A4C01;mode="PLAY"',
            Transport("RTP/AVP/TCP", interleaved=(0, 1), ssrc=0x6F2A4C01),
        ),
        (
            "RTP/AVP/TCP;ssrc=22345684;interleaved=0-1",
            Transport("RTP/AVP/TCP", interleaved=(0, 1), ssrc=0x22345684),
        ),
        ("rtp/avp/tcp; Unicast ; Interleaved = 4", Transport("RTP/AVP/TCP", interleaved=(4, 5))),
        (
            "RTP/AVP;multicast;client_port=3456-3457",
            Transport("RTP/AVP", False, None, (3456, 3457)),
        ),
        (
            "RTP/AVP;unicast;client_port=1-2;server_port=3-4",
            Transport("RTP/AVP", True, None, (1, 2), (3, 4)),
        ),
        ("RTP/AVP/TCP;interleaved=255;ssrc=xyz", Transport("RTP/AVP/TCP")),
        ("RTP/AVP/TCP;interleaved=a-b;server_port=70000-70001", Transport("RTP/AVP/TCP")),
        ("RTP/AVP/TCP;interleaved=0-;ssrc=-1;ssrc=1", Transport("RTP/AVP/TCP")),
    ],
)
def test_what_cameras_answer(value: str, transport: Transport) -> None:
    assert parse_transports(value) == [transport]


@pytest.mark.parametrize(
    ("value", "session"),
    [
        ("12345678", ("12345678", DEFAULT_SESSION_TIMEOUT)),
        (" 12345678 ; timeout = 30 ", ("12345678", 30.0)),
        ("abc;Timeout=10;timeout=20", ("abc", 10.0)),
        ("abc;timeout=0", ("abc", DEFAULT_SESSION_TIMEOUT)),
        ("abc;timeout=99999", ("abc", DEFAULT_SESSION_TIMEOUT)),
        ("abc;timeout=soon", ("abc", DEFAULT_SESSION_TIMEOUT)),
    ],
)
def test_a_session_has_an_id_and_a_timeout(value: str, session: tuple[str, float]) -> None:
    assert parse_session(value) == session


@pytest.mark.parametrize("value", ["", " ", ";timeout=60", "a b", "a\x07", "x" * 300])
def test_a_session_without_an_id_is_refused(value: str) -> None:
    with pytest.raises(ProtocolError, match="no session"):
        parse_session(value)


@given(st.text())
def test_any_header_is_read(value: str) -> None:
    for transport in parse_transports(value):
        assert transport.interleaved is None or max(transport.interleaved) <= 255
    try:
        name, timeout = parse_session(value)
    except ProtocolError:
        return
    assert name
    assert timeout > 0


PORTS = Transport("RTP/AVP", client_port=(5000, 5001))


@pytest.mark.parametrize(
    ("answer", "server_port", "source"),
    [
        ("RTP/AVP;unicast;client_port=5000-5001;server_port=7-8", (7, 8), None),
        ("RTP/AVP/UDP;unicast;server_port=7;source=10.0.0.9", (7, 8), "10.0.0.9"),
        ("RTP/AVP;server_port=7-8;source=[fe80::1]", (7, 8), "fe80::1"),
        ("rtp/avp;unicast;client_port=1-2;source=", None, None),
        (None, None, None),
    ],
)
def test_over_udp_the_answer_says_where_packets_come_from(
    answer: str | None, server_port: tuple[int, int] | None, source: str | None
) -> None:
    agreed = agree(PORTS, answer)
    assert agreed is not None
    assert (agreed.client_port, agreed.server_port, agreed.source) == (
        PORTS.client_port,
        server_port,
        source,
    )


@pytest.mark.parametrize(
    ("wanted", "answer"),
    [
        (PORTS, "RTP/AVP/TCP;unicast;interleaved=0-1"),
        (PORTS, "RTP/AVP;multicast;destination=239.0.0.1;port=5000-5001"),
        (PORTS, "RTP/SAVP;unicast;client_port=5000-5001"),
        (INTERLEAVED, "RTP/AVP;unicast;client_port=1-2;server_port=3-4"),
        (INTERLEAVED, "RAW/RAW/UDP;unicast"),
    ],
)
def test_another_way_than_the_wanted_one_is_none(wanted: Transport, answer: str) -> None:
    assert agree(wanted, answer) is None


@given(st.sampled_from([PORTS, INTERLEAVED]), st.text())
def test_whatever_the_answer_what_is_agreed_on_is_what_was_wanted(
    wanted: Transport, answer: str
) -> None:
    agreed = agree(wanted, answer)
    if agreed is not None:
        assert (agreed.interleaved is None) == (wanted.interleaved is None)
        assert agreed.client_port == wanted.client_port or agreed.interleaved
