"""Cameras that can be made to fail, each in a process of its own, and one server for them all."""

import asyncio
import json
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Final

from liveedge.bench.parts import CameraPlan
from liveedge.children import Child
from liveedge.errors import LiveEdgeError

CONTROL: Final = "control "
_CONTROL_DEADLINE: Final = 5.0
_ORDER_DEADLINE: Final = 20.0
_HTTP_DEADLINE: Final = 10.0
_LIVE_DEADLINE: Final = 30.0
_POLL: Final = 0.2


@dataclass(frozen=True, slots=True)
class FaultyCamera:
    """A camera of a fleet; `stream` is its id at the server."""

    stream: str
    url: str
    control: str
    """HOST:PORT of its control port."""

    async def order(self, text: str) -> str:
        """Have the camera do something; returns what it answers after `ok`.

        Raises `LiveEdgeError` if it refuses, or does not answer.
        """
        host, _, port = self.control.rpartition(":")
        try:
            async with asyncio.timeout(_ORDER_DEADLINE):
                reader, writer = await asyncio.open_connection(host, int(port))
                try:
                    writer.write(f"{text}\n".encode())
                    answer = (await reader.readline()).decode().strip()
                finally:
                    writer.close()
        except (OSError, TimeoutError) as error:
            raise LiveEdgeError(f"The camera {self.stream} takes no orders ({error}).") from None
        word, _, rest = answer.partition(" ")
        if word != "ok":
            raise LiveEdgeError(f'The camera does not do "{text}": {rest or "it has ended."}')
        return rest

    async def joined_at(self) -> float | None:
        """When the server last began to play; None if it never did.

        Monotonic seconds: on one machine they are the same in all processes.
        """
        answer = await self.order("joined")
        return float(answer) if answer else None


@dataclass(frozen=True, slots=True)
class Fleet:
    """What `start_fleet` started."""

    cameras: tuple[FaultyCamera, ...]
    address: str
    """Of the server, with a slash at its end."""

    async def restart(self, stream: str) -> None:
        """Restart a stream, as a person does who has put the camera right."""
        await asyncio.to_thread(self._post, f"api/streams/{stream}/restart")

    async def get(self, path: str) -> str:
        """What the server answers to a GET."""
        return await asyncio.to_thread(self._ask, urllib.request.Request(self.address + path))  # noqa: S310 - our own server

    async def wait_live(self) -> None:
        """Wait until all streams are live; raise `LiveEdgeError` if one does not come up."""
        end = time.monotonic() + _LIVE_DEADLINE
        while time.monotonic() < end:
            streams: list[dict[str, Any]] = json.loads(await self.get("api/streams/status"))[
                "streams"
            ]
            if all(each["is_active"] and each["gop_seconds"] for each in streams):
                return
            await asyncio.sleep(_POLL)
        raise LiveEdgeError(f"The cameras did not come up within {_LIVE_DEADLINE:.0f} s.")

    def _post(self, path: str) -> None:
        headers = {"Content-Type": "application/json"}
        self._ask(urllib.request.Request(self.address + path, b"", headers, method="POST"))  # noqa: S310 - our own server

    def _ask(self, request: urllib.request.Request) -> str:
        try:
            with urllib.request.urlopen(request, timeout=_HTTP_DEADLINE) as answer:  # noqa: S310 - our own server
                text: bytes = answer.read()
                return text.decode()
        except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
            raise LiveEdgeError(f"The server does not do what it is asked ({error}).") from None


def start_fleet(stack: ExitStack, plan: CameraPlan, cameras: int) -> Fleet:
    """Start the cameras and the server; the stack ends them all."""
    names = [f"camera-{number}" for number in range(cameras)]
    children = [
        stack.enter_context(Child([*plan.arguments(name), "--control-port", "0"])) for name in names
    ]
    fleet = tuple(
        FaultyCamera(name, child.wait_ready(), _control(child))
        for name, child in zip(names, children, strict=True)
    )
    return Fleet(fleet, _start_server(stack, fleet))


def _control(camera: Child) -> str:
    line = camera.read_line(_CONTROL_DEADLINE)
    if not line.startswith(CONTROL):
        raise LiveEdgeError("A camera has no control port; what it wrote above says why.")
    return line.removeprefix(CONTROL).strip()


def _start_server(stack: ExitStack, cameras: Sequence[FaultyCamera]) -> str:
    lines = ["[server]", "port = 0"]
    for camera in cameras:
        lines += [f"[streams.{camera.stream}]", f"url = {json.dumps(camera.url)}"]
    # That cameras fail is what this is about; the log would only hide the progress.
    arguments = ["serve", "--config", "-", "--die-with-parent", "--log-level", "error"]
    server = stack.enter_context(Child(arguments, stdin="\n".join(lines)))
    return server.wait_ready()
