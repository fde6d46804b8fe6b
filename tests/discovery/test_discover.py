"""`liveedge discover` against simulated cameras, over real sockets."""

import asyncio
import json
import socket
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from liveedge.cli import cli
from liveedge.config.settings import make_settings
from liveedge.config.url import CameraUrl
from liveedge.discovery import command, streams
from liveedge.discovery.camera import Camera
from liveedge.discovery.command import find
from liveedge.discovery.listing import as_object, as_text, configuration
from liveedge.discovery.streams import stream_url
from liveedge.errors import ConfigError, LiveEdgeError, Reason
from tests.discovery.simulator import Simulator, running

SECONDS = 0.5
PASSWORD = "hunter2"


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with running(Simulator()) as started:
        yield started


async def found(simulator: Simulator, password: str | None = PASSWORD) -> Camera:
    user = None if password is None else "viewer"
    (camera,) = await find(SECONDS, user, password, port=simulator.port)
    shown = as_text([camera], asked=True) + json.dumps(as_object([camera])) + repr(camera)
    assert PASSWORD not in shown
    return camera


async def test_a_camera_is_found_without_a_password(simulator: Simulator) -> None:
    camera = await found(simulator, None)
    assert camera.device.name == "Front door"
    assert camera.device.hardware == "SIM-1"
    assert camera.device.port == simulator.http_port
    assert simulator.asked == []
    assert "With --user NAME" in as_text([camera], asked=False)


async def test_it_names_its_streams_to_who_knows_the_password(simulator: Simulator) -> None:
    camera = await found(simulator)
    assert camera.failure is None
    assert (camera.maker, camera.model) == ("Sim", "One")
    assert [(profile.name, profile.width, profile.fps) for profile in camera.profiles] == [
        ("main", 1920, 25.0),
        ("sub", 640, 15.0),
    ]
    # The host is the one that has answered, not the one behind the router.
    host = camera.device.address
    assert camera.profiles[0].url.request == f"rtsp://{host}:8554/main?user=x"
    # The profile without a picture was not asked for.
    assert simulator.asked.count("GetStreamUri") == 2


async def test_a_camera_that_has_no_idea_of_the_time_is_asked_by_its_own_clock() -> None:
    with running(Simulator(clock_ahead=timedelta(days=-400))) as simulator:
        assert (await found(simulator)).failure is None


async def test_an_old_camera_is_asked_for_its_capabilities() -> None:
    with running(Simulator(fails_services=True)) as simulator:
        assert len((await found(simulator)).profiles) == 2
    assert "GetCapabilities" in simulator.asked


async def test_a_wrong_password_is_a_sentence(simulator: Simulator) -> None:
    camera = await found(simulator, "wrong")
    assert camera.failure is not None
    assert camera.failure.reason is Reason.UNAUTHORIZED
    assert "refuses this user name or password" in as_text([camera], asked=True)
    assert simulator.asked == []


@pytest.mark.parametrize(
    "answer", [b"", b"\x00\xff" * 50, b"<html>Login</html>", b"<s:Envelope><s:Body/></s:Envelope>"]
)
async def test_answers_that_are_none_are_a_sentence(answer: bytes) -> None:
    with running(Simulator(answer=answer)) as simulator:
        camera = await found(simulator)
    assert camera.failure is not None
    assert camera.failure.reason is Reason.PROTOCOL


async def test_a_camera_without_streams_is_a_sentence() -> None:
    for simulator in (Simulator(profiles=[]), Simulator(stream_uri="http://here/{token}")):
        with running(simulator):
            camera = await found(simulator)
        assert camera.failure is not None
        assert camera.failure.reason is Reason.NO_VIDEO


async def test_a_service_that_is_not_there_is_a_sentence(simulator: Simulator) -> None:
    device = (await found(simulator, None)).device
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: nobody else can have it
        gone = replace(device, address="127.0.0.1", port=taken.getsockname()[1])
        camera = await streams.ask(gone, "viewer", PASSWORD)
    assert camera.failure is not None
    assert camera.failure.reason is Reason.UNREACHABLE


async def test_a_camera_that_never_answers_is_given_up(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = (await found(simulator, None)).device
    monkeypatch.setattr(streams, "DEADLINE", 0.2)
    with socket.create_server((device.address, 0)) as silent:
        slow = replace(device, port=silent.getsockname()[1])
        camera = await streams.ask(slow, "viewer", PASSWORD)
    assert camera.failure is not None
    assert camera.failure.reason is Reason.TIMEOUT


async def test_no_password_goes_to_an_address_that_somebody_names() -> None:
    with running(Simulator(named_host="192.0.2.99")) as simulator:
        camera = await found(simulator)
    assert camera.failure is not None
    assert "it was not asked" in str(camera.failure).replace("\n", " ")
    assert simulator.asked == []


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("rtsp://a:b@h/1", "/1"),
        (f"rtsp://h/x?pw={PASSWORD}&c=1", "/x?pw=${CAMERA_PASSWORD}&c=1"),
        (
            f"rtsp://h/user=u_password={PASSWORD}_c=1.sdp",
            "/user=u_password=${CAMERA_PASSWORD}_c=1.sdp",
        ),
        ("rtsp://h/user=u_password=Zx81aQ_c=1.sdp", "/user=u_password=${CAMERA_PASSWORD}_c=1.sdp"),
    ],
)
def test_credentials_in_an_address_are_replaced(uri: str, path: str) -> None:
    url = stream_url(uri, "10.0.0.5", PASSWORD)
    assert url is not None
    assert (url.host, url.path, url.username, url.password) == ("10.0.0.5", path, None, None)


