"""Changes of streams, handed to everybody who listens and kept for nobody."""

import asyncio
import json
from collections import deque
from collections.abc import Iterable
from typing import Final, NamedTuple

from liveedge.clock import Clock
from liveedge.health.rules import judge
from liveedge.streams.registry import StreamRegistry
from liveedge.streams.status import HealthReason, is_active
from liveedge.streams.stream import Stream

MAX_SUBSCRIBERS: Final = 64
BACKLOG: Final = 256
"""Events that wait for one subscriber, beside those that it begins with; then the oldest go."""


class Event(NamedTuple):
    """One server-sent event: its type, and its data as JSON."""

    kind: str
    data: str

    def encode(self) -> bytes:
        """As it goes over the wire (HTML Standard §9.2.5)."""
        return f"event: {self.kind}\ndata: {self.data}\n\n".encode()


class Subscriber:
    """Takes events at its own pace; never makes anybody wait."""

    def __init__(self, first: Iterable[Event] = ()) -> None:
        self.closed = False
        """No further event will come."""
        self._waiting = deque(first)
        self._room = len(self._waiting) + BACKLOG
        self._missed = 0
        self._changed = asyncio.Event()

    def put(self, event: Event) -> None:
        """Take an event in, and let the oldest go if there is no room."""
        if len(self._waiting) >= self._room:
            self._waiting.popleft()
            self._missed += 1
        self._waiting.append(event)
        self._changed.set()

    def close(self) -> None:
        """Nothing further comes."""
        self.closed = True
        self._changed.set()

    async def take(self, seconds: float) -> list[Event]:
        """All events that wait, or that come first within `seconds`; empty if none does."""
        if not self._waiting and not self.closed:
            self._changed.clear()
            try:
                async with asyncio.timeout(seconds):
                    await self._changed.wait()
            except TimeoutError:
                return []
        events, missed = list(self._waiting), self._missed
        self._waiting.clear()
        self._missed = 0
        if missed:
            events.insert(0, Event("missed", json.dumps({"events": missed})))
        return events


class EventFeed:
    """Tells subscribers of every change of a stream's state or health."""

    def __init__(self, registry: StreamRegistry, clock: Clock) -> None:
        self._registry = registry
        self._clock = clock
        self._subscribers: set[Subscriber] = set()
        self._said: dict[str, tuple[object, ...]] = {}
        self._closed = False
        self._stop = registry.listen(self._changed)

    @property
    def subscribers(self) -> int:
        """How many follow the events."""
        return len(self._subscribers)

    def subscribe(self) -> Subscriber | None:
        """A subscriber that begins with how every stream is now; None if there are too many."""
        if self._closed or len(self._subscribers) >= MAX_SUBSCRIBERS:
            return None
        now = self._clock.monotonic()
        subscriber = Subscriber(describe(stream, now) for stream in self._registry)
        self._subscribers.add(subscriber)
        return subscriber

    def unsubscribe(self, subscriber: Subscriber) -> None:
        """Leave; harmless if it had left."""
        self._subscribers.discard(subscriber)

    def close(self) -> None:
        """Let everybody go: the server is about to end."""
        self._closed = True
        self._stop()
        for subscriber in self._subscribers:
            subscriber.close()

    def _changed(self, stream: Stream) -> None:
        if not self._subscribers:
            self._said.pop(stream.id, None)
            return
        facts = stream.facts(self._clock.monotonic())
        # A change of state and the verdict on it are one piece of news.
        news = (stream.state, judge(facts).codes)
        if self._said.get(stream.id) != news:
            self._said[stream.id] = news
            event = describe(stream, self._clock.monotonic())
            for subscriber in self._subscribers:
                subscriber.put(event)


def describe(stream: Stream, now: float) -> Event:
    """How a stream is now."""
    facts = stream.facts(now)
    verdict = judge(facts)
    state = stream.state
    return Event(
        "stream",
        json.dumps(
            {
                "stream_id": stream.id,
                "name": stream.name,
                "state": state.state,
                "state_seconds": round(now - state.since, 3),
                "is_active": is_active(facts.live, verdict),
                "reason": state.reason,
                "error": state.error,
                "healthy": verdict.healthy,
                "level": verdict.level,
                "reasons": [
                    HealthReason.of(finding).model_dump(mode="json") for finding in verdict.findings
                ],
                "reconnect_count": stream.reconnects,
            }
        ),
    )
