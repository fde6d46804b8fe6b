"""Frame rate and bit rate of a stretch of chunks."""

from collections.abc import Iterable

from liveedge.media.bmff import VIDEO_TIMESCALE
from liveedge.media.chunk import HEADER, Chunk

_FEWEST = 5


def frames_per_second(chunks: Iterable[Chunk]) -> float | None:
    """Pictures a second of media time, None if there are too few."""
    times = [chunk.decode_time for chunk in chunks]
    if len(times) < _FEWEST or times[-1] <= times[0]:
        return None
    return (len(times) - 1) * VIDEO_TIMESCALE / (times[-1] - times[0])


def kilobits_per_second(chunks: Iterable[Chunk]) -> float | None:
    """Bit rate of the media in 1000 bit/s, None if there are too few chunks."""
    held = list(chunks)
    if len(held) < _FEWEST or held[-1].decode_time <= held[0].decode_time:
        return None
    # The last chunk's bytes belong to the time after the stretch.
    size = sum(len(chunk.message) - HEADER.size for chunk in held[:-1])
    seconds = (held[-1].decode_time - held[0].decode_time) / VIDEO_TIMESCALE
    return 8 * size / seconds / 1000
