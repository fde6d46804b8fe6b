"""What takes the pictures of a source in tests."""

import asyncio

from liveedge.ingest.source import VideoDescription
from liveedge.media.access_unit import AccessUnit


class Sink:
    """Keeps everything; `enough` is set once there are `wanted` pictures."""

    def __init__(self, wanted: int = 1) -> None:
        self.video: VideoDescription | None = None
        self.units: list[AccessUnit] = []
        self.reports: list[tuple[int, int]] = []
        self.enough = asyncio.Event()
        self._wanted = wanted

    def playing(self, video: VideoDescription) -> None:
        self.video = video

    def access_unit(self, unit: AccessUnit) -> None:
        self.units.append(unit)
        if len(self.units) >= self._wanted:
            self.enough.set()

    def sender_report(self, unix_us: int, rtp_time: int) -> None:
        self.reports.append((unix_us, rtp_time))
