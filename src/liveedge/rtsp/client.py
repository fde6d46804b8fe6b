"""The asyncio client: plays a camera's video over RTSP."""

import asyncio
import re
from collections.abc import Callable
from typing import NoReturn

from liveedge.clock import Clock
from liveedge.config.rtsp import RtspSettings, RtspTransport
from liveedge.config.url import CameraUrl
from liveedge.errors import Reason, SourceError
from liveedge.rtsp.connection import Connection
from liveedge.rtsp.deadlines import Timeouts, check_progress
from liveedge.rtsp.reach import QuickAck, reach
from liveedge.rtsp.reception import MediaHandler, Stats, VideoReception
from liveedge.rtsp.session import Session
from liveedge.rtsp.sound_reception import SoundHandler
from liveedge.rtsp.video import VideoDescription

__all__ = ["MediaHandler", "RtspClient", "Stats", "Timeouts", "VideoDescription"]

GRACE = 0.5
"""Seconds that a camera has to answer TEARDOWN."""

_QUOTED = re.compile(r'"[^"]*"')


class RtspClient:
    """Plays one camera for one handler; each `run_once` is one attempt.

    `session` makes what speaks for us in an attempt; another one than `Session` can listen in.
    """

    def __init__(
        self,
        url: CameraUrl,
        handler: MediaHandler,
        clock: Clock,
        *,
        settings: RtspSettings = RtspSettings(),  # noqa: B008 - frozen
        timeouts: Timeouts = Timeouts(),  # noqa: B008 - frozen
        session: Callable[[CameraUrl], Session] = Session,
        sound: SoundHandler | None = None,
    ) -> None:
        self._url = url
        self._handler = handler
        self._clock = clock
        self._settings = settings
        self._timeouts = timeouts
        self._new_session = session
        self._sound = sound
        self._connection: Connection | None = None

    @property
    def stats(self) -> Stats:
        """Figures of the newest connection."""
        return Stats() if self._connection is None else self._connection.stats

    async def run_once(self) -> NoReturn:
        """Open, play and deliver until that ends; always raises.

        `SourceError` says why, and names the camera without its credentials; an error of the
        handler comes out as it is. If cancelled, it takes leave of the camera for at most `GRACE`
        seconds first. The socket is closed in every case.
        """
        session = self._new_session(self._url)
        deadline = asyncio.get_running_loop().time() + self._timeouts.connect
        try:
            connection = await self._connect(session, deadline)
            try:
                reception = await self._play(connection, deadline)
                await self._watch(connection, reception)
            except asyncio.CancelledError:
                await connection.leave(GRACE)
                raise
            finally:
                await connection.close()
        except SourceError as error:
            self._name(error, session)
            raise error from None

    async def _connect(self, session: Session, deadline: float) -> Connection:
        url, settings, acknowledge = self._url, self._settings, QuickAck()
        # What a tunnel or TLS was chosen for would be lost if the video went another way.
        alone = url.secure or url.tunnelled
        connection = Connection(
            session,
            self._handler,
            self._clock,
            carriage=RtspTransport.TCP if alone else settings.transport,
            acknowledge=acknowledge,
            sound=self._sound,
            on_loss=settings.on_loss,
        )
        self._connection = connection
        try:
            async with asyncio.timeout_at(deadline):
                await reach(url, settings, connection, acknowledge)
        except TimeoutError:
            raise self._late("The camera did not accept a connection") from None
        return connection

    async def _play(self, connection: Connection, deadline: float) -> VideoReception:
        """Exchange requests until PLAY is answered."""
        try:
            async with asyncio.timeout_at(deadline):
                connection.open()
                while connection.playing is None:
                    await self._wait_for_answer(connection)
        except TimeoutError:
            raise self._late("The camera did not begin to play") from None
        return connection.playing

    def _late(self, sentence: str) -> SourceError:
        limit = self._timeouts.connect
        return SourceError(
            Reason.TIMEOUT, f"{sentence} in {limit:g} s; check the address and the network."
        )

    async def _wait_for_answer(self, connection: Connection) -> None:
        limit = self._timeouts.request
        if connection.asked is None:
            return
        method, since = connection.asked
        left = limit - (self._clock.monotonic() - since)
        if left <= 0:
            raise SourceError(Reason.TIMEOUT, f"The camera did not answer {method} in {limit:g} s.")
        await connection.wait(left)

    async def _watch(self, connection: Connection, reception: VideoReception) -> NoReturn:
        """Keep the session alive, report, and notice when the video stops."""
        while True:
            now = self._clock.monotonic()
            left = check_progress(reception.progress, self._timeouts, now)
            await connection.wait(min(left, connection.tick(now)))

    def _name(self, error: SourceError, session: Session) -> None:
        """Put the camera's name in front of a sentence about it."""
        sentence = str(error)
        if session.credentials_sent:
            # A camera can put what it was sent into any words of its own.
            sentence = _QUOTED.sub('"…"', sentence)
        error.args = (f"{self._url.display}: {sentence}",)
