"""Viewers without pictures, fed by hand; and what is made of what they were given."""

import asyncio
import base64
import re
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from liveedge.bench.command import bench
from liveedge.bench.usage import Memory
from liveedge.bench.viewers import Turn, viewer_figures
from liveedge.bench.viewers_crowd import Crowd, CrowdPlan, Tally, parse_crowd
from liveedge.bench.viewers_hls import HlsViewer, read_listing
from liveedge.bench.viewers_live import LiveViewer, missed, parse_header
from liveedge.errors import ConfigError, LiveEdgeError
from liveedge.media.chunk import HEADER, KIND_CHUNK, KIND_INIT
from tests.support import FakeClock

UPGRADED = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"
PLAYLIST = b"""#EXTM3U
#EXT-X-TARGETDURATION:1
#EXT-X-PART-INF:PART-TARGET=0.105
#EXT-X-MEDIA-SEQUENCE:70
#EXT-X-PART:DURATION=0.10000,URI="0a1b2c3d.p5.m4s",INDEPENDENT=YES
#EXT-X-PART:DURATION=0.10000,URI="0a1b2c3d.p6.m4s"
#EXTINF:0.2,
0a1b2c3d.s70.m4s
#EXT-X-PART:DURATION=0.10000,URI="0a1b2c3d.p7.m4s",INDEPENDENT=YES
#EXT-X-PRELOAD-HINT:TYPE=PART,URI="0a1b2c3d.p8.m4s"
"""


class Socket(asyncio.Transport):
    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.aborted = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written.append(bytes(data))

    def abort(self) -> None:
        self.aborted = True


def chunk(sequence: int, *, kind: int = KIND_CHUNK, size: int = 8000) -> bytes:
    header = HEADER.pack(kind, 0, 1, 1, sequence, 3000, 0, 1_700_000_000_000_000, 4_000, 0)
    return header + bytes(size - len(header))


def message(payload: bytes, opcode: int = 2) -> bytes:
    length = len(payload)
    if length < 126:
        head = bytes([0x80 | opcode, length])
    elif length < 1 << 16:
        head = bytes([0x80 | opcode, 126]) + struct.pack(">H", length)
    else:
        head = bytes([0x80 | opcode, 127]) + struct.pack(">Q", length)
    return head + payload


def live_viewer(tally: Tally, first: int = 0) -> tuple[LiveViewer, Socket]:
    clock = FakeClock(unix=1_700_000_000.024)
    viewer, socket = LiveViewer("host:80", tally, clock), Socket()
    viewer.connection_made(socket)
    viewer.first, viewer.final = first, 1000
    return viewer, socket


@given(st.data())
def test_frames_are_counted_however_they_are_cut(data: st.DataObject) -> None:
    frames = [
        message(b'{"type": "hello"}', opcode=1),
        message(chunk(0, kind=KIND_INIT, size=700)),
        message(chunk(1)),
        message(chunk(2, size=70_000)),
        message(b"", opcode=9),
        message(chunk(3, size=60)),
    ]
    stream = UPGRADED + b"".join(frames)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=12)))
    tally = Tally()
    viewer, _ = live_viewer(tally)
    for begin, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        viewer.data_received(stream[begin:end])
    assert viewer.last == 3
    assert (viewer.counted, tally.media, tally.media_bytes) == (3, 3, 8000 + 70_000 + 60)
    assert tally.problems == []


def test_it_subscribes_and_answers_pings() -> None:
    viewer, socket = live_viewer(Tally())
    viewer.data_received(UPGRADED + message(b"beat", opcode=9))
    assert b"Upgrade: websocket" in socket.written[0]
    assert socket.written[1][6:] == b'{"type": "subscribe", "stream": "bench"}'
    assert socket.written[2] == bytes([0x8A, 0x84, 0, 0, 0, 0]) + b"beat"


def test_a_frame_counts_as_late_by_the_clock_of_the_server() -> None:
    tally = Tally()
    viewer, _ = live_viewer(tally)
    viewer.data_received(UPGRADED + message(chunk(1)))
    assert list(tally.delays_ms) == pytest.approx([20.0], abs=0.01)
    assert tally.late == 0
    tally.took(99.0)
    tally.took(101.0)
    tally.took(150.0, due_ms=105.0)
    assert tally.late == 1


def test_what_does_not_reach_a_viewer_is_missed() -> None:
    tally = Tally()
    viewers = [live_viewer(tally, first=10)[0] for _ in range(2)]
    for viewer, sequences in zip(viewers, ((10, 11, 12, 13), (10, 11, 13)), strict=True):
        viewer.data_received(UPGRADED + b"".join(message(chunk(n)) for n in sequences))
    assert missed(viewers, first=10, final=13) == 1


def test_a_server_without_the_socket_is_a_problem() -> None:
    tally = Tally()
    viewer, _ = live_viewer(tally)
    viewer.data_received(b"HTTP/1.1 404 Not Found\r\n\r\n")
    assert tally.problems == ["The server opens no WebSocket: HTTP/1.1 404 Not Found"]


def test_a_message_in_pieces_is_not_ours() -> None:
    with pytest.raises(LiveEdgeError, match="several frames"):
        parse_header(b"\x02\x05hello", 0)


