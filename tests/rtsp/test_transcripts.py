"""Conversations in the shapes of common cameras, played against a connection without a network.

A file in `transcripts/` has lines on what to expect, and then, for each request, a line with `>`,
the method, the URL, and words that must stand in its headers, followed by the camera's answer.
`{cseq}` and `{length}` are filled in. All names and numbers are made up.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from liveedge.config.url import parse_camera_url
from liveedge.rtsp.connection import Connection
from liveedge.rtsp.messages import Request, parse_head
from liveedge.rtsp.session import Session
from tests.rtsp.scripted import IDR, Remembering
from tests.rtsp.test_connection import Transport
from tests.rtsp.test_rtp import packet
from tests.support import FakeClock

TRANSCRIPTS = sorted(Path(__file__).with_name("transcripts").glob("*.txt"))


@dataclass
class Exchange:
    """What the client has to ask, and what the camera answers."""

    method: str
    url: str
    words: str
    lines: list[str] = field(default_factory=list)

    def answer(self, cseq: int | None, line_end: str) -> bytes:
        while self.lines and not self.lines[-1]:
            self.lines.pop()
        head, _, body = "\n".join([*self.lines, ""]).partition("\n\n")
        octets = body.replace("\n", line_end).encode()
        text = head.strip().replace("{cseq}", str(cseq)).replace("{length}", str(len(octets)))
        return f"{text}\n\n".replace("\n", line_end).encode() + octets


@dataclass
class Transcript:
    expected: dict[str, str]
    exchanges: list[Exchange]


def read(path: Path) -> Transcript:
    expected: dict[str, str] = {}
    exchanges: list[Exchange] = []
    for line in path.read_text().splitlines():
        if line.startswith("> "):
            method, url, *words = line[2:].split(" ", 2)
            exchanges.append(Exchange(method, url, words[0] if words else ""))
        elif exchanges:
            exchanges[-1].lines.append(line)
        elif line and not line.startswith("#"):
            key, _, value = line.partition(" ")
            expected[key] = value
    return Transcript(expected, exchanges)


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=[path.stem for path in TRANSCRIPTS])
def test_a_camera_comes_to_play(path: Path) -> None:
    transcript = read(path)
    expected = transcript.expected
    line_end = "\n" if expected.get("line") == "ends LF" else "\r\n"
    clock, transport, handler = FakeClock(), Transport(), Remembering()
    session = Session(parse_camera_url(expected["url"]))
    connection = Connection(session, handler, clock)
    connection.connection_made(transport)
    connection.open()
    method, _, seconds = re.sub(r"\s+every\s+|\s+s$", " ", expected["alive"]).partition(" ")
    for number, exchange in enumerate(transcript.exchanges):
        if exchange.method == "OPTIONS":
            assert handler.order == ["playing"]
            assert connection.tick(clock.now) <= float(seconds)
            clock.advance(float(seconds))
            connection.tick(clock.now)
        assert len([d for d in transport.written if not d.startswith(b"$")]) == number + 1
        written = next(data for data in reversed(transport.written) if not data.startswith(b"$"))
        request = parse_head(written)
        assert isinstance(request, Request)
        assert (request.method, request.url) == (exchange.method, exchange.url)
        assert exchange.words in written.decode()
        assert "secret" not in written.decode()
        connection.data_received(exchange.answer(request.cseq, line_end))
        assert connection.failure is None
    check_playing(session, connection, handler, expected["plays"])
    clock.advance(float(seconds))
    connection.tick(clock.now)
    assert parse_head(transport.written[-2 if transport.written[-1][:1] == b"$" else -1])
    assert transport.methods()[-1] == method


def check_playing(
    session: Session, connection: Connection, handler: Remembering, plays: str
) -> None:
    """The right track plays, and its pictures arrive."""
    assert connection.playing is not None
    assert session.media is not None
    track = session.media.track
    rate = track.description.framerate
    assert plays == (
        f"payload type {track.payload_type}, {len(track.description.parameter_sets)} parameter"
        f" sets, {'no' if rate is None else rate} fps"
    )
    data = packet(1, IDR, marker=True, payload_type=track.payload_type)
    channel = (session.media.transport.interleaved or (0, 1))[0]
    connection.data_received(b"$%c" % channel + len(data).to_bytes(2, "big") + data)
    assert [unit.nals for unit in handler.units] == [[IDR]]
