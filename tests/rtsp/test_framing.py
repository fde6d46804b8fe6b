from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveedge.errors import LimitError, ProtocolError
from liveedge.rtsp.framing import MAX_BODY, MAX_JUNK, Demultiplexer
from liveedge.rtsp.messages import MAX_HEAD, Headers, Message, Request, Response

GREETING = Response(200, "OK", Headers([("CSeq", "1")]))


class Collector:
    """Everything a demultiplexer handed out, in order."""

    def __init__(self, channels: tuple[int, ...] = (0, 1)) -> None:
        self.taken: list[Any] = []
        self.demultiplexer = Demultiplexer(self.message)
        for channel in channels:
            self.demultiplexer.sinks[channel] = self.sink(channel)

    def message(self, message: Message) -> None:
        self.taken.append(message)

    def sink(self, channel: int) -> Any:
        def take(data: bytes, start: int, end: int, arrival: float) -> None:
            self.taken.append((channel, data[start:end]))

        return take

    def feed(self, *chunks: bytes) -> list[Any]:
        for number, chunk in enumerate(chunks):
            self.demultiplexer.feed(chunk, float(number))
        return self.taken


def frame(channel: int, packet: bytes) -> bytes:
    return b"$" + bytes([channel]) + len(packet).to_bytes(2, "big") + packet


def cut(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(c % (len(data) + 1) for c in cuts), len(data)]
    return [data[a:b] for a, b in pairwise(edges)]


packets = st.binary(max_size=200) | st.integers(1000, 65535).map(bytes)
frames = st.tuples(st.integers(0, 3), packets)
messages = st.builds(
    Response,
    st.integers(100, 599),
    st.just("OK"),
    st.just(Headers([("CSeq", "5")])),
    st.binary(max_size=300),
) | st.builds(Request, st.sampled_from(["OPTIONS", "GET_PARAMETER"]), st.just("*"))
items = st.lists(frames | messages, max_size=12)


def encode(item: Any) -> bytes:
    return frame(*item) if isinstance(item, tuple) else item.encode()


@given(items, st.lists(st.integers(0, 1 << 30), max_size=30))
def test_any_chunking_of_a_stream_gives_the_same(stream: list[Any], cuts: list[int]) -> None:
    expected = [i for i in stream if not isinstance(i, tuple) or i[0] < 2]
    strays = len(stream) - len(expected)
    data = GREETING.encode() + b"".join(encode(item) for item in stream)
    collector = Collector()
    taken = collector.feed(*cut(data, cuts))
    for message in taken:
        if isinstance(message, Request | Response):
            message.headers = Headers(h for h in message.headers if h[0] != "Content-Length")
    assert taken == [GREETING, *expected]
    assert collector.demultiplexer.stray_frames == strays
    assert collector.demultiplexer.junk == 0


@given(items)
def test_a_stream_may_come_in_single_octets(stream: list[Any]) -> None:
    data = GREETING.encode() + b"".join(encode(item) for item in stream)[:5000]
    whole, dripped = Collector(), Collector()
    whole.feed(data)
    assert dripped.feed(*(data[i : i + 1] for i in range(len(data)))) == whole.taken


@given(st.lists(st.binary(max_size=200), max_size=10), st.booleans())
def test_any_bytes_give_our_errors_only(chunks: list[bytes], greeted: bool) -> None:
    collector = Collector()
    if greeted:
        chunks.insert(0, GREETING.encode())
    try:
        collector.feed(*chunks)
    except ProtocolError as error:
        assert str(error).endswith(".")


