"""The processes that a benchmark puts together: a camera, and a server that shows it."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Final

from liveedge.children import Child
from liveedge.config.url import parse_camera_url
from liveedge.errors import LiveEdgeError

STREAM: Final = "bench"
_LIVE_DEADLINE: Final = 20.0
_POLL: Final = 0.1
_HTTP_DEADLINE: Final = 5.0


@dataclass(frozen=True, slots=True)
class CameraPlan:
    """A virtual camera to be started."""

    fps: int
    gop: int
    """Pictures from sync frame to sync frame."""
    size: str
    kbps: int
    audio: str | None = None
    """The codec of its sound, None if it has none."""

    def start(self, stack: ExitStack) -> tuple[Child, str]:
        """Start it; the stack ends it. Returns the process and the camera's URL."""
        camera = stack.enter_context(Child(self.arguments("Bench")))
        return camera, camera.wait_ready()

    def arguments(self, name: str) -> list[str]:
        """The command line of such a camera, on any port that is free."""
        options: dict[str, object] = {
            "fps": self.fps,
            "gop": self.gop,
            "size": self.size,
            "kbps": self.kbps,
        }
        if self.audio is not None:
            options |= {"audio": self.audio}
        words = [word for option, value in options.items() for word in (f"--{option}", str(value))]
        return ["camera", "--port", "0", "--name", name, "--die-with-parent", *words]


def start_server(stack: ExitStack, camera_url: str, settings: Iterable[str] = ()) -> str:
    """Start a server that shows one camera as `STREAM`; returns its address.

    `settings` are lines of TOML for the stream.
    """
    return start_server_process(stack, camera_url, settings)[1]


def start_server_process(
    stack: ExitStack, camera_url: str, settings: Iterable[str] = ()
) -> tuple[Child, str]:
    """The same; returns the process too.

    The configuration goes through a pipe, so that a password in the URL is in no process list.
    """
    parse_camera_url(camera_url)
    stream = (f"[streams.{STREAM}]", f"url = {json.dumps(camera_url)}", *settings)
    config = "\n".join(("[server]", "port = 0", *stream, ""))
    server = stack.enter_context(
        Child(["serve", "--config", "-", "--die-with-parent"], stdin=config)
    )
    return server, server.wait_ready()


def page_of(address: str, transport: str) -> str:
    """The page of the stream, with the camera's own picture whatever the machine has to do."""
    return f"{address}watch/{STREAM}?transport={transport}&quality=high"


def wait_live(
    address: str, deadline: float = _LIVE_DEADLINE, *, gop_known: bool = True
) -> dict[str, Any]:
    """The stream's status once pictures arrive; with `gop_known`, once its GOP is known too."""
    end = time.monotonic() + deadline
    status: dict[str, Any] = {}
    while time.monotonic() < end:
        status = stream_status(address)
        if status.get("is_active") and status["fps"] and (status["gop_seconds"] or not gop_known):
            return status
        time.sleep(_POLL)
    why = status.get("last_error") or "It sends no pictures, or no second keyframe."
    raise LiveEdgeError(f"The camera did not come up within {deadline:.0f} s. {why}")


def stream_status(address: str) -> dict[str, Any]:
    """The stream's status at this moment; raise `LiveEdgeError` if the server does not answer."""
    url = f"{address}api/streams/status/{STREAM}"
    try:
        with urllib.request.urlopen(url, timeout=_HTTP_DEADLINE) as answer:  # noqa: S310 - our own server
            status: dict[str, Any] = json.load(answer)
            return status
    except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
        raise LiveEdgeError(
            f"The server that the benchmark started does not answer ({error}); what it wrote"
            " above says why."
        ) from None
