# ruff: noqa: T201 - a script that prints its findings
"""Feeds mutated conversations to everything that reads what a camera sends.

    python tests/fuzz/fuzz_rtsp.py --seconds 60 [--seed N] [--target NAME] [--atheris]

A finding is an exception that is not ours, an input that takes longer than a second, or a picture
that cannot be. It is printed with its input in hexadecimal, and the exit status is 1. With
`--atheris` the inputs come from coverage-guided mutation, where that package is installed.
"""

import argparse
import asyncio
import importlib
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from liveedge.config.url import parse_camera_url
from liveedge.errors import SourceError
from liveedge.media.access_unit import AccessUnit
from liveedge.media.audio import AudioUnit
from liveedge.rtsp.audio import choose_audio
from liveedge.rtsp.auth import Authenticator
from liveedge.rtsp.connection import Connection
from liveedge.rtsp.framing import Demultiplexer
from liveedge.rtsp.h264 import H264Depacketizer
from liveedge.rtsp.h265 import H265Depacketizer
from liveedge.rtsp.messages import Headers, Request, Response, body_length, parse_head
from liveedge.rtsp.pictures import MAX_ACCESS_UNIT, MAX_NALS
from liveedge.rtsp.rtcp import SenderReport, encode_sender_report, ntp_time, parse_compound
from liveedge.rtsp.rtp import RtpReceiver
from liveedge.rtsp.sdp import parse_sdp, resolve_control
from liveedge.rtsp.session import Session
from liveedge.rtsp.sound import AacDepacketizer, OpusDepacketizer
from liveedge.rtsp.transport import parse_session, parse_transports
from liveedge.rtsp.video import VideoDescription, choose_video

SLOW = 1.0
SSRC = 0xCA3E7A

Target = Callable[[bytes], None]


# --- what a well-behaved camera says

SDP = (
    b"v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=cam\r\nt=0 0\r\na=control:*\r\n"
    b"m=audio 0 RTP/AVP 0 97\r\na=rtpmap:97 MPEG4-GENERIC/16000/1\r\na=control:trackID=2\r\n"
    b"m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=framerate:25\r\n"
    b"a=fmtp:96 packetization-mode=1;sprop-parameter-sets=Z0LAHtoCgL/lwEQAAAMABAAAAwDwPFi6gA==,"
    b"aM48gA==\r\na=control:trackID=1\r\n"
)
CHALLENGE = 'Digest realm="cam", nonce="0123456789abcdef", qop="auth", algorithm=MD5, opaque="x"'


def answer(cseq: int, status: int = 200, body: bytes = b"", **headers: str) -> bytes:
    fields = [("CSeq", str(cseq)), *((n.replace("_", "-"), v) for n, v in headers.items())]
    return Response(status, "OK", Headers(fields), body).encode()


def packet(sequence: int, timestamp: int, payload: bytes, *, marker: bool = False) -> bytes:
    head = bytes([0x80, 96 | 0x80 * marker]) + sequence.to_bytes(2, "big")
    return head + timestamp.to_bytes(4, "big") + SSRC.to_bytes(4, "big") + payload


def frame(channel: int, data: bytes) -> bytes:
    return b"$" + bytes([channel]) + len(data).to_bytes(2, "big") + data


def packets() -> list[bytes]:
    """Two pictures in every packetization, with two slices each."""
    found: list[bytes] = []
    for number, nal_type in enumerate((5, 1)):
        stamp = number * 3600
        header = 0x60 | nal_type
        aggregate = b"".join(
            len(nal).to_bytes(2, "big") + nal for nal in (b"\x67\x42\xc0\x1e", b"\x68\xce\x3c\x80")
        )
        payloads = [
            b"\x09\xf0",
            b"\x78" + aggregate,
            bytes([header]) + b"\x80slice",
            bytes([0x7C, 0x80 | nal_type]) + b"\x40first",
            bytes([0x7C, nal_type]) + b"middle",
            bytes([0x7C, 0x40 | nal_type]) + b"last",
        ]
        for payload in payloads:
            found.append(
                packet(65533 + len(found) & 0xFFFF, stamp, payload, marker=payload is payloads[-1])
            )
    return found


def media() -> bytes:
    report = SenderReport(SSRC, ntp_time(1_700_000_000.0), 0, 2, 100)
    pieces = [frame(0, data) for data in packets()]
    pieces.insert(4, frame(1, encode_sender_report(report, "cam")))
    pieces.insert(6, b"\r\n")
    pieces.insert(7, Request("OPTIONS", "*", Headers([("CSeq", "7")])).encode())
    return b"".join(pieces)


def opening(first: int) -> bytes:
    return (
        answer(first, body=SDP, Content_Base="rtsp://camera/live/", Content_Type="application/sdp")
        + answer(first + 1, Session="12345678;timeout=60", Transport="RTP/AVP/TCP;interleaved=0-1")
        + answer(first + 2, RTP_Info="url=rtsp://camera/live/trackID=1;seq=65533;rtptime=0")
    )


