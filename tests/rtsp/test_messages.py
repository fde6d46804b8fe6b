import contextlib
from string import ascii_letters, digits

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveedge.errors import LimitError, ProtocolError
from liveedge.rtsp.messages import (
    MAX_HEAD,
    MAX_HEADERS,
    Headers,
    Request,
    Response,
    body_length,
    parse_head,
    shown,
)

names = st.text(ascii_letters + digits + "-", min_size=1, max_size=20).filter(
    lambda name: name.lower() != "content-length"
)
values = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp")), max_size=40).map(
    str.strip
)
header_lists = st.lists(st.tuples(names, values), max_size=10).map(Headers)


@given(st.sampled_from(["OPTIONS", "SETUP", "GET_PARAMETER"]), header_lists)
def test_request_round_trip(method: str, headers: Headers) -> None:
    request = Request(method, "rtsp://camera/live?a=b", headers)
    assert parse_head(request.encode()) == request


@given(st.integers(100, 999), values, header_lists)
def test_response_round_trip(status: int, reason: str, headers: Headers) -> None:
    response = Response(status, reason, headers)
    assert parse_head(response.encode()) == response


@given(st.binary(max_size=300))
def test_any_bytes_give_a_message_or_our_error(block: bytes) -> None:
    with contextlib.suppress(ProtocolError):
        parse_head(block)


@given(st.binary(max_size=120))
def test_any_header_bytes_give_a_message_or_our_error(block: bytes) -> None:
    try:
        message = parse_head(b"RTSP/1.0 200 OK\r\n" + block)
    except ProtocolError:
        return
    for name, _ in message.headers:
        assert name in message.headers


def test_names_have_no_case_and_repeats_keep_their_order() -> None:
    response = parse_head(
        b"RTSP/1.0 401 Unauthorized\r\nCSeq: 2\r\n"
        b"WWW-Authenticate: Digest x\r\nwww-authenticate: Basic y\r\n\r\n"
    )
    assert response.headers.get_all("WWW-AUTHENTICATE") == ["Digest x", "Basic y"]
    assert response.headers.get("www-authenticate") == "Digest x"
    assert response.cseq == 2
    response.headers.set("WWW-Authenticate", "Basic z")
    assert response.headers.get_all("www-authenticate") == ["Basic z"]


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\r\r\n"])
def test_every_line_end_is_understood(end: str) -> None:
    message = parse_head(f"RTSP/1.0 200 OK{end}CSeq: 7{end}{end}".encode())
    assert isinstance(message, Response)
    assert (message.status, message.reason, message.cseq) == (200, "OK", 7)


def test_a_folded_line_goes_on_with_the_value_before_it() -> None:
    message = parse_head(b"RTSP/1.0 200 OK\r\nPublic: PLAY,\r\n\t TEARDOWN\r\nCSeq: 1\r\n\r\n")
    assert message.headers.get("Public") == "PLAY, TEARDOWN"
    assert message.cseq == 1


def test_a_url_with_blanks_is_kept() -> None:
    message = parse_head(b"SETUP rtsp://camera/my room/trackID=0 RTSP/1.0\r\n\r\n")
    assert isinstance(message, Request)
    assert message.url == "rtsp://camera/my room/trackID=0"


def test_octets_that_are_not_utf8_survive() -> None:
    block = b'RTSP/1.0 401 No\r\nWWW-Authenticate: Basic realm="K\xfcche"\r\n\r\n'
    assert parse_head(block).encode() == block


@pytest.mark.parametrize(
    ("block", "says"),
    [
        (b"", "no start line"),
        (b"\r\n\r\n", "no start line"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "HTTP, not RTSP"),
        (b"RTSP/1.0 abc OK\r\n\r\n", "three digits"),
        (b"RTSP/1.0 99 OK\r\n\r\n", "three digits"),
        (b"RTSP/1.0 \xd9\xa2\xd9\xa0\xd9\xa0 OK\r\n\r\n", "three digits"),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "not RTSP/1.0"),
        (b"OPTIONS * RTSP/2.0\r\n\r\n", "not RTSP/1.0"),
        (b"RTSP/1.0 200 OK\r\nno colon\r\n\r\n", '"no colon"'),
        (b"RTSP/1.0 200 OK\r\n: value\r\n\r\n", '": value"'),
    ],
)
def test_what_is_no_message_is_refused_in_a_sentence(block: bytes, says: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        parse_head(block)
    assert says in str(caught.value)


def test_headers_are_limited_in_number_and_size() -> None:
    start = b"RTSP/1.0 200 OK\r\n"
    assert len(parse_head(start + b"A: b\r\n" * MAX_HEADERS).headers) == MAX_HEADERS
    with pytest.raises(LimitError):
        parse_head(start + b"A: b\r\n" * (MAX_HEADERS + 1))
    with pytest.raises(LimitError):
        parse_head(start + b"A: " + b"b" * MAX_HEAD)


@pytest.mark.parametrize("value", ["-1", "+5", "1_0", "", "0x10", "1" * 5000, "٣", "1, 2"])
def test_a_content_length_is_a_decimal_number(value: str) -> None:
    with pytest.raises(ProtocolError):
        body_length(Headers([("Content-Length", value)]), 1000)


def test_body_length_counts_repeats_only_if_they_agree() -> None:
    same = Headers([("Content-Length", "5"), ("content-length", "5")])
    assert body_length(same, 5) == 5
    assert body_length(Headers(), 5) == 0
    with pytest.raises(ProtocolError):
        body_length(Headers([("Content-Length", "5"), ("Content-Length", "6")]), 10)
    with pytest.raises(LimitError):
        body_length(same, 4)


def test_encode_writes_the_length_of_the_body() -> None:
    headers = Headers([("CSeq", "3"), ("Content-Length", "999")])
    encoded = Response(200, "OK", headers, b"v=0\r\n").encode()
    assert encoded == b"RTSP/1.0 200 OK\r\nCSeq: 3\r\nContent-Length: 5\r\n\r\nv=0\r\n"


@pytest.mark.parametrize(
    "message",
    [
        Request("OPTIONS", "rtsp://camera/\r\nX: y"),
        Request("OPTIONS", "rtsp://camera/a b"),
        Request("OPTIONS", ""),
        Request("OPTIONS", "rtsp://camera/\x7f"),
        Request("A B", "*"),
        Request("OPTIONS", "*", Headers([("A", "b\r\nC: d")])),
        Request("OPTIONS", "*", Headers([("A\n", "b")])),
        Response(200, "OK\r\nX: y"),
    ],
)
def test_encode_refuses_what_would_break_the_framing(message: Request | Response) -> None:
    with pytest.raises(ValueError, match="holds"):
        message.encode()


def test_a_url_may_hold_any_letters() -> None:
    request = Request("PLAY", "rtsp://camera/b\u00fcro\u00a01")
    assert request.encode().startswith(b"PLAY rtsp://camera/b\xc3\xbcro\xc2\xa01 RTSP/1.0\r\n")


def test_no_repr_shows_credentials() -> None:
    headers = Headers([("Authorization", "Basic c2VjcmV0"), ("CSeq", "1")])
    request = Request("PLAY", "rtsp://camera/?password=c2VjcmV0", headers)
    assert "c2VjcmV0" not in repr(request)
    assert "CSeq" in repr(request)


@given(st.text())
def test_shown_words_are_one_printable_quotation(text: str) -> None:
    quoted = shown(text)
    assert quoted.isprintable()
    assert quoted.count('"') == 2
    assert quoted[0] == quoted[-1] == '"'
