"""Beeps and flashes off the live socket of a real server, decoded."""

import os
import sys
from contextlib import ExitStack
from io import BytesIO

import av
import pytest
from av.audio.frame import AudioFrame
from websockets.asyncio.server import ServerConnection, serve

from liveedge.bench.parts import CameraPlan, start_server, wait_live
from liveedge.bench.sound_wire import Track, beeps, measure_at_server, record
from liveedge.camera.tone import second
from liveedge.clock import SystemClock
from liveedge.errors import LiveEdgeError
from liveedge.media.chunk import HEADER, KIND_CHUNK, KIND_INIT

SMALL = CameraPlan(fps=30, gop=15, size="640x360", kbps=800, audio="aac")


@pytest.fixture(autouse=True)
def children_find_this_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))


def message(kind: int, payload: bytes) -> bytes:
    return HEADER.pack(kind, 0, 1, 0, 0, 0, 0, 0, 0, 0) + payload


def test_a_track_is_a_file_that_begins_anew_with_each_epoch() -> None:
    track = Track()
    for each in ((KIND_INIT, b"old"), (KIND_CHUNK, b"1"), (KIND_INIT, b"new"), (KIND_CHUNK, b"2")):
        track.take(message(*each))
    assert isinstance(track.file(), BytesIO)
    assert track.file().read() == b"new2"


def test_a_beep_counts_if_its_beginning_was_recorded() -> None:
    rate, file = 48_000, BytesIO()
    # From the middle of a beep on, 2.5 s long: two more begin after 0.95 and 1.95 s.
    samples = (second(rate) * 4)[2 * rate // 20 :][: 5 * rate]
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("aac", rate=rate, layout="mono")
        for begin in range(0, len(samples), 2 * 1024):
            block = samples[begin : begin + 2 * 1024].ljust(2 * 1024, b"\0")
            frame = AudioFrame(format="s16", layout="mono", samples=1024)
            frame.sample_rate, frame.pts = rate, begin // 2
            frame.planes[0].update(block)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    file.seek(0)
    assert beeps(file) == pytest.approx([950, 1950], abs=0.5)


def test_sound_and_pictures_leave_the_server_together() -> None:
    with ExitStack() as stack:
        address = start_server(stack, SMALL.start(stack)[1])
        wait_live(address)
        heard = measure_at_server(address, 2.3, SystemClock.wall)
    assert heard
    assert max(abs(beep.apart) for beep in heard) < 2.5


async def test_a_camera_without_sound_is_said_in_a_sentence() -> None:
    async def say_hello(socket: ServerConnection) -> None:
        await socket.send('{"type": "hello", "version": 1}')
        await socket.wait_closed()

    async with serve(say_hello, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        with pytest.raises(LiveEdgeError, match="no sound"):
            await record(f"http://127.0.0.1:{port}/", 0.1)


async def test_a_server_that_is_gone_is_said_in_a_sentence() -> None:
    with pytest.raises(LiveEdgeError, match="does not stay open"):
        await record("http://127.0.0.1:1/", 0.1)
