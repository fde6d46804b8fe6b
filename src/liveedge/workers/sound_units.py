"""Sound on its way to the worker and back: pieces of some tracks in a message, with their times."""

from collections.abc import Iterable
from itertools import accumulate, pairwise
from typing import TypeGuard

from liveedge.errors import WorkerError
from liveedge.workers.messages import Message

Unit = tuple[int, int, bytes]
"""Track, media time in 1/90000 s, and what a decoder takes at once."""


def pack(kind: str, units: Iterable[Unit]) -> Message:
    """A message with pieces in their order."""
    units = list(units)
    values = {
        "tracks": [track for track, _, _ in units],
        "times": [time for _, time, _ in units],
        "sizes": [len(data) for _, _, data in units],
    }
    return Message(kind, values, b"".join([data for _, _, data in units]))


def unpack(message: Message) -> list[Unit]:
    """The pieces of a message; raise `WorkerError` if it makes no sense."""
    tracks, times, sizes = (message.values.get(name) for name in ("tracks", "times", "sizes"))
    payload = message.payload
    if (
        not _numbers(tracks)
        or not _numbers(times)
        or not _numbers(sizes)
        or not len(tracks) == len(times) == len(sizes)
        or sum(sizes) != len(payload)
    ):
        raise WorkerError("A worker process said something that means nothing; it is ended.")
    bounds = pairwise(accumulate(sizes, initial=0))
    return [
        (track, time, payload[begin:end])
        for track, time, (begin, end) in zip(tracks, times, bounds, strict=True)
    ]


def _numbers(values: object) -> TypeGuard[list[int]]:
    return isinstance(values, list) and all(type(value) is int and value >= 0 for value in values)
