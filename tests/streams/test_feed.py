"""What a worker is given, by a window that a test fills."""

import pytest

from liveedge.errors import WorkerError
from liveedge.ingest.source import VideoDescription
from liveedge.streams.feed import MOST_LATE, MOST_OWED, Feed
from liveedge.streams.recipe import RECIPES
from liveedge.streams.registry import StreamRegistry
from liveedge.workers.messages import Message
from tests.streams.cameras import idle
from tests.support import FakeClock, access_units, encode

GOP = 3 * MOST_OWED


class Bench:
    """A camera with a keyframe every `GOP` pictures, and a worker that answers when told."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.stream = StreamRegistry(self.clock).add("door", "Door", idle)
        encoded = encode(frames=2 * GOP, gop=GOP)
        self.stream.playing(VideoDescription("h264", 90_000, encoded.parameter_sets))
        self._units = iter(access_units(encoded))
        self.posted: list[Message] = []

    def post(self, message: Message) -> None:
        if message.kind == "picture":
            self.posted.append(message)

    def send(self, count: int) -> list[bool]:
        """Have the camera send; whether each picture that the worker was given is to be shown."""
        before = len(self.posted)
        for _ in range(count):
            self.clock.advance(1 / 30)
            self.stream.access_unit(next(self._units))
        return [message.flag("wanted") for message in self.posted[before:]]

    def feed(self) -> Feed:
        """Have the worker begin."""
        feed = Feed(self.stream, RECIPES["low"], self)
        self.stream.window.listen(feed.take)
        feed.begin()
        return feed


def test_a_worker_begins_with_the_newest_sync_frame_and_shows_the_newest_picture() -> None:
    it = Bench()
    it.send(10)
    it.feed()
    assert [message.flag("wanted") for message in it.posted] == [False] * 9 + [True]


def test_what_comes_while_the_worker_is_late_is_not_shown() -> None:
    it = Bench()
    it.send(1)
    feed = it.feed()
    feed.answered()
    assert it.send(MOST_LATE + 3) == [True] * MOST_LATE + [False] * 3
    for _ in range(4):
        feed.answered()
    assert it.send(2) == [True, False]


def test_a_worker_that_cannot_keep_up_goes_on_with_the_next_sync_frame() -> None:
    it = Bench()
    it.send(1)
    feed = it.feed()
    feed.answered()
    given = it.send(MOST_OWED + 50)
    assert len(given) == MOST_OWED
    for _ in given:
        feed.answered()
    assert it.send(GOP - MOST_OWED - 51) == []
    assert it.send(1) == [True]


def test_a_long_way_from_the_sync_frame_is_caught_up_with() -> None:
    it = Bench()
    it.send(2 * MOST_OWED)
    feed = it.feed()
    assert it.send(10) == [False] * 10, "decoded, for what follows depends on it"
    for _ in range(2 * MOST_OWED + 8):
        feed.answered()
    assert it.send(1) == [True]
    for _ in range(feed.owed):
        feed.answered()
    # From then on no more is owed than by any other.
    assert len(it.send(MOST_OWED - 20)) == MOST_OWED - 20
    it.send(100)
    assert feed.owed == MOST_OWED


def test_a_picture_is_known_again() -> None:
    it = Bench()
    it.send(1)
    feed = it.feed()
    newest = it.stream.window.newest
    assert newest is not None
    assert feed.origin(newest.sequence)[:2] == (newest.arrival, newest.capture_us)
    with pytest.raises(WorkerError):
        feed.origin(newest.sequence)
