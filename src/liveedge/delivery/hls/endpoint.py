"""The ASGI application behind `/hls/`."""

import re
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final, Protocol

import structlog

from liveedge.config.hls import HlsSettings
from liveedge.delivery.cross_origin import cors_headers
from liveedge.delivery.hls import blocking, byte_range, routes
from liveedge.delivery.hls.blocking import Answer
from liveedge.delivery.hls.feed import Feed, Text
from liveedge.delivery.hls.presentation import Presentation
from liveedge.delivery.hls.rendition import Sounding
from liveedge.delivery.hls.response import (
    NO_CACHE,
    Body,
    Header,
    Reply,
    Send,
    deliver,
    drop,
    problem,
)
from liveedge.delivery.hls.routes import Route
from liveedge.delivery.hls.variants import Variants
from liveedge.delivery.hls.waiting import Outcome, Receive
from liveedge.streams.offer import Offer
from liveedge.streams.qualities import MARK
from liveedge.streams.viewers import Viewers
from liveedge.window.segments import SegmentList

Headers = dict[bytes, bytes]

_log = structlog.get_logger(__name__)

_ALLOWED: Final = b"GET, HEAD, OPTIONS"
_PLAYLIST: Final = (
    (b"content-type", b"application/vnd.apple.mpegurl"),
    NO_CACHE,
    (b"vary", b"accept-encoding"),
)
_PLAYLIST_GZIPPED: Final = (*_PLAYLIST, (b"content-encoding", b"gzip"))
_IMMUTABLE: Final = (b"cache-control", b"public, max-age=60, immutable")
_RETRY: Final = (b"retry-after", b"1")
_PAUSE: Final = 5.0
"""Seconds from an answer to the next request after which a player counts as gone."""
_GZIP: Final = re.compile(
    rb"(?:^|,)\s*(?:gzip|\*)\s*(?:;\s*q=(?:1(?:\.0*)?|0?\.[0-9]*[1-9][0-9]*)\s*)?(?:,|$)",
    re.IGNORECASE,
)
_OTHER_PLAYLIST: Final = problem(
    410, "This playlist has become another one; load index.m3u8 again."
)
_NOT_HERE: Final = problem(404, "This is not here, or not here any more.")


class _Instead(Exception):  # noqa: N818 - an answer, not a defect
    """A request is answered with something else; None: its client has gone."""

    def __init__(self, reply: Reply | None) -> None:
        super().__init__()
        self.reply = reply


class Segmented(Protocol):
    """As much of a stream as HLS needs."""

    @property
    def segments(self) -> SegmentList:
        """What players may ask for."""
        ...

    @property
    def sound(self) -> Sounding:
        """What is heard beside the pictures."""
        ...

    @property
    def qualities(self) -> Callable[[], Sequence[Offer]]:
        """What else there is of the same camera."""
        ...

    @property
    def viewers(self) -> Viewers:
        """Who is watching."""
        ...


class Registry(Protocol):
    """Finds streams."""

    def get(self, stream_id: str, /) -> Segmented | None:
        """The stream of that id."""
        ...


