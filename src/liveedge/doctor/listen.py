"""Listens to a camera for some seconds, and keeps what the figures are made of."""

import asyncio
from dataclasses import dataclass, field
from typing import Final

from liveedge.clock import Clock
from liveedge.config.rtsp import RtspSettings
from liveedge.config.url import CameraUrl
from liveedge.doctor.opening import ListeningSession, Opening
from liveedge.doctor.pictures import Picture
from liveedge.errors import SourceError
from liveedge.ingest.capture import CaptureClock
from liveedge.ingest.source import VideoDescription
from liveedge.media.access_unit import AccessUnit
from liveedge.rtsp.client import RtspClient, Stats, Timeouts

MAX_PICTURES: Final = 20_000
"""More than a minute at 300 a second; what comes after them is not kept."""
MAX_PARAMETER_SETS: Final = 64
_KEYFRAME_WITHIN: Final = 30.0
"""Seconds to wait for the first keyframe: to say that it took long is better than to give up."""
_STALL: Final = 5.0
_LOOK: Final = 0.005


@dataclass(slots=True)
class Heard:
    """What came of one camera; takes it, too, as a `MediaSink`."""

    clock: Clock
    opening: Opening
    video: VideoDescription | None = None
    parameter_sets: list[bytes] = field(default_factory=list)
    """In the order in which they came, each once."""
    parameter_changes: int = 0
    """How often others came after the first picture."""
    pictures: list[Picture] = field(default_factory=list)
    first_packet: float | None = None
    """Monotonic seconds, give or take 5 ms."""
    behind_ms: list[float] = field(default_factory=list)
    """Of each sender report: our clock minus the camera's, when it arrived."""
    ages_ms: list[float] = field(default_factory=list)
    """Time from capture to arrival of pictures, where the camera's clock can be believed."""
    stats: Stats = field(default_factory=Stats)
    failure: SourceError | None = None
    """Why it ended before we wanted it to."""
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    """Set with the first picture."""
    _capture: CaptureClock = field(default_factory=CaptureClock)

    def playing(self, video: VideoDescription) -> None:
        """Take what is known before the first picture."""
        self.video = video
        self._take_sets(video.parameter_sets)

    def access_unit(self, unit: AccessUnit) -> None:
        """Take one picture."""
        if self._take_sets(unit.parameter_sets) and self.pictures:
            self.parameter_changes += 1
        arrival_us = round((self.clock.wall() - self.clock.monotonic() + unit.arrival) * 1e6)
        captured_us, believed = self._capture.capture(unit.rtp_time, arrival_us)
        if len(self.pictures) < MAX_PICTURES:
            size = sum(len(nal) for nal in unit.nals)
            self.pictures.append(Picture(unit.arrival, unit.rtp_time, size, unit.sync))
            if believed:
                self.ages_ms.append((arrival_us - captured_us) / 1000)
        self.begun.set()

    def sender_report(self, unix_us: int, rtp_time: int) -> None:
        """Take the camera's clock."""
        self._capture.sender_report(unix_us, rtp_time)
        if len(self.behind_ms) < MAX_PICTURES:
            self.behind_ms.append(self.clock.wall() * 1000 - unix_us / 1000)

    def _take_sets(self, sets: tuple[bytes, ...]) -> bool:
        new = [nal for nal in sets if nal not in self.parameter_sets]
        self.parameter_sets += new[: MAX_PARAMETER_SETS - len(self.parameter_sets)]
        return bool(new)


async def listen(url: CameraUrl, seconds: float, clock: Clock, settings: RtspSettings) -> Heard:
    """Open a camera, and listen for so many seconds from its first keyframe on.

    Never raises because of the camera: what it did wrong is `failure`. Ends by itself, for each
    step has its deadline.
    """
    heard = Heard(clock, Opening(clock.monotonic()))
    client = RtspClient(
        url,
        heard,
        clock,
        settings=settings,
        timeouts=Timeouts(stall=_STALL, first_frame=_KEYFRAME_WITHIN),
        session=lambda url: ListeningSession(url, heard.opening, clock),
    )
    playing = asyncio.create_task(client.run_once())
    begun = asyncio.create_task(heard.begun.wait())
    packet = asyncio.create_task(_note_first_packet(client, heard))
    tasks = (playing, begun, packet)
    try:
        await asyncio.wait((playing, begun), return_when=asyncio.FIRST_COMPLETED)
        await asyncio.wait((playing,), timeout=seconds)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    heard.stats = client.stats
    heard.failure = _failure(playing)
    return heard


async def _note_first_packet(client: RtspClient, heard: Heard) -> None:
    # Looked for, not told: a call for each packet is not worth it to the product.
    while not client.stats.packets:  # noqa: ASYNC110
        await asyncio.sleep(_LOOK)
    heard.first_packet = heard.clock.monotonic()


def _failure(playing: "asyncio.Task[None]") -> SourceError | None:
    if playing.cancelled():
        return None
    error = playing.exception()
    if error is not None and not isinstance(error, SourceError):
        raise error
    return error
