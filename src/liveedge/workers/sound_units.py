"""Sound on its way to the worker and back: some pieces in one message, each with its time."""

from itertools import accumulate, pairwise
from typing import TypeGuard

from liveedge.errors import WorkerError
from liveedge.workers.messages import Message

Unit = tuple[int, bytes]
"""Media time in 1/90000 s, and what a decoder takes at once."""


def pack(kind: str, track: int, units: list[Unit]) -> Message:
    """A message with pieces of one track."""
    values = {
        "track": track,
        "times": [time for time, _ in units],
        "sizes": [len(data) for _, data in units],
    }
    return Message(kind, values, b"".join([data for _, data in units]))


def unpack(message: Message) -> list[Unit]:
    """The pieces of a message; raise `WorkerError` if it makes no sense."""
    times, sizes = message.values.get("times"), message.values.get("sizes")
    payload = message.payload
    if (
        not _numbers(times)
        or not _numbers(sizes)
        or len(times) != len(sizes)
        or sum(sizes) != len(payload)
    ):
        raise WorkerError("A worker process said something that means nothing; it is ended.")
    bounds = pairwise(accumulate(sizes, initial=0))
    return [(time, payload[begin:end]) for time, (begin, end) in zip(times, bounds, strict=True)]


def _numbers(values: object) -> TypeGuard[list[int]]:
    return isinstance(values, list) and all(type(value) is int and value >= 0 for value in values)
