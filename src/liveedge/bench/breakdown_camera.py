"""A virtual camera that writes down when it has sent each picture."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from liveedge.camera.capture import CodedPicture
from liveedge.camera.service import Service
from liveedge.camera.settings import CameraSettings
from liveedge.camera.virtual import VirtualCamera
from liveedge.clock import Clock
from liveedge.rtsp.server import RtspServer


class NotingCamera(VirtualCamera):
    """Notes of each picture when it was taken, and when its packets were given to the sockets."""

    def __init__(self, settings: CameraSettings, clock: Clock, notes: TextIO) -> None:
        super().__init__(settings, clock)
        self._wall = clock.wall
        self._notes = notes

    def _publish(self, coded: CodedPicture) -> None:
        super()._publish(coded)
        self._notes.write(f"{coded.captured_wall * 1000:.3f} {self._wall() * 1000:.3f}\n")


async def serve_noting_camera(
    settings: CameraSettings, clock: Clock, notes: Path, ready: Callable[[str], None]
) -> None:
    """Serve the camera until cancelled; a line of `notes` is two times, Unix milliseconds."""
    with notes.open("w", buffering=1) as file:
        camera = await asyncio.to_thread(NotingCamera, settings, clock, file)
        service = Service(RtspServer({settings.path: camera}, clock))

        def listens(port: int) -> None:
            ready(f"rtsp://{settings.host}:{port}{settings.path}")

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(camera.run())
            tasks.create_task(service.run(settings.host, settings.port, listens))


def read_sent(notes: Path) -> list[tuple[float, float]]:
    """When each picture was taken and when it was sent; a line that is not complete is left out."""
    lines = (line.split() for line in notes.read_text().splitlines(keepends=True) if "\n" in line)
    return [(float(captured), float(sent)) for captured, sent in lines]