@given(
    st.binary(min_size=1, max_size=400).filter(lambda junk: b"$" not in junk and b"R" not in junk),
    st.lists(st.integers(0, 1 << 30), max_size=10),
)
def test_frames_are_found_again_behind_junk(junk: bytes, cuts: list[int]) -> None:
    # A letter first would be taken for the start of a message.
    junk = b"\x01" + junk
    before, after = frame(0, b"\x80before"), frame(1, b"\x80after")
    collector = Collector()
    collector.feed(GREETING.encode(), *cut(before + junk + after, cuts))
    assert collector.taken == [GREETING, (0, b"\x80before"), (1, b"\x80after")]
    assert collector.demultiplexer.junk == len(junk)


def test_a_dollar_in_junk_counts_only_with_a_known_channel_and_rtp_behind_it() -> None:
    junk = b"\x00$\x00\x00\x05\x00nope" + frame(9, b"\x80")
    collector = Collector()
    collector.feed(GREETING.encode() + junk + frame(0, b"\x80yes"))
    assert collector.taken == [GREETING, (0, b"\x80yes")]


def test_a_response_is_found_behind_junk() -> None:
    collector = Collector()
    collector.feed(GREETING.encode(), b"\x00\x01", b"\x02RTSP", GREETING.encode()[4:])
    assert collector.taken == [GREETING, GREETING]


def test_line_ends_between_frames_are_no_junk() -> None:
    collector = Collector()
    collector.feed(b"\r\n", GREETING.encode(), b"\r\n\r\n" + frame(0, b"a") + b"\n", frame(0, b"b"))
    assert collector.taken == [GREETING, (0, b"a"), (0, b"b")]
    assert collector.demultiplexer.junk == 0


def test_endless_junk_is_refused() -> None:
    collector = Collector()
    collector.feed(GREETING.encode())
    with pytest.raises(ProtocolError, match="neither RTSP nor RTP"):
        collector.feed(*[bytes(1000)] * (MAX_JUNK // 1000 + 2))


def test_endless_junk_in_single_octets_is_refused() -> None:
    collector = Collector()
    collector.feed(GREETING.encode())
    with pytest.raises(ProtocolError, match="neither RTSP nor RTP"):
        collector.feed(*[b"\0"] * (MAX_JUNK + 10))


@pytest.mark.parametrize(
    "greeting", [b"220 mail.example ESMTP\r\n", b"SSH-2.0-x\r\n", b"\x15\x03\x01\x00\x02"]
)
def test_what_is_not_rtsp_at_all_is_said_at_once(greeting: bytes) -> None:
    with pytest.raises(ProtocolError, match="does not speak RTSP"):
        Collector().feed(greeting)


def test_http_is_named() -> None:
    with pytest.raises(ProtocolError, match="HTTP"):
        Collector().feed(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")


@pytest.mark.parametrize("size", [1, 7, 1460, 1 << 18])
def test_endless_headers_are_refused_within_the_limit(size: int) -> None:
    collector = Collector()
    fed = 0
    collector.feed(b"RTSP/1.0 200 OK\r\nX: ")
    with pytest.raises(LimitError, match="headers"):
        while fed <= MAX_HEAD:
            collector.feed(b"a" * size)
            fed += size
    assert fed <= MAX_HEAD


def test_a_body_is_limited_before_it_is_held() -> None:
    head = f"RTSP/1.0 200 OK\r\nContent-Length: {MAX_BODY + 1}\r\n\r\n"
    with pytest.raises(LimitError, match="body"):
        Collector().feed(head.encode())


def test_a_largest_body_in_single_octets_arrives() -> None:
    response = Response(200, "OK", Headers(), b"v" * MAX_BODY)
    data = response.encode()
    taken = Collector().feed(*(data[i : i + 1] for i in range(len(data))))
    assert [message.body for message in taken] == [response.body]


def test_a_sink_may_be_added_by_the_message_before_its_frames() -> None:
    collector = Collector(channels=())

    def message(message: Message) -> None:
        collector.demultiplexer.sinks[4] = collector.sink(4)

    collector.demultiplexer = Demultiplexer(message)
    collector.feed(GREETING.encode() + frame(4, b"now"))
    assert collector.taken == [(4, b"now")]
