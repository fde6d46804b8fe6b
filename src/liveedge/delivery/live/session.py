"""One live socket: many streams, sent frame by frame as they come."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterable
from typing import Any, Final

from liveedge.clock import Clock
from liveedge.delivery.live import protocol
from liveedge.delivery.live.eager import Remainder, run_eagerly
from liveedge.delivery.live.follower import Follower
from liveedge.delivery.live.sound import SoundSubscription
from liveedge.streams.qualities import Finder
from liveedge.streams.state import StreamState
from liveedge.streams.stream import Stream
from liveedge.streams.viewers import Viewer

MAX_STREAMS: Final = 64
MAX_CONTROL_BACKLOG: Final = 256
SEND_DEADLINE: Final = 10.0
"""Seconds after which a client that takes nothing is given up."""

Send = Callable[[dict[str, Any]], Coroutine[Any, Any, None]]


class Overloaded(Exception):  # noqa: N818 - a condition of the client, not a defect
    """The client does not read what it asked for."""


class Subscription(Follower):
    """One stream on one socket."""

    __slots__ = ("replaces", "stops", "stream", "viewer")

    def __init__(self, session: "LiveSession", stream: Stream, replaces: str | None) -> None:
        # Whoever has pictures need not begin with old ones, which would hold up the next.
        super().__init__(session, stream.window, fresh=replaces is not None)
        self.stream = stream
        self.replaces = replaces
        """The id of the stream that ends when this one begins."""
        self.viewer = Viewer("live")
        stream.viewers.join(self.viewer)
        self.stops: tuple[Callable[[], None], ...]
        self.stops = (stream.window.listen(self.on_chunk), stream.listen(self.on_state))

    def end(self) -> None:
        """Leave the stream."""
        for stop in self.stops:
            stop()
        self.stops = ()
        self.stream.viewers.leave(self.viewer)

    def on_state(self, state: StreamState) -> None:
        """The stream's state has changed."""
        self.session.announce(self.stream, state)

    def messages(self) -> Iterable[str | bytes]:
        """Everything this viewer can use next: an epoch's announcement, then one chunk."""
        chunk = self.cursor.take() if self.stops else None
        if chunk is None:
            return
        if self.replaces is not None:
            self.session.unsubscribe(self.replaces)
            self.replaces = None
        if self.cursor.skipped:
            yield protocol.skipped(self.stream.id, self.cursor.skipped)
            self.viewer.skipped += self.cursor.skipped
            self.cursor.skipped = 0
        if chunk.epoch != self.epoch:
            epoch = self.stream.window.epoch_of(chunk)
            if epoch is None:
                return
            self.epoch = epoch.number
            yield protocol.stream_started(
                self.stream.id,
                self.stream.number,
                epoch,
                self.stream.frame_rate(),
                self.stream.sound.epoch,
                self.stream.qualities(),
            )
            yield epoch.message
        yield chunk.message