async def test_what_is_printed_is_a_configuration(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    camera = await found(simulator)
    text = "\n".join(configuration([camera, camera]))
    variables = {"CAMERA_USER": "viewer", "CAMERA_PASSWORD": "p%40ss"}
    settings = make_settings(tomllib.loads(text), variables, "test")
    assert list(settings.streams) == ["front-door", "front-door-2"]
    door = settings.streams["front-door"]
    assert door.name == "Front door"
    assert isinstance(door.url, CameraUrl)
    assert (door.url.username, door.url.password) == ("viewer", "p@ss")
    assert door.url.path == "/main?user=x"
    assert isinstance(door.low_url, CameraUrl)
    assert (door.low_url.username, door.low_url.path) == ("viewer", "/sub?user=x")
    assert "# 640x360 H264" in text


async def test_words_of_a_camera_do_not_break_out_of_the_configuration() -> None:
    wild = "onvif://www.onvif.org/name/%22%0A%5Bserver%5D%5C"
    with running(Simulator(scopes=wild)) as simulator:
        camera = await found(simulator)
    parsed = tomllib.loads("\n".join(configuration([camera])))
    assert list(parsed) == ["streams"]
    assert parsed["streams"]["server"]["name"] == '"[server]\\'


async def test_without_a_network_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "if_nameindex", list)
    with pytest.raises(LiveEdgeError, match="No network"):
        await find(SECONDS, None, None)


# --- the command


def discover(
    monkeypatch: pytest.MonkeyPatch, port: int, *arguments: str, stdin: str = ""
) -> tuple[str, BaseException | None]:
    async def find_here(seconds: float, user: str | None, password: str | None) -> list[Camera]:
        return await find(seconds, user, password, port=port)

    monkeypatch.setattr(command, "find", find_here)
    result = CliRunner().invoke(
        cli, ["discover", "--seconds", "0.5", *arguments], input=stdin, env={"PW": PASSWORD}
    )
    assert PASSWORD not in result.output + str(result.exception)
    return result.output, result.exception


@pytest.mark.parametrize(
    ("arguments", "stdin"),
    [
        (("--user", "viewer", "--password-stdin"), PASSWORD + "\n"),
        (("--user", "viewer", "--password-env", "PW"), ""),
        (("--user", "viewer"), PASSWORD + "\n"),
    ],
)
def test_the_password_comes_in_three_ways(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], stdin: str
) -> None:
    output, error = discover(monkeypatch, simulator.port, *arguments, "--json", stdin=stdin)
    assert error is None
    said: dict[str, Any] = json.loads(output[output.index("{") :])
    assert said["cameras"][0]["main_url"].endswith(":8554/main?user=x")
    assert said["cameras"][0]["sub_url"].endswith(":8554/sub?user=x")


def test_no_camera_is_a_failure_with_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        output, error = discover(monkeypatch, silent.getsockname()[1], "--json")
    assert json.loads(output) == {"cameras": []}
    assert isinstance(error, LiveEdgeError)
    assert "Switch ONVIF on" in str(error)


def test_a_camera_that_was_not_understood_is_a_failure(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    output, error = discover(
        monkeypatch, simulator.port, "--user", "x", "--password-stdin", stdin="y\n"
    )
    assert "refuses this user name or password" in output
    assert "1 of 1 cameras" in str(error)


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for arguments, words in (
        (("--password-stdin",), "add --user"),
        (("--user", "x", "--password-env", "NOT_SET"), "NOT_SET is not set"),
    ):
        _, error = discover(monkeypatch, 1, *arguments)
        assert isinstance(error, ConfigError)
        assert words in str(error)
    monkeypatch.setattr(command, "find_spec", lambda name: None)
    _, error = discover(monkeypatch, 1, "--user", "x", "--password-env", "PW")
    assert "pip install 'liveedge[onvif]'" in str(error)


async def test_many_cameras_are_asked_at_a_time_and_kept_in_order(simulator: Simulator) -> None:
    device = (await found(simulator, None)).device
    devices = [replace(device, identity=str(number)) for number in range(6)]
    async with asyncio.timeout(60):
        cameras = await streams.ask_all(devices, "viewer", PASSWORD)
    assert [camera.device.identity for camera in cameras] == list("012345")
    assert all(len(camera.profiles) == 2 for camera in cameras)
