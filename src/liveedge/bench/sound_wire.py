"""How far beep and flash are apart when they leave the server: decoded off the live socket.

Both are on one time axis there (docs/reference/live-protocol.md), so no player's clock is in it.
"""

import asyncio
import json
import math
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from math import inf
from typing import Any, Final

import av
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from liveedge.bench.lip_sync import Beep, Flash, pair
from liveedge.bench.parts import STREAM
from liveedge.camera.flash import read_flash
from liveedge.camera.plane import planes_of
from liveedge.camera.stamp import delay_ms, read_stamp
from liveedge.camera.tone import BEEP_LEVEL
from liveedge.errors import LiveEdgeError
from liveedge.media.chunk import HEADER, KIND_INIT

_DEADLINE: Final = 10.0
_LARGEST: Final = 16 << 20
"""Octets of one message; a server passes on no larger picture."""
_QUIET: Final = 0.5
"""Seconds without a beep before the next one."""
_HOLE: Final = 0.005
"""Seconds between the end of a frame and the next one from which on something is missing."""
_WHOLE: Final = 0.05
"""A beep with less sound before it may lack its beginning."""
_LOUD: Final = round(32767 * BEEP_LEVEL / 2)
_HALF_MS: Final = 0.5
"""The clock in the picture is cut off to milliseconds."""


@dataclass(slots=True)
class Track:
    """What came of one medium."""

    init: bytes = b""
    chunks: list[bytes] = field(default_factory=list)

    def take(self, message: bytes) -> None:
        """Take one message of the live socket; another epoch begins anew."""
        if HEADER.unpack_from(message)[0] == KIND_INIT:
            self.init = message[HEADER.size :]
            self.chunks.clear()
        else:
            self.chunks.append(message[HEADER.size :])

    def file(self) -> BytesIO:
        """All of it as a fragmented file."""
        return BytesIO(self.init + b"".join(self.chunks))


def measure_at_server(address: str, seconds: float, wall: Callable[[], float]) -> list[Beep]:
    """Beeps and flashes of so many seconds, in media time; `wall` is the clock of the camera.

    Raises `LiveEdgeError` if no sound comes.
    """
    pictures, sound = asyncio.run(record(address, seconds))
    return pair(beeps(sound.file()), flashes(pictures.file(), wall()))


async def record(address: str, seconds: float) -> tuple[Track, Track]:
    """Take pictures and sound off the live socket for so many seconds."""
    tracks: dict[int, Track] = {}
    named = {"stream": Track(), "audio": Track()}
    url = address.replace("http", "ws", 1) + "live"
    try:
        async with connect(
            url, compression=None, proxy=None, max_size=_LARGEST, open_timeout=_DEADLINE
        ) as socket:
            for more in ({}, {"audio": True}):
                await socket.send(json.dumps({"type": "subscribe", "stream": STREAM} | more))
            try:
                async with asyncio.timeout(seconds):
                    async for message in socket:
                        if isinstance(message, str):
                            _name(json.loads(message), named, tracks)
                        elif (track := tracks.get(HEADER.unpack_from(message)[2])) is not None:
                            track.take(message)
            except TimeoutError:
                pass
    except (OSError, TimeoutError, WebSocketException) as error:
        raise LiveEdgeError(f"The server's live socket does not stay open ({error}).") from None
    if not named["audio"].chunks:
        raise LiveEdgeError("The server sends no sound of this camera.")
    return named["stream"], named["audio"]


def beeps(file: BytesIO) -> list[float]:
    """When beeps begin, in milliseconds of media time; those with sound before them."""
    found: list[float] = []
    loud, since, end = -inf, 0.0, -inf
    with av.open(file, "r", format="mp4") as container:
        mono = AudioResampler(format="s16", layout="mono")
        for coded in container.decode(audio=0):
            for frame in mono.resample(coded):
                begin = frame.time or 0.0
                if begin - end > _HOLE:
                    since = begin
                end = begin + frame.samples / frame.sample_rate
                for place in _loud(frame):
                    moment = begin + place / frame.sample_rate
                    if moment - max(loud, since + _WHOLE - _QUIET) > _QUIET:
                        found.append(moment * 1000)
                    loud = moment
    return found


def _loud(frame: AudioFrame) -> list[int]:
    samples = array("h", bytes(frame.planes[0])[: 2 * frame.samples])
    # Most frames have none, and `max` is quick.
    if max(samples) < _LOUD:
        return []
    return [place for place, sample in enumerate(samples) if sample >= _LOUD]


def flashes(file: BytesIO, wall: float) -> list[Flash]:
    """The flashes in milliseconds of media time; they were recorded shortly before `wall`.

    The clock in the first picture of each says how long ago that was.
    """
    found: list[Flash] = []
    lit = True
    with av.open(file, "r", format="mp4") as container:
        for frame in container.decode(video=0):
            luma = planes_of(frame)[0]
            was_lit, lit = lit, read_flash(luma)
            if lit and not was_lit and frame.time is not None:
                taken = math.floor(wall * 1000) - delay_ms(read_stamp(luma), wall)
                second = frame.time * 1000 - (taken % 1000 + _HALF_MS)
                found.append(Flash(second, second))
    return found


def _name(message: dict[str, Any], named: dict[str, Track], tracks: dict[int, Track]) -> None:
    track = named.get(str(message.get("type")))
    if track is not None:
        tracks[int(message["number"])] = track