class LiveSession:
    """Serves one socket until it closes.

    While the client keeps up, each frame is sent from within the call that received it from the
    camera, without a task switch. As soon as the socket stops taking data, `run` takes over:
    it waits until the client reads again and goes on from its cursors, so that nothing is queued
    beyond the socket's own buffer.
    """

    def __init__(self, registry: Finder, send: Send, clock: Clock) -> None:
        self._registry = registry
        self._send = send
        self._clock = clock
        self._subscriptions: dict[str, Subscription] = {}
        self._sounds: dict[str, SoundSubscription] = {}
        self._control: list[str] = []
        self._wake: asyncio.Future[None] | None = None
        self._remainder: Awaitable[None] | None = None
        self._failure: Exception | None = None
        self.idle = False
        """True while everything has been sent and `run` waits: frames may be sent directly."""

    async def run(self) -> None:
        """Send until cancelled; raises `Overloaded` or what `send` raises for a closed socket."""
        self._control.append(protocol.hello())
        loop = asyncio.get_running_loop()
        while True:
            await self._send_pending()
            self._wake = loop.create_future()
            self.idle = True
            try:
                await self._wake
            finally:
                self.idle = False
                self._wake = None

    def close(self) -> None:
        """Leave all streams."""
        for subscription in self._subscriptions.values():
            subscription.end()
        self._subscriptions.clear()
        for sound in self._sounds.values():
            sound.stop()
        self._sounds.clear()
        if isinstance(self._remainder, Remainder):
            self._remainder.close()
            self._remainder = None

    # --- what the client asks

    def handle(self, text: str) -> None:
        """Do what a control message asks; a bad one is answered, not punished."""
        try:
            command = protocol.parse(text)
        except protocol.BadMessageError as error:
            self._say(protocol.error("bad_message", str(error)))
            return
        match command:
            case protocol.Subscribe(stream, audio=True):
                self._listen(stream)
            case protocol.Subscribe(stream, replaces=replaces):
                self._subscribe(stream, replaces)
            case protocol.Unsubscribe(stream, audio=True):
                if (sound := self._sounds.pop(stream, None)) is not None:
                    sound.stop()
            case protocol.Unsubscribe(stream):
                self.unsubscribe(stream)
            case protocol.Clock(t0):
                self._say(protocol.clock(t0, self._clock.wall() * 1000))
            case protocol.Report():
                self._report(command)

    def _subscribe(self, stream_id: str, replaces: str | None) -> None:
        stream = self._find(stream_id, self._subscriptions)
        if stream is not None:
            self._subscriptions[stream_id] = Subscription(self, stream, replaces)
            self.announce(stream, stream.state)

    def _listen(self, stream_id: str) -> None:
        stream = self._find(stream_id, self._sounds)
        if stream is not None:
            self._sounds[stream_id] = SoundSubscription(self, stream)
            self.wake()

    def _find(self, stream_id: str, present: Collection[str]) -> Stream | None:
        """The stream to subscribe to; None, and an error to the client, if that cannot be."""
        stream = self._registry.get(stream_id)
        if stream is None:
            message = f'There is no stream called "{stream_id}".'
            self._say(protocol.error("unknown_stream", message, stream_id))
        elif stream_id in present:
            return None
        elif len(present) >= MAX_STREAMS:
            message = f"One socket carries at most {MAX_STREAMS} streams; open another."
            self._say(protocol.error("too_many_streams", message, stream_id))
            return None
        return stream

    def unsubscribe(self, stream_id: str) -> None:
        """Send no more pictures of a stream."""
        subscription = self._subscriptions.pop(stream_id, None)
        if subscription is not None:
            subscription.end()

    def _report(self, report: protocol.Report) -> None:
        subscription = self._subscriptions.get(report.stream)
        if subscription is not None:
            subscription.stream.viewers.report(
                subscription.viewer,
                report.transport,
                latency_p50_ms=report.latency_p50_ms,
                latency_p95_ms=report.latency_p95_ms,
                stalls=report.stalls,
                dropped=report.dropped,
            )

    # --- what goes out

    def announce(self, stream: Stream, state: StreamState) -> None:
        """Tell the client the state of a stream."""
        self._say(
            protocol.state(
                stream.id,
                state.state,
                self._clock.monotonic() - state.since,
                state.reason,
                state.error,
            )
        )

    def wake(self) -> None:
        """There is something to send that `send_now` cannot."""
        if self._wake is not None and not self._wake.done():
            self.idle = False
            self._wake.set_result(None)

    def send_now(self, message: bytes) -> None:
        """Send a frame in this call; if the socket does not take it, `run` finishes the job.

        Never raises: this runs within the camera's call, and a socket that has closed is the end
        of its viewer only. `run` raises what happened.
        """
        try:
            remainder = run_eagerly(self._send({"type": "websocket.send", "bytes": message}))
        except Exception as error:  # noqa: BLE001 - handed to `run`, which raises it
            self._failure = error
            self.wake()
            return
        if remainder is not None:
            self._remainder = remainder
            self.wake()

    def _say(self, text: str) -> None:
        if len(self._control) >= MAX_CONTROL_BACKLOG:
            # The oldest is stale news of a client that does not read.
            del self._control[0]
        self._control.append(text)
        self.wake()

    async def _send_pending(self) -> None:
        if self._failure is not None:
            raise self._failure
        if self._remainder is not None:
            remainder, self._remainder = self._remainder, None
            await self._by_deadline(remainder)
        progress = True
        while progress:
            progress = False
            while self._control:
                await self._by_deadline(self._message(self._control.pop(0)))
            # Sound comes last: it never holds a picture back.
            followers: tuple[Follower, ...]
            followers = (*self._subscriptions.values(), *self._sounds.values())
            for follower in followers:
                for message in follower.messages():
                    progress = True
                    await self._by_deadline(self._message(message))

    def _message(self, message: str | bytes) -> Coroutine[Any, Any, None]:
        kind = "bytes" if isinstance(message, bytes) else "text"
        return self._send({"type": "websocket.send", kind: message})

    async def _by_deadline(self, sending: Awaitable[None]) -> None:
        try:
            async with asyncio.timeout(SEND_DEADLINE):
                await sending
        except TimeoutError:
            raise Overloaded("The client has not read for too long.") from None
