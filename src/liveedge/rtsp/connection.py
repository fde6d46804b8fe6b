"""One connection to a camera: octets in, pictures out, all of it inside the data callback."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from typing import cast

from liveedge.clock import Clock
from liveedge.config.rtsp import OnLoss, RtspTransport
from liveedge.errors import LimitError, Reason, SourceError
from liveedge.rtsp.carriage import Carriage
from liveedge.rtsp.framing import Demultiplexer
from liveedge.rtsp.messages import Message, Request, Response
from liveedge.rtsp.reception import MediaHandler, Stats, VideoReception
from liveedge.rtsp.session import Dialogue, Session, SetUp, SoundSetUp
from liveedge.rtsp.sound_reception import SoundHandler, SoundReception
from liveedge.rtsp.transport import INTERLEAVED, Transport

MAX_UNSENT = 64 * 1024
"""Octets that a camera may leave unread."""
FLUSH = 0.2
"""Seconds that the last octets to a camera may take."""
REPORT_INTERVAL = 5.0
"""Seconds between receiver reports (RFC 3550 §6.2)."""


class Connection(asyncio.Protocol):
    """Speaks for a `Session` over a transport and receives its video.

    `failure` is set once, by whatever ends the conversation; `wait` raises it.
    """

    _transport: asyncio.Transport

    def __init__(
        self,
        session: Session,
        handler: MediaHandler,
        clock: Clock,
        *,
        carriage: RtspTransport = RtspTransport.TCP,
        acknowledge: Callable[[], None] = lambda: None,
        sound: SoundHandler | None = None,
        on_loss: OnLoss = OnLoss.SHOW,
    ) -> None:
        self.failure: Exception | None = None
        self.playing: VideoReception | None = None
        """Set when PLAY is answered."""
        self.asked: tuple[str, float] | None = None
        """The method that waits for its answer, and since when (monotonic seconds)."""
        self._session = session
        self._handler = handler
        self._clock = clock
        self._carriage = carriage
        self._on_loss = on_loss
        self._acknowledge = acknowledge
        self._demultiplexer = Demultiplexer(self._take_message)
        self._changed = asyncio.Event()
        self._lost = asyncio.Event()
        self._octets = 0
        self._dialogue: Dialogue | None = None
        self._cseq: int | None = None
        self._reception: VideoReception | None = None
        self._sound_handler = sound
        self._sound: SoundReception | None = None
        self._video_way = Carriage(self._demultiplexer, self._send)
        self._sound_way = Carriage(self._demultiplexer, self._send)
        self._next_keep_alive = 0.0
        self._next_report = 0.0
        self._left = False
        session.offers = self._offers
        session.offer_sound = self._offer_sound
        session.wants_sound = sound is not None

    @property
    def stats(self) -> Stats:
        """Figures so far."""
        octets, foreign, duplicates = self._octets, self._demultiplexer.stray_frames, 0
        for way in (self._video_way, self._sound_way):
            if way.ports is not None:
                octets += way.ports.octets
                foreign += way.ports.strangers
        if self._video_way.ports is not None:
            duplicates = self._video_way.ports.duplicates
        if self._reception is None:
            return Stats(octets)
        return self._reception.stats(octets, foreign, duplicates)

    # --- the asyncio protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the transport."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Take what has come, and hand out what it completes."""
        self._octets += len(data)
        if self.failure is None:
            try:
                self._demultiplexer.feed(data, self._clock.monotonic())
            except Exception as error:  # noqa: BLE001 - the top of a callback: `wait` raises it
                self._fail(error)
        self._acknowledge()

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that the transport is closed, by whomever."""
        how = "The camera closed the connection." if exc is None else "The connection broke."
        self._fail(SourceError(Reason.ENDED, how))
        self._lost.set()

    # --- for the client

    def open(self) -> None:
        """Begin the conversation."""
        self._begin(self._session.opening(), self._clock.monotonic())

    async def wait(self, seconds: float) -> None:
        """Return when something has changed, or after `seconds`; raise `failure`."""
        if self.failure is None:
            self._changed.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._changed.wait()
        if self.failure is not None:
            raise self.failure

    def tick(self, now: float) -> float:
        """While playing, send what is due; return the seconds until something is due again."""
        if now >= self._next_keep_alive:
            self._next_keep_alive = now + self._session.timeout / 2
            self._begin(self._session.keeping_alive(), now)
        if now >= self._next_report:
            self._next_report = now + REPORT_INTERVAL
            self._send_report(now)
        return min(self._next_keep_alive, self._next_report) - now

    async def leave(self, grace: float) -> None:
        """Take leave of a camera that is well: wait for its answer, `grace` seconds at most."""
        self._stop_media()
        if self._tear_down():
            with contextlib.suppress(SourceError):
                await self.wait(grace)

    async def close(self) -> None:
        """Close the connection for sure, and tell the camera unless that has been done."""
        self._stop_media()
        self._tear_down()
        self._transport.close()
        try:
            async with asyncio.timeout(FLUSH):
                await self._lost.wait()
        except TimeoutError:
            pass
        finally:
            self._transport.abort()
        await self._lost.wait()

    # --- the conversation

    def _begin(self, dialogue: Dialogue, now: float) -> None:
        self._dialogue = dialogue
        self._say(dialogue, None, now)

    def _say(self, dialogue: Dialogue, response: Response | None, now: float) -> None:
        """Give an answer to the dialogue, and send what it says next."""
        try:
            # Sent None, a generator begins.
            request = dialogue.send(cast("Response", response))
        except StopIteration:
            self._dialogue = self.asked = None
            if self.playing is None:
                self._play(now)
            return
        if self._reception is None and self._session.media is not None:
            self._receive(self._session.media, now)
        if self._sound is None and self._session.sound is not None:
            self._receive_sound(self._session.sound)
        self._cseq, self.asked = request.cseq, (request.method, now)
        self._send(request.encode())

    def _take_message(self, message: Message) -> None:
        if isinstance(message, Request):
            self._take_request(message)
        # Another number is a late answer to what nobody waits for any more.
        elif message.status >= 200 and message.cseq in (None, self._cseq):
            self._changed.set()
            if self._dialogue is not None:
                self._say(self._dialogue, message, self._clock.monotonic())

    def _take_request(self, request: Request) -> None:
        self._send(self._session.answer(request).encode())
        if request.method == "TEARDOWN":
            raise SourceError(Reason.ENDED, "The camera ended the session.")
        if request.method == "REDIRECT":
            raise SourceError(
                Reason.REDIRECT,
                "The camera redirects to another address, and redirects are never followed;"
                " enter the address itself.",
            )

    def _tear_down(self) -> bool:
        """Send TEARDOWN once; return whether an answer may come."""
        request = self._session.teardown()
        if request is None or self._left or self._lost.is_set():
            return False
        self._left = True
        self._dialogue = None
        self._cseq = request.cseq
        self._transport.write(request.encode())
        return True

    def _fail(self, error: Exception) -> None:
        if self.failure is None:
            self.failure = error
        self._changed.set()

    def _send(self, data: bytes) -> None:
        if self._transport.get_write_buffer_size() > MAX_UNSENT:
            raise LimitError("The camera asks much and reads no answer.")
        self._transport.write(data)

    # --- the media

    def _offers(self) -> Iterator[Transport]:
        """Ways to receive a track; ports are opened only when they are needed."""
        if self._carriage is not RtspTransport.UDP:
            yield INTERLEAVED
        if self._carriage in (RtspTransport.AUTO, RtspTransport.UDP):
            yield self._video_way.offer_ports(self._transport.get_extra_info("sockname"))

    def _offer_sound(self) -> Transport | None:
        """Ports for the sound beside video over UDP; without any there is no sound."""
        with contextlib.suppress(SourceError):
            return self._sound_way.offer_ports(self._transport.get_extra_info("sockname"))
        return None

    def _receive(self, media: SetUp, now: float) -> None:
        """Take the track's packets from now on: some cameras send before they answer PLAY."""
        self._reception = reception = VideoReception(
            media.track, self._handler, now, on_loss=self._on_loss
        )
        camera = self._transport.get_extra_info("peername")
        self._video_way.receive(reception, media.transport, camera, self._clock, self._fail)

    def _receive_sound(self, set_up: SoundSetUp) -> None:
        if self._sound_handler is None:
            return
        self._sound = reception = SoundReception(set_up.track, self._sound_handler)
        camera = self._transport.get_extra_info("peername")
        self._sound_way.receive(reception, set_up.transport, camera, self._clock, self._fail)

    def _stop_media(self) -> None:
        self._demultiplexer.sinks.clear()
        if self._reception is not None:
            # Parts of this refer to each other, and may for long wait for the garbage collector.
            self._reception.depacketizer.forget()
        self._video_way.close()
        self._sound_way.close()

    def _play(self, now: float) -> None:
        if self._reception is not None:
            self._reception.played(now)
            self.playing = self._reception
        self._next_keep_alive = now + self._session.timeout / 2
        self._next_report = now + REPORT_INTERVAL

    def _send_report(self, now: float) -> None:
        if self._reception is None:
            return
        self._video_way.report(self._reception.receiver_report(now))
        if self._sound is not None:
            self._sound_way.report(self._sound.receiver_report(now))