CHALLENGED = answer(1, 401, WWW_Authenticate=CHALLENGE)
CONVERSATIONS = [
    opening(1) + media() + answer(4, Public="OPTIONS, GET_PARAMETER") + answer(5),
    CHALLENGED + opening(2) + media() + media(),
]
HEADS = [
    answer(1, Public="OPTIONS"),
    CHALLENGED,
    Request("ANNOUNCE", "rtsp://camera/live", Headers([("CSeq", "1"), ("A", "b")])).encode(),
]
WORDS = [
    b"RTSP/1.0 ", b"HTTP/1.1 ", b"\r\n", b"\r\n\r\n", b"\n", b"$\0", b"$\1", b"Content-Length: ",
    b"WWW-Authenticate: ", b"Digest ", b"Basic ", b"nonce=", b'"', b"\\", b",", b";", b"=",
    b"CSeq: 1", b"Session: ", b"Transport: ", b"interleaved=", b"m=video 0 RTP/AVP ",
    b"a=control:", b"a=rtpmap:", b"sprop-parameter-sets=", b"timeout=", b"-1", b"9" * 20, b"\0",
    b"\xff", b" ", b"stale=true", b"TEARDOWN * RTSP/1.0\r\n\r\n", b"\x78\0\0", b"\x7c\x85",
    b"\x7c\x45", b"\x80\x60",
]  # fmt: skip


# --- who reads it


class Sink:
    """A handler that knows what cannot be."""

    def __init__(self) -> None:
        self.announced = False
        self.synced = False

    def playing(self, video: VideoDescription) -> None:
        assert not self.announced
        self.announced = True

    def access_unit(self, unit: AccessUnit) -> None:
        assert self.announced
        self.picture(unit)

    def picture(self, unit: AccessUnit) -> None:
        self.synced = self.synced or unit.sync
        assert self.synced
        assert 0 < len(unit.nals) <= MAX_NALS
        assert all(unit.nals)
        assert sum(map(len, unit.nals)) <= MAX_ACCESS_UNIT + MAX_NALS
        assert not any(nal[0] & 0x1F in (7, 8, 9) for nal in unit.nals)

    def sender_report(self, unix_us: int, rtp_time: int) -> None:
        assert 0 <= rtp_time < 1 << 32


