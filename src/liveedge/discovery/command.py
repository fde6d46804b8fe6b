"""`liveedge discover`: cameras on the network, and what to put into the configuration."""

import json
import os
import sys
from importlib.util import find_spec
from typing import Annotated

import typer

from liveedge import logs
from liveedge.discovery.camera import Camera
from liveedge.discovery.search import PORT, search
from liveedge.errors import ConfigError, LiveEdgeError


def discover(
    seconds: Annotated[float, typer.Option(min=0.5, max=60, help="How long to wait.")] = 3,
    user: Annotated[
        str | None,
        typer.Option(help="Ask the cameras for their streams as this user; asks for the password."),
    ] = None,
    password_env: Annotated[
        str | None, typer.Option(help="Environment variable that holds the password.")
    ] = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Find ONVIF cameras on the network, and the addresses of their streams."""
    logs.configure(level=logs.Level.WARNING)
    password = None if user is None else _password(password_env, from_stdin=password_stdin)
    if user is None and (password_env or password_stdin):
        raise ConfigError("A password needs a user: add --user NAME.")
    if user is not None and find_spec("onvif") is None:
        raise ConfigError(
            "Asking cameras for their streams needs a library: pip install 'liveedge[onvif]'."
            " Without --user they are found all the same."
        )
    import uvloop  # noqa: PLC0415 - only what searches has a loop

    from liveedge.discovery.listing import as_object, as_text  # noqa: PLC0415

    cameras = uvloop.run(find(seconds, user, password))
    asked = user is not None
    if cameras or as_json:
        typer.echo(json.dumps(as_object(cameras)) if as_json else as_text(cameras, asked=asked))
    if not cameras:
        raise LiveEdgeError(
            f"No ONVIF camera answered in {seconds:g} s. Switch ONVIF on in the camera (it is often"
            " off at first), and be in the same network: routers do not pass the question on."
        )
    failed = [camera for camera in cameras if camera.failure is not None]
    if failed:
        raise LiveEdgeError(
            f"{len(failed)} of {len(cameras)} cameras did not name their streams; the reasons are"
            " above."
        )


async def find(
    seconds: float, user: str | None, password: str | None, *, port: int = PORT
) -> list[Camera]:
    """Search, and ask what was found if there is a user to ask as."""
    devices = await search(seconds, port=port)
    if user is None or password is None:
        return [Camera(device) for device in devices]
    from liveedge.discovery.streams import ask_all  # noqa: PLC0415 - brings the library

    return await ask_all(devices, user, password)


def _password(variable: str | None, *, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if variable is None:
        return str(typer.prompt("Password", hide_input=True, err=True))
    if variable not in os.environ:
        raise ConfigError(f"The environment variable {variable} is not set.")
    return os.environ[variable]
