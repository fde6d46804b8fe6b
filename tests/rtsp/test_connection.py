"""A connection without a network: a transport that remembers and a clock that stands still."""

import asyncio
import struct
from typing import Any

import pytest

from liveedge.config.url import parse_camera_url
from liveedge.errors import LimitError, SourceError
from liveedge.rtsp.connection import MAX_UNSENT, REPORT_INTERVAL, Connection
from liveedge.rtsp.messages import Headers, Request, Response, parse_head
from liveedge.rtsp.pictures import PictureDepacketizer
from liveedge.rtsp.session import Session
from tests.rtsp.scripted import IDR, SDP, Remembering, Video
from tests.support import FakeClock


class Transport(asyncio.Transport):
    """Keeps what is written; `unsent` is what the other side has not read."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.unsent = 0

    def write(self, data: Any) -> None:
        self.written.append(bytes(data))

    def get_write_buffer_size(self) -> int:
        return self.unsent

    def methods(self) -> list[str]:
        """The methods asked for so far; reports are left out."""
        heads = [parse_head(data) for data in self.written if not data.startswith(b"$")]
        return [head.method for head in heads if isinstance(head, Request)]

    def reports(self) -> list[bytes]:
        return [data[4:] for data in self.written if data.startswith(b"$\1")]


class Line:
    """A connection and the camera's end of it."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.transport = Transport()
        self.handler = Remembering()
        self.acknowledged = 0
        session = Session(parse_camera_url("rtsp://camera/live"))
        self.connection = Connection(
            session, self.handler, self.clock, acknowledge=self._acknowledge
        )
        self.connection.connection_made(self.transport)
        self.connection.open()

    def _acknowledge(self) -> None:
        self.acknowledged += 1

    def answer(self, status: int = 200, body: bytes = b"", **headers: str) -> None:
        """Answer the newest request."""
        cseq = parse_head(self.transport.written[-1]).cseq
        fields = [("CSeq", str(cseq)), *headers.items()]
        self.connection.data_received(Response(status, "", Headers(fields), body).encode())

    def play(self, session: str = "1;timeout=60") -> None:
        self.answer(body=SDP)
        self.answer(Session=session)
        self.answer()
        assert self.connection.playing is not None


def test_requests_follow_each_other_without_the_loop() -> None:
    line = Line()
    assert line.connection.asked == ("DESCRIBE", line.clock.now)
    line.clock.advance(1.0)
    line.answer(body=SDP)
    assert line.connection.asked == ("SETUP", line.clock.now)
    line.answer(Session="1")
    line.answer()
    assert line.connection.asked is None
    assert line.transport.methods() == ["DESCRIBE", "SETUP", "PLAY"]
    assert line.handler.order == ["playing"]
    assert line.acknowledged == 3


def test_a_sign_of_life_is_due_at_half_of_the_timeout() -> None:
    line = Line()
    line.play("1;timeout=8")
    assert line.connection.tick(line.clock.now) == 4.0
    line.clock.advance(3.5)
    assert line.connection.tick(line.clock.now) == 0.5
    assert line.transport.methods()[3:] == []
    line.clock.advance(0.5)
    assert line.connection.tick(line.clock.now) == REPORT_INTERVAL - 4.0
    assert line.transport.methods()[3:] == ["OPTIONS"]
    line.answer(Public="GET_PARAMETER")
    assert line.transport.methods()[3:] == ["OPTIONS", "GET_PARAMETER"]
    line.clock.advance(4.0)
    line.connection.tick(line.clock.now)
    assert line.transport.methods()[5:] == ["GET_PARAMETER"]


def test_an_unanswered_sign_of_life_is_followed_by_the_next() -> None:
    line = Line()
    line.play("1;timeout=2")
    for _ in range(3):
        line.clock.advance(1.0)
        line.connection.tick(line.clock.now)
    assert line.transport.methods()[3:] == ["OPTIONS"] * 3
    assert line.connection.failure is None


def test_a_late_answer_is_no_answer_to_the_next_question() -> None:
    line = Line()
    line.play("1;timeout=2")
    late = Response(200, "", Headers([("CSeq", "4"), ("Public", "GET_PARAMETER")])).encode()
    for _ in range(2):
        line.clock.advance(1.0)
        line.connection.tick(line.clock.now)
    line.connection.data_received(late)
    assert line.transport.methods()[3:] == ["OPTIONS"] * 2


def test_reports_are_due_every_five_seconds() -> None:
    line = Line()
    line.play()
    video = Video()
    line.connection.data_received(video.frame(IDR, 0))
    video.sequence += 1
    line.connection.data_received(video.frame(IDR, 3000))
    line.clock.advance(REPORT_INTERVAL)
    assert line.connection.tick(line.clock.now) == REPORT_INTERVAL
    (report,) = line.transport.reports()
    fraction_and_lost, highest = struct.unpack_from("!II", report, 12)
    assert fraction_and_lost == (256 // 3) << 24 | 1
    assert highest == 102
    line.clock.advance(REPORT_INTERVAL)
    line.connection.tick(line.clock.now)
    assert struct.unpack_from("!I", line.transport.reports()[1], 12) == (1,)


def test_answers_that_nobody_reads_are_a_limit() -> None:
    line = Line()
    line.play()
    line.transport.unsent = MAX_UNSENT + 1
    line.connection.data_received(Request("OPTIONS", "*").encode())
    assert isinstance(line.connection.failure, LimitError)


async def test_the_first_failure_counts_and_nothing_is_taken_after_it() -> None:
    line = Line()
    line.connection.data_received(b"garbage")
    first = line.connection.failure
    line.connection.connection_lost(ConnectionResetError())
    line.connection.data_received(b"more")
    assert line.connection.failure is first
    with pytest.raises(SourceError, match="does not speak RTSP"):
        await line.connection.wait(10)


async def test_nothing_is_kept_of_a_picture_that_will_not_be_complete() -> None:
    line = Line()
    line.play()
    video = Video()
    for nal in (b"\x67\x42\xc0\x1e", IDR, b"\x7c\x81" + bytes(1000)):
        line.connection.data_received(video.frame(nal, 0, marker=False))
    assert line.connection.playing is not None
    depacketizer = line.connection.playing.depacketizer
    assert isinstance(depacketizer, PictureDepacketizer)
    held = (depacketizer._nals, depacketizer._fragments, depacketizer._parameter_sets)
    assert all(held)
    await line.connection.leave(0.0)
    assert held == ([], [], [])


async def test_waiting_ends_with_an_answer() -> None:
    line = Line()
    waiting = asyncio.create_task(line.connection.wait(10))
    await asyncio.sleep(0)
    line.answer(body=SDP)
    async with asyncio.timeout(5):
        await waiting


def test_figures_are_readable_at_any_time() -> None:
    line = Line()
    assert line.connection.stats.bytes == 0
    line.play()
    before = line.connection.stats.bytes
    line.connection.data_received(Video().frame(IDR, 0) + b"$\x09\x00\x01x")
    stats = line.connection.stats
    assert stats.bytes > before
    assert (stats.packets, stats.access_units, stats.foreign) == (1, 1, 1)