class SteppingClock:
    """Monotonic time that a target moves on by itself."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def wall(self) -> float:
        return self.now


class Transport(asyncio.Transport):
    """Takes what is said, and sees that it can be read."""

    def write(self, data: Any) -> None:
        if not data.startswith(b"$"):
            parse_head(data)

    def get_write_buffer_size(self) -> int:
        return 0


def chunks(data: bytes) -> Iterator[bytes]:
    """Cut data where the data itself says, so that an input is all that a finding needs."""
    cut = random.Random(len(data) + (data[-1] if data else 0))
    position = 0
    while position < len(data):
        size = cut.choice((1, 3, 50, 400, 4000))
        yield data[position : position + size]
        position += size


def read_head(data: bytes) -> None:
    message = parse_head(data)
    body_length(message.headers, 1000)
    for name, value in message.headers:
        parse_transports(value)
        with suppress(SourceError):
            parse_session(value)
        assert name in message.headers


def read_challenge(data: bytes) -> None:
    auth = Authenticator("user", "password")
    text = data.decode("utf-8", "surrogateescape").replace("\r", "").replace("\n", "")
    if auth.challenged([text.replace("\0", "")]):
        value = auth.authorization("PLAY", "rtsp://camera/") or ""
        Request("PLAY", "rtsp://camera/", Headers([("Authorization", value)])).encode()


def read_sdp(data: bytes) -> None:
    session = parse_sdp(data)
    for description in session.media:
        with suppress(SourceError):
            resolve_control("rtsp://camera/live", description.control)
    choose_audio(session)
    choose_video(session)


def read_stream(data: bytes) -> None:
    demultiplexer = Demultiplexer(lambda message: None)
    sink = Sink()
    receiver = RtpReceiver(H264Depacketizer(sink.picture), 96, 90000)
    demultiplexer.sinks[0] = receiver.push
    for number, chunk in enumerate(chunks(data)):
        demultiplexer.feed(chunk, number / 100)
    receiver.report(number / 100 if data else 0.0)
    assert receiver.packets >= 0


def read_reports(data: bytes) -> None:
    for report in parse_compound(data) or ():
        assert not isinstance(report, SenderReport) or isinstance(report.unix_us, int)


def read_packets(data: bytes) -> None:
    """Frames without a demultiplexer: each begins with its length in one octet."""
    for depacketizer in (
        H264Depacketizer(Sink().picture),
        H265Depacketizer(Sink().picture),
        AacDepacketizer(list[AudioUnit]().append, size_bits=13, index_bits=3, duration=1024),
        OpusDepacketizer(list[AudioUnit]().append),
    ):
        receiver = RtpReceiver(depacketizer, 96, 90000)
        position = 0
        while position < len(data):
            end = min(len(data), position + 1 + data[position])
            receiver.push(data, position + 1, end, position / 1000)
            position = end


def converse(data: bytes) -> None:
    clock = SteppingClock()
    session = Session(parse_camera_url("rtsp://user:password@camera/live"))
    connection = Connection(session, Sink(), clock)
    connection.connection_made(Transport())
    connection.open()
    for chunk in chunks(data):
        clock.now += 0.2
        connection.data_received(chunk)
        if connection.failure is not None:
            raise connection.failure
        if connection.playing is not None:
            connection.tick(clock.now)
    assert connection.stats.bytes == len(data)


TARGETS: dict[str, tuple[Target, list[bytes]]] = {
    "head": (read_head, HEADS),
    "challenge": (read_challenge, [CHALLENGE.encode(), b'Basic realm="a", ' + CHALLENGE.encode()]),
    "sdp": (read_sdp, [SDP]),
    "reports": (
        read_reports,
        [encode_sender_report(SenderReport(1, 2, 3, 4, 5), "cam") + b"\x81\xcb\0\1\0\0\0\1"],
    ),
    "packets": (read_packets, [b"".join(bytes([len(data)]) + data for data in packets())]),
    "stream": (read_stream, CONVERSATIONS),
    "client": (converse, CONVERSATIONS),
}


# --- the mutations


def mutate(data: bytes, others: list[bytes], pick: random.Random) -> bytes:
    """Change a few places of an input."""
    changed = bytearray(data)
    for _ in range(pick.choice((1, 1, 2, 4, 16))):
        at = pick.randrange(len(changed) + 1)
        size = pick.choice((1, 1, 2, 4, 30, 300))
        match pick.randrange(8):
            case 0 if at < len(changed):
                changed[at] ^= 1 << pick.randrange(8)
            case 1 if at < len(changed):
                changed[at] = pick.choice((0, 1, 0x24, 0x7F, 0x80, 0xFF, pick.randrange(256)))
            case 2:
                del changed[at : at + size]
            case 3:
                changed[at:at] = changed[at : at + size] * pick.choice((1, 2, 20))
            case 4:
                changed[at:at] = pick.randbytes(size)
            case 5:
                changed[at:at] = pick.choice(WORDS)
            case 6:
                other = pick.choice(others)
                start = pick.randrange(len(other) + 1)
                changed[at:at] = other[start : start + size]
            case _:
                if pick.random() < 0.1:
                    del changed[at:]
    return bytes(changed)


def try_one(target: Target, data: bytes) -> str | None:
    """Run one input; return what is wrong with that."""
    begin = time.perf_counter()
    try:
        target(data)
    except SourceError as error:
        if not str(error).endswith("."):
            return f"not a sentence: {error}"
    except Exception as error:  # noqa: BLE001 - this is what we are looking for
        return f"{type(error).__name__}: {error}"
    took = time.perf_counter() - begin
    return f"took {took:.1f} s" if took > SLOW else None


def campaign(
    name: str, pick: random.Random, go_on: Callable[[int], bool]
) -> tuple[int, list[tuple[str, bytes]]]:
    """Try mutations of a target's seeds; return how many, and the findings."""
    target, seeds = TARGETS[name]
    findings: list[tuple[str, bytes]] = []
    count = 0
    while go_on(count):
        data = mutate(pick.choice(seeds), seeds, pick)
        wrong = try_one(target, data)
        if wrong is not None:
            findings.append((wrong, data))
        count += 1
    return count, findings


def for_seconds(seconds: float) -> Callable[[int], bool]:
    until = time.monotonic() + seconds
    return lambda _count: time.monotonic() < until


def with_atheris(name: str) -> None:
    atheris: Any = importlib.import_module("atheris")
    target, seeds = TARGETS[name]

    def one(data: bytes) -> None:
        wrong = try_one(target, data)
        if wrong is not None:
            raise AssertionError(wrong)

    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(seeds):
            Path(corpus, str(number)).write_bytes(seed)
        atheris.instrument_all()
        atheris.Setup([sys.argv[0], corpus], one)
        atheris.Fuzz()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="for all targets together")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--target", choices=TARGETS, action="append")
    parser.add_argument("--atheris", action="store_true", help="one target, until interrupted")
    options = parser.parse_args()
    names: list[str] = options.target or list(TARGETS)
    if options.atheris:
        with_atheris(names[0])
    seed: int = random.randrange(1 << 32) if options.seed is None else options.seed
    print(f"seed {seed}")
    failed = False
    for name in names:
        count, findings = campaign(
            name, random.Random(f"{seed} {name}"), for_seconds(options.seconds / len(names))
        )
        print(f"{name:10} {count:8} inputs, {len(findings)} findings")
        for wrong, data in findings[:5]:
            print(f"  {wrong}\n  {data.hex()}")
        failed = failed or bool(findings)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
