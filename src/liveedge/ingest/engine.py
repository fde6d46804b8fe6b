"""Which client opens a camera: the native one, FFmpeg's libraries, or whichever can."""

from typing import Final, NoReturn, Protocol, runtime_checkable

import structlog

from liveedge.clock import Clock
from liveedge.config.engine import Engine
from liveedge.config.media_url import MediaUrl
from liveedge.config.rtsp import RtspSettings
from liveedge.config.url import CameraUrl
from liveedge.errors import Reason, SourceError
from liveedge.ingest.ffmpeg import FfmpegOpener
from liveedge.ingest.rtsp import rtsp_source
from liveedge.ingest.source import (
    Costed,
    Measured,
    MediaSink,
    Source,
    SourceFactory,
    SourceStats,
)
from liveedge.workers.cost import Cost

CURABLE: Final = frozenset({Reason.UNSUPPORTED, Reason.PROTOCOL})
"""What another client may understand. A camera that cannot be reached, or refuses us, can only
be tried again. With NO_KEYFRAME pictures have come, but FFmpeg's libraries know how to begin."""

_log = structlog.get_logger(__name__)


def camera_source(
    url: CameraUrl | MediaUrl, engine: Engine, clock: Clock, settings: RtspSettings
) -> SourceFactory:
    """A factory of attempts at one camera with the engine that its owner wants."""
    ffmpeg = FfmpegOpener(url, verify=settings.tls_verify, audio=settings.audio)
    if isinstance(url, MediaUrl) and url.secure and not settings.tls_verify:
        _log.warning(
            "tls_not_verified",
            camera=url.display,
            meaning="whoever is on the way can pose as this camera and learn its password",
        )
    if isinstance(url, MediaUrl) or engine is Engine.FFMPEG:
        return FixedEngine(Engine.FFMPEG, ffmpeg)
    native = rtsp_source(url, clock, settings)
    # libav cannot be told to accept one certificate only, and must not get the password of a
    # camera that may be another one.
    if engine is Engine.NATIVE or settings.tls_fingerprint is not None:
        return FixedEngine(Engine.NATIVE, native)
    return AutoEngine(native, ffmpeg, url.display)


@runtime_checkable
class Opened(Protocol):
    """A source factory that knows which client it uses."""

    @property
    def engine(self) -> Engine:
        """The one in use."""
        ...

    @property
    def because(self) -> str | None:
        """Why it is not the native one, in a sentence, if that was not configured."""
        ...


class FixedEngine:
    """A source factory that uses one client."""

    because: str | None = None

    def __init__(self, engine: Engine, open_source: SourceFactory) -> None:
        self.engine = engine
        self.cost = _cost_of(open_source)
        self._open_source = open_source

    def __call__(self, sink: MediaSink) -> Source:
        """Open a source."""
        return self._open_source(sink)


class AutoEngine:
    """A source factory that begins with the native client and falls back from it.

    It falls back within the same attempt, before a viewer has waited for another one, and stays
    with what has delivered. If FFmpeg's libraries deliver nothing either, the next attempt begins
    with the native client again.
    """

    def __init__(self, native: SourceFactory, ffmpeg: SourceFactory, display: str) -> None:
        """`display` names the camera without credentials."""
        self.engine = Engine.NATIVE
        self.because: str | None = None
        self.cost = _cost_of(ffmpeg)
        self.native = native
        self.ffmpeg = ffmpeg
        self._display = display

    def __call__(self, sink: MediaSink) -> Source:
        """Open a source."""
        return _Attempt(self, sink)

    def fall_back(self, error: SourceError) -> None:
        """The native client cannot open it."""
        self.engine, self.because = Engine.FFMPEG, str(error)
        _log.warning(
            "engine_fallback", camera=self._display, engine=Engine.FFMPEG.value, why=str(error)
        )

    def return_to_native(self) -> None:
        """FFmpeg's libraries have delivered nothing."""
        self.engine, self.because = Engine.NATIVE, None


def _cost_of(factory: SourceFactory) -> Cost | None:
    return factory.cost if isinstance(factory, Costed) else None


class _Attempt:
    """One attempt, with one client or with both."""

    def __init__(self, choice: AutoEngine, sink: MediaSink) -> None:
        self._choice = choice
        self._sink = sink
        self._source = self._open()

    @property
    def stats(self) -> SourceStats:
        """Figures of the client that is at work."""
        if not isinstance(self._source, Measured):
            raise TypeError("a source of an engine counts what comes")
        return self._source.stats

    async def run_once(self) -> NoReturn:
        """Open, deliver, and raise `SourceError` when it is over."""
        try:
            await self._source.run_once()
        except SourceError as error:
            if self._choice.engine is not Engine.NATIVE:
                self._failed()
                raise
            curable = error.reason in CURABLE and not self.stats.packets
            if not curable and error.reason is not Reason.NO_KEYFRAME:
                raise
            self._choice.fall_back(error)
            native = error
        self._source = self._open()
        try:
            await self._source.run_once()
        except SourceError:
            if self._failed():
                # FFmpeg's libraries say less than the native client of what it does not support.
                raise native from None
            raise
        raise SourceError(Reason.ENDED, "The camera ended the stream.")

    def _open(self) -> Source:
        choice = self._choice
        native = choice.engine is Engine.NATIVE
        return (choice.native if native else choice.ffmpeg)(self._sink)

    def _failed(self) -> bool:
        """Whether nothing was delivered, which puts an end to this client."""
        if self.stats.packets:
            return False
        self._choice.return_to_native()
        return True
