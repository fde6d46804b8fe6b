"""What one picture costs on its way from the depacketizer to its viewers, without the network."""

import asyncio
from collections.abc import Iterator
from time import perf_counter
from typing import Any, Final

from liveedge.bench.stats import percentile
from liveedge.camera.encoder import Encoder
from liveedge.camera.picture import Picture
from liveedge.delivery.live.session import LiveSession
from liveedge.errors import Reason, SourceError
from liveedge.ingest.source import MediaSink, Source, VideoDescription
from liveedge.media.access_unit import AccessUnit
from liveedge.streams.registry import StreamRegistry
from liveedge.streams.stream import Stream

VIEWERS: Final = (0, 1, 100)
_FPS: Final = 30
_GOP: Final = 15
_ROUND: Final = 4 * _GOP
_ROUNDS: Final = 50


class _Unopened:
    """The source of a stream that is fed by hand."""

    async def run_once(self) -> None:
        raise SourceError(Reason.ENDED, "This source is never opened.")


class _Time:
    """Moves on by one picture each time it is told."""

    def __init__(self) -> None:
        self.pictures = 0

    def monotonic(self) -> float:
        return self.pictures / _FPS

    def wall(self) -> float:
        return 1_700_000_000.0 + self.pictures / _FPS


class _Feed:
    """The pictures of a real encoder, one GOP of them over and over."""

    def __init__(self, time: _Time) -> None:
        self._time = time
        encoder = Encoder(1280, 720, _FPS, _GOP, 2000)
        picture = Picture(encoder.planes, "Bench", "")
        self.parameter_sets = encoder.parameter_sets
        self._nals: list[list[bytes]] = []
        for index in range(_GOP):
            picture.draw(1_700_000_000.0 + index / _FPS, index)
            self._nals.append([nal for nal in encoder.encode() if nal[0] & 0x1F in (1, 5)])
        self.mean_bytes = sum(len(nal) for nals in self._nals for nal in nals) // _GOP

    def take(self, count: int) -> Iterator[AccessUnit]:
        """The next `count` access units; time goes on with each."""
        for _ in range(count):
            index = self._time.pictures
            self._time.pictures += 1
            yield AccessUnit(
                nals=self._nals[index % _GOP],
                rtp_time=index * 90_000 // _FPS & 0xFFFFFFFF,
                sync=index % _GOP == 0,
                arrival=self._time.monotonic(),
            )


async def measure_frames(viewers: int) -> dict[str, Any]:
    """Microseconds for one access unit: timeline, boxing, window, and all live sessions."""
    time = _Time()
    feed = _Feed(time)
    registry = StreamRegistry(time)
    stream = registry.add("bench", "", _unopened)
    sessions = [LiveSession(registry, _send, time) for _ in range(viewers)]
    tasks = [asyncio.create_task(session.run()) for session in sessions]
    try:
        stream.playing(VideoDescription("h264", 90_000, feed.parameter_sets))
        for session in sessions:
            session.handle('{"type": "subscribe", "stream": "bench"}')
        await _settle(stream, feed)
        micros = [_round(stream, feed) for _ in range(_ROUNDS)]
    finally:
        for session in sessions:
            session.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return {
        "viewers": viewers,
        "frame_bytes": feed.mean_bytes,
        "p50_us": round(percentile(micros, 50) or 0.0, 1),
        "best_us": round(min(micros), 1),
    }


def _round(stream: Stream, feed: _Feed) -> float:
    """Microseconds a picture, the mean of some GOPs."""
    units = list(feed.take(_ROUND))
    begin = perf_counter()
    for unit in units:
        stream.access_unit(unit)
    return (perf_counter() - begin) * 1e6 / _ROUND


async def _settle(stream: Stream, feed: _Feed) -> None:
    """Feed until every session waits for the next picture, as it does while its viewer keeps up."""
    for unit in feed.take(_ROUND):
        stream.access_unit(unit)
        await asyncio.sleep(0)


def _unopened(sink: MediaSink) -> Source:
    del sink
    return _Unopened()


async def _send(message: dict[str, Any]) -> None:
    """Take a message as a socket with room does: at once."""
