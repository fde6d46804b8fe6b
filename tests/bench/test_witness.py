import threading
from collections.abc import Iterator

import pytest
from websockets.sync.server import ServerConnection, serve

from liveedge.bench.witness import Witness, witness
from liveedge.errors import LiveEdgeError
from liveedge.media.chunk import KIND_CHUNK, KIND_INIT
from tests.support import FakeClock

CHUNK = bytes([KIND_CHUNK]) + bytes(60)


def test_pictures_are_counted_and_nothing_else() -> None:
    clock = FakeClock(unix=100.0)
    watching = Witness(clock)
    for message in ('{"type": "hello"}', bytes([KIND_INIT]) + bytes(60), CHUNK, CHUNK):
        watching.take(message)
        clock.advance(0.25)
    assert watching.between(100_000, 101_000) == (2, 500.0)
    assert watching.between(100_600, 101_000) == (1, 250.0)


def test_no_picture_is_one_long_pause() -> None:
    assert Witness(FakeClock()).between(1000, 3000) == (0, 2000)


@pytest.fixture
def said() -> list[str | bytes]:
    return []


@pytest.fixture
def server(said: list[str | bytes]) -> Iterator[str]:
    def talk(socket: ServerConnection) -> None:
        said.append(socket.recv(timeout=5))
        socket.send(CHUNK)
        socket.send("the end")

    with serve(talk, "127.0.0.1", 0) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{running.socket.getsockname()[1]}/"
        finally:
            running.shutdown()
            thread.join()


def test_it_subscribes_and_lives_with_a_server_that_ends(
    server: str, said: list[str | bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = threading.Event()
    take = Witness.take

    def noting(watching: Witness, message: str | bytes) -> None:
        take(watching, message)
        if message == "the end":
            ended.set()

    monkeypatch.setattr(Witness, "take", noting)
    with witness(server, FakeClock(unix=7.0)) as watching:
        assert ended.wait(5)
    assert said == ['{"type": "subscribe", "stream": "bench"}']
    assert watching.between(7000, 8000)[0] == 1


def test_a_server_that_is_gone_is_reported() -> None:
    with (
        pytest.raises(LiveEdgeError, match="does not open"),
        witness("http://127.0.0.1:1/", FakeClock()),
    ):
        pass