def test_a_playlist_says_what_is_listed_and_what_comes() -> None:
    listing = read_listing(PLAYLIST)
    assert listing.token == "0a1b2c3d"
    assert listing.serials == (5, 6, 7)
    assert (listing.next_msn, listing.next_part) == (71, 1)
    assert listing.part_target_ms == pytest.approx(105)


def test_a_playlist_without_parts_is_refused() -> None:
    with pytest.raises(LiveEdgeError, match="lists no parts"):
        read_listing(b"#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:1\n")


def answer(body: bytes, status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body


def hls_viewer(tally: Tally) -> tuple[HlsViewer, Socket]:
    viewer, socket = HlsViewer("host:80", "/hls/bench/live.m3u8", tally, FakeClock()), Socket()
    viewer.connection_made(socket)
    return viewer, socket


def test_a_player_asks_for_the_newest_part_and_then_for_what_comes() -> None:
    tally = Tally(counting=True)
    viewer, socket = hls_viewer(tally)
    stream = answer(PLAYLIST)
    viewer.data_received(stream[:30])
    viewer.data_received(stream[30:])
    viewer.data_received(answer(bytes(25_000)))
    asked = [line.split()[1] for line in map(bytes.decode, socket.written)]
    assert asked == [
        "/hls/bench/live.m3u8",
        "/hls/bench/0a1b2c3d.p7.m4s",
        "/hls/bench/live.m3u8?_HLS_msn=71&_HLS_part=1",
    ]
    assert (tally.playlists, tally.media, tally.media_bytes) == (1, 1, 25_000)
    assert viewer.newest == 7


def test_parts_that_left_the_list_before_they_were_fetched_are_missed() -> None:
    tally = Tally(counting=True)
    viewer, _ = hls_viewer(tally)
    viewer.newest = 2
    viewer.data_received(answer(PLAYLIST))
    assert tally.missed == 2


def test_an_answer_that_is_none_ends_that_player() -> None:
    tally = Tally(counting=True)
    viewer, socket = hls_viewer(tally)
    viewer.data_received(answer(b"gone\n", "410 Gone"))
    assert socket.aborted
    assert tally.problems == ["The server said HTTP/1.1 410 Gone"]


def crowd(**changes: Any) -> Crowd:
    values: dict[str, Any] = {
        "seconds": 10.0,
        "media": 90_000,
        "media_bytes": 720_000_000,
        "playlists": 0,
        "playlist_versions": 0,
        "missed": 0,
        "late": 3,
        "delay_p50_ms": 1.26,
        "delay_p99_ms": 9.0,
        "problems": [],
    }
    return Crowd(**(values | changes))


def turn(given: Crowd, cpu: float) -> Turn:
    return Turn(given, cpu, Memory(rss=90.04, uss=60.0))


def test_live_viewers_cost_processor_time_a_frame() -> None:
    plan = CrowdPlan("live", 300, 10)
    figures = viewer_figures(plan, turn(crowd(), 0.1), turn(crowd(), 1.8))
    assert figures["cpu_us_per_frame"] == 20.0
    assert figures["server_cpu_percent"] == 18.0
    assert figures["frame_bytes"] == 8000
    assert figures["frames_per_second"] == 9000
    assert (figures["frames_missed"], figures["late"], figures["late_bound_ms"]) == (0, 3, 100.0)
    assert (figures["rss_mb"], figures["rss_mb_one_viewer"]) == (90.0, 90.0)


def test_players_of_parts_cost_processor_time_a_response() -> None:
    plan = CrowdPlan("llhls", 300, 10)
    given = crowd(media=30_000, media_bytes=750_000_000, playlists=30_000, playlist_versions=101)
    figures = viewer_figures(plan, turn(crowd(), 0.1), turn(given, 5.0))
    assert figures["requests_per_second"] == 6000
    assert figures["responses_per_cpu_second"] == 12_000
    assert figures["part_bytes"] == 25_000
    assert (figures["playlists_served"], figures["playlist_versions"]) == (30_000, 101)


def test_no_frames_are_no_figure_rather_than_an_error() -> None:
    figures = viewer_figures(CrowdPlan("live", 1, 1), turn(crowd(), 0), turn(crowd(media=0), 0))
    assert figures["cpu_us_per_frame"] is None


def test_a_result_goes_from_process_to_process() -> None:
    tally = Tally(media=7)
    tally.took(2.0)
    assert parse_crowd(tally.result(1.5).to_json()) == tally.result(1.5)
    with pytest.raises(LiveEdgeError, match="without a result"):
        parse_crowd("")


def test_problems_are_few() -> None:
    tally = Tally()
    for number in range(100):
        tally.problem(str(number))
    assert tally.problems == ["0", "1", "2", "3", "4"]


def test_unknown_viewers_are_answered_with_those_there_are() -> None:
    result = CliRunner().invoke(bench, ["viewers", "--transport", "rtmp"])
    assert isinstance(result.exception, ConfigError)
    assert 'no viewers by "rtmp"; choose live or llhls' in str(result.exception)


def test_the_handshake_has_a_key_of_16_octets() -> None:
    _, socket = live_viewer(Tally())
    (key,) = re.findall(rb"Sec-WebSocket-Key: (\S+)\r\n", socket.written[0])
    assert len(base64.b64decode(key)) == 16
