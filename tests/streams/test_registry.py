import asyncio

import pytest

from liveedge.errors import LiveEdgeError
from liveedge.streams import registry as registry_module
from liveedge.streams.registry import StreamRegistry
from liveedge.streams.state import State
from tests.streams.cameras import Camera
from tests.support import FakeClock


@pytest.fixture
def camera() -> Camera:
    return Camera()


@pytest.fixture
def registry(camera: Camera) -> StreamRegistry:
    made = StreamRegistry(FakeClock())
    made.add("door", "Door", camera.open)
    return made


def state(registry: StreamRegistry) -> State:
    stream = registry.get("door")
    assert stream is not None
    return stream.state.state


async def test_starts_and_stops_one_stream_any_number_of_times(
    registry: StreamRegistry, camera: Camera
) -> None:
    for _ in range(2):
        await registry.start_one("door")
        assert state(registry) is State.CONNECTING
    await camera.wait()
    assert camera.sessions == 1
    for _ in range(2):
        await registry.stop_one("door")
        assert state(registry) is State.STOPPED
        assert camera.open_at_once == 0
    await registry.start_one("door")
    await camera.wait()
    assert camera.sessions == 2
    await registry.stop()


async def test_restarts_one_stream_and_starts_one_that_is_stopped(
    registry: StreamRegistry, camera: Camera
) -> None:
    await registry.restart_one("door")
    await camera.wait()
    await registry.restart_one("door")
    await camera.wait()
    assert (camera.sessions, camera.most_at_once) == (2, 1)
    await registry.stop()


async def test_many_restarts_at_once_are_one(registry: StreamRegistry, camera: Camera) -> None:
    await registry.start_one("door")
    await camera.wait()
    await asyncio.gather(*(registry.restart_one("door") for _ in range(20)))
    await camera.wait()
    assert (camera.sessions, camera.most_at_once) == (2, 1)
    await registry.stop()


async def test_any_mix_leaves_at_most_one_session(registry: StreamRegistry, camera: Camera) -> None:
    acts = (registry.start_one, registry.stop_one, registry.restart_one)
    await asyncio.gather(*(acts[number % 3]("door") for number in range(60)))
    assert camera.most_at_once <= 1
    await registry.stop_one("door")
    assert camera.open_at_once == 0


async def test_a_camera_that_does_not_let_go_is_waited_for_no_longer_than_that(
    registry: StreamRegistry, camera: Camera, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry_module, "STOP_SECONDS", 0.01)
    camera.stubborn = True
    await registry.start_one("door")
    await camera.wait()
    with pytest.raises(LiveEdgeError, match="still taking leave"):
        await registry.stop_one("door")
    with pytest.raises(LiveEdgeError, match="still taking leave"):
        await registry.start_one("door")
    assert camera.sessions == 1, "no second session while the first one is open"
    monkeypatch.setattr(registry_module, "STOP_SECONDS", 5.0)
    camera.let_go.set()
    await registry.start_one("door")
    await camera.wait()
    assert (camera.sessions, camera.most_at_once) == (2, 1)
    await registry.stop()


async def test_says_whether_it_was_started(registry: StreamRegistry) -> None:
    assert not registry.started
    registry.start()
    assert registry.started
    await registry.stop()
    assert not registry.started
