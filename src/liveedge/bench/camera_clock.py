"""How far the clock of a camera on another machine is from ours.

The burned-in clock is the camera's. Its RTCP sender reports say when they were sent by the same
clock (RFC 3550 §6.4.1); the quickest of them took about half a round trip, and the time in which a
TCP connection opens is a round trip without anybody's program in it.
"""

import asyncio
import ipaddress
import socket
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from liveedge.bench.stats import Picture
from liveedge.clock import Clock
from liveedge.config.url import CameraUrl
from liveedge.errors import LiveEdgeError
from liveedge.ingest.rtsp import rtsp_source
from liveedge.ingest.source import VideoDescription
from liveedge.media.access_unit import AccessUnit

_CONNECTIONS: Final = 5
_CONNECT_DEADLINE: Final = 5.0


@dataclass(frozen=True, slots=True)
class ClockOffset:
    """Our clock minus the camera's, in milliseconds."""

    offset_ms: float
    uncertainty_ms: float


class _Reports:
    """Takes sender reports, and pays pictures no attention."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.behind_ms: list[float] = []
        """Our clock minus the report's, when it arrived."""

    def playing(self, video: VideoDescription) -> None:
        pass

    def access_unit(self, unit: AccessUnit) -> None:
        pass

    def sender_report(self, unix_us: int, rtp_time: int) -> None:
        del rtp_time
        self.behind_ms.append(self._clock.wall() * 1000 - unix_us / 1000)


def is_remote(url: CameraUrl) -> bool:
    """Whether a camera may be on another machine."""
    try:
        return not ipaddress.ip_address(url.host).is_loopback
    except ValueError:
        return url.host.lower() != "localhost"


async def measure_camera_clock(url: CameraUrl, seconds: float, clock: Clock) -> ClockOffset | None:
    """Listen to the camera's sender reports for a while; None if it sends none."""
    reports = _Reports(clock)
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await rtsp_source(url, clock)(reports).run_once()
    if not reports.behind_ms:
        return None
    round_trip = await asyncio.to_thread(_round_trip_ms, url, clock)
    return clock_offset(reports.behind_ms, round_trip)


def clock_offset(behind_ms: list[float], round_trip_ms: float) -> ClockOffset:
    """The offset, from how far each report was behind our clock when it arrived."""
    half = round_trip_ms / 2
    return ClockOffset(offset_ms=min(behind_ms) - half, uncertainty_ms=half)


def by_our_clock(pictures: list[Picture], offset: ClockOffset) -> list[Picture]:
    """The pictures with the delay that they have if both clocks are set alike."""
    return [replace(picture, latency=picture.latency - offset.offset_ms) for picture in pictures]


def _round_trip_ms(url: CameraUrl, clock: Clock) -> float:
    shortest = float("inf")
    for _ in range(_CONNECTIONS):
        begin = clock.monotonic()
        try:
            socket.create_connection((url.host, url.port), _CONNECT_DEADLINE).close()
        except OSError as error:
            raise LiveEdgeError(
                f"{url.display} took no further connection ({error}); its clock cannot be measured."
            ) from None
        shortest = min(shortest, (clock.monotonic() - begin) * 1000)
    return shortest
