"""The ASGI application behind `/snapshot/`: the newest keyframe of a stream as a JPEG."""

import asyncio
import json
import re
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Final, Protocol
from urllib.parse import parse_qs

from liveedge.delivery.cross_origin import cors_headers
from liveedge.delivery.hls.response import NO_CACHE, Header, Reply, Send, deliver, drop
from liveedge.delivery.hls.waiting import Receive
from liveedge.errors import Reason, SourceError
from liveedge.media.chunk import Chunk
from liveedge.streams.qualities import Finder
from liveedge.streams.state import State
from liveedge.streams.stream import Stream
from liveedge.workers.messages import Message

DEADLINE: Final = 5.0
"""Seconds in which a worker makes one picture."""
MAX_WAITING: Final = 32
"""Pictures, not requests, that may wait for the worker."""
MOST_PICTURES: Final = 64
"""Kept for all streams, the ones that were asked for last; a picture has some 100 kB."""
NARROWEST: Final = 16
WIDEST: Final = 3840
_PATH: Final = re.compile(r"/snapshot/([^/]+)\.jpg")
_MAX_QUERY: Final = 256
_WIDTH: Final = re.compile(r"[0-9]{1,5}")
_ALLOWED: Final = b"GET, HEAD"


class Maker(Protocol):
    """Makes pictures: a `WorkerService` of the task `still`."""

    async def ask(self, message: Message, /) -> Message:
        """A `jpeg` for a `keyframe`, or a `SourceError`."""
        ...


@dataclass(frozen=True, slots=True)
class _Key:
    """One picture: which keyframe of which run of a stream, and how wide (0: as it is)."""

    stream: str
    run: str
    sequence: int
    width: int

    @property
    def etag(self) -> bytes:
        return f'"{self.run}-{self.sequence}-{self.width}"'.encode()


Making = asyncio.Task[bytes | SourceError]


class SnapshotEndpoint:
    """Serves pictures, each decoded once however many ask for it, and only if somebody does."""

    def __init__(self, registry: Finder, maker: Maker, embed: frozenset[str] = frozenset()) -> None:
        """`embed` names the origins whose pages may read the pixels."""
        self._registry = registry
        self._maker = maker
        self._embed = embed
        self._pictures: OrderedDict[_Key, Making] = OrderedDict()

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request (ASGI 3.0)."""
        method = scope["method"]
        if method in {"GET", "HEAD"}:
            reply = await self._reply(scope)
        else:
            reply = _problem(405, "Snapshots can only be read.", headers=((b"allow", _ALLOWED),))
        origin = dict(scope["headers"]).get(b"origin", b"")
        cors = cors_headers(self._embed, origin)
        try:
            await deliver(reply, send, head=method == "HEAD", extra=cors)
        except TimeoutError:
            await drop(receive, send)

    async def _reply(self, scope: dict[str, Any]) -> Reply:
        match = _PATH.fullmatch(scope["path"])
        stream = None if match is None else self._registry.get(match[1])
        if stream is None:
            return _problem(404, "There is no such stream; the address is /snapshot/{id}.jpg.")
        width = _width(scope["query_string"])
        if width is None:
            return _problem(400, f"width must be a number from {NARROWEST} to {WIDEST}.")
        keyframe = _newest_keyframe(stream)
        if keyframe is None:
            return _nothing(stream)
        key = _Key(stream.id, stream.segments.token, keyframe.sequence, width)
        headers = ((b"etag", key.etag), NO_CACHE)
        if _matches(scope["headers"], key.etag):
            return Reply(304, headers)
        picture = await self._picture(key, stream, keyframe)
        if isinstance(picture, SourceError):
            return _nothing(stream, picture)
        return Reply(200, ((b"content-type", b"image/jpeg"), *headers), (picture,))

    async def _picture(self, key: _Key, stream: Stream, keyframe: Chunk) -> bytes | SourceError:
        making = self._pictures.get(key)
        if making is None:
            name = f"snapshot {stream.id}"
            making = asyncio.create_task(self._make(key, stream, keyframe), name=name)
            self._pictures[key] = making
            self._forget(key)
        self._pictures.move_to_end(key)
        # Who leaves while it is made leaves it to the others.
        return await asyncio.shield(making)

    async def _make(self, key: _Key, stream: Stream, keyframe: Chunk) -> bytes | SourceError:
        epoch = stream.window.epoch_of(keyframe)
        if epoch is None:
            return SourceError(Reason.NO_KEYFRAME, "The keyframe has just gone; try again.")
        question = Message("keyframe", {"width": key.width}, epoch.init + keyframe.payload)
        try:
            answer = await self._maker.ask(question)
        except SourceError as error:
            if error.reason is not Reason.PROTOCOL:
                self._pictures.pop(key, None)  # Not the keyframe's fault: it is worth another try.
            return error
        return answer.payload

    def _forget(self, key: _Key) -> None:
        """Drop what is older than a stream's newest keyframe, and what is too much."""
        outdated = [
            other
            for other, making in self._pictures.items()
            if other.stream == key.stream
            and (other.run, other.sequence) != (key.run, key.sequence)
            and making.done()
        ]
        done = [other for other, making in self._pictures.items() if making.done()]
        excess = done[: max(0, len(self._pictures) - MOST_PICTURES)]
        for other in {*outdated, *excess}:
            del self._pictures[other]


def _newest_keyframe(stream: Stream) -> Chunk | None:
    """The newest sync frame, None while the stream is not live: an old picture is a lie."""
    sync = stream.window.sync_sequence
    if sync is None or stream.state.state is not State.LIVE:
        return None
    return stream.window.get(sync)


def _width(query: bytes) -> int | None:
    """The width that a query asks for, 0 if it does not, None if it makes no sense."""
    if len(query) > _MAX_QUERY:
        return None
    values = parse_qs(query.decode("latin-1"), keep_blank_values=True).get("width")
    if values is None:
        return 0
    if len(values) != 1 or not _WIDTH.fullmatch(values[0]):
        return None
    width = int(values[0])
    return width if NARROWEST <= width <= WIDEST else None


def _matches(headers: list[Header], etag: bytes) -> bool:
    """Whether If-None-Match names this picture (RFC 9110 §13.1.2, weak comparison)."""
    asked = b",".join(value for name, value in headers if name == b"if-none-match")
    tags = {tag.strip().removeprefix(b"W/") for tag in asked.split(b",")}
    return etag in tags or b"*" in tags


def _nothing(stream: Stream, error: SourceError | None = None) -> Reply:
    """There is no picture: 503, with the state of the stream."""
    state = stream.state
    sentence = state.error or "There is no picture yet."
    return _problem(
        503,
        sentence if error is None else str(error),
        state=state.state.value,
        reason=state.reason if error is None else error.reason,
        headers=((b"retry-after", b"1"),),
    )


def _problem(
    status: int, detail: str, *, headers: tuple[Header, ...] = (), **facts: str | None
) -> Reply:
    """An answer in the form of the API's, which no cache may keep."""
    body = json.dumps({"detail": detail, **facts}).encode()
    own = ((b"content-type", b"application/json"), (b"cache-control", b"no-store"))
    return Reply(status, (*own, *headers), (body,))