class HlsEndpoint:
    """Serves playlists, segments and parts of all streams."""

    def __init__(self, registry: Registry, settings: HlsSettings) -> None:
        self._registry = registry
        self._settings = settings
        self._presentations: dict[str, Presentation] = {}
        self._variants = Variants(registry, settings.qualities)
        self.waiting = 0
        """How many requests wait for something that does not exist yet."""
        cache = _IMMUTABLE if settings.cdn else NO_CACHE
        ranges = (b"accept-ranges", b"bytes")
        self._media_headers = ((b"content-type", b"video/iso.segment"), cache, ranges)
        self._init_headers = ((b"content-type", b"video/mp4"), cache, ranges)
        self._sound_headers = ((b"content-type", b"audio/mp4"), cache, ranges)

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request (ASGI 3.0)."""
        method = scope["method"]
        headers = dict(scope["headers"])
        if method in {"GET", "HEAD"}:
            try:
                reply = await self._reply(scope, headers, receive)
            except _Instead as instead:
                if instead.reply is None:
                    return
                reply = instead.reply
        elif method == "OPTIONS":
            reply = Reply(200, ((b"access-control-allow-methods", _ALLOWED), (b"allow", _ALLOWED)))
        else:
            reply = problem(405, "Streams can only be read.", (b"allow", _ALLOWED))
        try:
            await deliver(reply, send, head=method == "HEAD", extra=self._cors(headers))
        except TimeoutError:
            _log.info("viewer_dropped", reason="it has not read for too long")
            await drop(receive, send)

    def _cors(self, headers: Headers) -> tuple[Header, ...]:
        return cors_headers(self._settings.cors_origins, headers.get(b"origin", b""))

    async def _reply(self, scope: dict[str, Any], headers: Headers, receive: Receive) -> Reply:
        route = routes.resolve(scope["path"])
        presentation = None if route is None else self._presentation(route.stream)
        if route is None or presentation is None:
            raise _Instead(problem(404, "There is no such stream, or nothing of that name in it."))
        feed = presentation.pictures
        self._note(feed, route, scope, headers)
        if route.kind in {"multivariant", "single"}:
            if not feed.ready:
                await self._until(feed.begun(receive))
            return _text(await self._multivariant(presentation, route), headers)
        is_playlist = route.kind in {"media", "sound"}
        if route.sounding:
            sound = presentation.sound.ask(route.name if is_playlist else None)
            if sound is None:
                raise _Instead(_OTHER_PLAYLIST if is_playlist else _NOT_HERE)
            feed = sound
        if not is_playlist:
            return await self._media(feed, route, headers, receive)
        await self._has(feed, route, scope["query_string"], receive)
        return _text(presentation.media(feed), headers)

    async def _multivariant(self, presentation: Presentation, route: Route) -> Text:
        original_id, is_quality, _ = route.stream.partition(MARK)
        original = self._presentation(original_id) if is_quality else None
        if original is not None:
            return presentation.multivariant(original=(original_id, original))
        stream = self._registry.get(route.stream)
        if route.kind == "single" or stream is None:
            return presentation.multivariant()
        return presentation.multivariant(await self._variants.of(route.stream, stream.qualities()))

    def _presentation(self, stream_id: str) -> Presentation | None:
        """What the viewers of a stream share, None if there is no such stream."""
        stream = self._registry.get(stream_id)
        known = self._presentations.get(stream_id)
        if known is not None and (stream is None or known.pictures.segments is not stream.segments):
            known.stop()
            del self._presentations[stream_id]
            known = None
        if stream is not None and known is None:
            known = self._presentations[stream_id] = Presentation(
                stream.segments, stream.sound, stream.viewers.audience, self._settings.segments
            )
        return known

    @staticmethod
    def _note(feed: Feed, route: Route, scope: dict[str, Any], headers: Headers) -> None:
        """Count a client among the viewers that asks for what only a player does.

        One is told from another by its address and what it calls itself. A name of its own for
        each, in its addresses, would be exact, but nothing could be cached for two any more.
        """
        if feed.audience is None or route.token != feed.segments.token:
            return
        address = scope.get("client") or ("",)
        client = hash((address[0], headers.get(b"user-agent")))
        parts = route.kind == "part" or b"_HLS_msn=" in scope["query_string"]
        feed.audience.asked(client, parts=parts, patience=feed.deadline + _PAUSE)

    async def _has(self, feed: Feed, route: Route, query: bytes, receive: Receive) -> None:
        """Wait until a media playlist has what the directives of a request ask for."""
        try:
            position = blocking.parse(query)
        except blocking.BadDirectivesError:
            raise _Instead(problem(400, "The delivery directives are malformed.")) from None
        if not feed.ready and (route.sounding or route.token == feed.segments.token):
            await self._until(feed.begun(receive))
        if route.name != feed.name:
            raise _Instead(_OTHER_PLAYLIST)
        if position is not None:
            answer = feed.answer(position)
            if answer is Answer.WAIT:
                await self._until(feed.reached(position, receive))
                if route.name != feed.name:
                    raise _Instead(_OTHER_PLAYLIST)
            elif answer is Answer.REFUSE:
                raise _Instead(problem(400, "That is too far ahead of the live edge."))

    async def _media(self, feed: Feed, route: Route, headers: Headers, receive: Receive) -> Reply:
        segments = feed.segments
        media, init = self._media_headers, self._init_headers
        if route.sounding:
            media = init = self._sound_headers
        if route.token == segments.token:
            if route.kind == "part":
                part = feed.part(route.number)
                if part is None and feed.is_hinted(route.number):
                    await self._until(feed.hinted_part(route.number, receive))
                    part = feed.part(route.number)
                if part is not None:
                    return _ranged(part, media, headers)
            elif route.kind == "segment":
                segment = segments.segment(route.number)
                if segment is not None:
                    # §6.2.1 lets a gap be an error. FFmpeg complains of that and GStreamer 1.22
                    # dies of it, since they do not know EXT-X-GAP; an empty file does no harm.
                    pieces = [chunk.payload for chunk in segment.chunks]
                    return _ranged(pieces, media, headers)
            else:
                epoch = segments.epoch(route.number)
                if epoch is not None:
                    return _ranged((epoch.init,), init, headers)
        raise _Instead(_NOT_HERE)

    async def _until(self, waiting: Coroutine[Any, Any, Outcome]) -> None:
        """Wait, if there is room for one more."""
        if self.waiting >= self._settings.max_waiting:
            waiting.close()
            raise _Instead(problem(503, "Too many requests wait already; try again.", _RETRY))
        self.waiting += 1
        try:
            outcome = await waiting
        finally:
            self.waiting -= 1
        if outcome is Outcome.GONE:
            raise _Instead(None)
        if outcome is Outcome.EXPIRED:
            raise _Instead(problem(503, "The camera has sent nothing new; try again.", _RETRY))


def _text(text: Text, headers: Headers) -> Reply:
    if _accepts_gzip(headers.get(b"accept-encoding", b"")):
        return Reply(200, _PLAYLIST_GZIPPED, (text.gzipped,))
    return Reply(200, _PLAYLIST, (text.plain,))


def _accepts_gzip(accepted: bytes) -> bool:
    """Whether gzip is among the codings of an Accept-Encoding header (RFC 9110 §12.5.3)."""
    return _GZIP.search(accepted) is not None


def _ranged(pieces: Body, own: tuple[Header, ...], headers: Headers) -> Reply:
    """All of a body, or the range that was asked for (RFC 9110 §15.3.7)."""
    header = headers.get(b"range")
    length = sum(map(len, pieces))
    wanted = None if header is None or not length else byte_range.parse(header, length)
    if wanted is None:
        return Reply(200, own, pieces)
    if not wanted:
        return problem(416, "The file is shorter.", (b"content-range", b"bytes */%d" % length))
    shown = b"bytes %d-%d/%d" % (wanted.start, wanted.stop - 1, length)
    return Reply(206, (*own, (b"content-range", shown)), byte_range.cut(pieces, wanted))
