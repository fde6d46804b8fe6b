"""Beeps and flashes off the live socket of a real server, decoded."""

from contextlib import ExitStack
from io import BytesIO

import pytest

from liveedge.bench.parts import CameraPlan, start_server, wait_live
from liveedge.bench.sound_wire import Track, measure_at_server
from liveedge.clock import SystemClock
from liveedge.errors import LiveEdgeError
from liveedge.media.chunk import HEADER, KIND_CHUNK, KIND_INIT

SMALL = CameraPlan(fps=30, gop=15, size="640x360", kbps=800)


def message(kind: int, payload: bytes) -> bytes:
    return HEADER.pack(kind, 0, 1, 0, 0, 0, 0, 0, 0, 0) + payload


def test_a_track_is_a_file_that_begins_anew_with_each_epoch() -> None:
    track = Track()
    for each in ((KIND_INIT, b"old"), (KIND_CHUNK, b"1"), (KIND_INIT, b"new"), (KIND_CHUNK, b"2")):
        track.take(message(*each))
    assert isinstance(track.file(), BytesIO)
    assert track.file().read() == b"new2"


@pytest.mark.parametrize("audio", ["aac", None])
def test_sound_and_pictures_leave_the_server_together(audio: str | None) -> None:
    with ExitStack() as stack:
        camera = CameraPlan(SMALL.fps, SMALL.gop, SMALL.size, SMALL.kbps, audio)
        address = start_server(stack, camera.start(stack)[1])
        wait_live(address)
        if audio is None:
            with pytest.raises(LiveEdgeError, match="no sound"):
                measure_at_server(address, 0.5, SystemClock.wall)
            return
        beeps = measure_at_server(address, 3.3, SystemClock.wall)
    assert len(beeps) >= 2
    assert max(abs(beep.apart) for beep in beeps) < 2.5
