"""`GET /api/events`: server-sent events for every change of a stream."""

import asyncio
from typing import Any, Final

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from liveedge.api.event_feed import EventFeed, Subscriber

HEARTBEAT_SECONDS: Final = 15.0
"""Silence after which something is said, so that proxies keep the connection."""
SEND_DEADLINE: Final = 10.0
"""Seconds after which a client that takes nothing is given up."""

_HEARTBEAT: Final = b": still here\n\n"
_BEGINNING: Final = b"retry: 1000\n\n"
_HEADERS: Final = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]
_TOO_MANY: Final = JSONResponse(
    {"detail": "Too many clients follow the events; close one."}, 503, {"Retry-After": "5"}
)


class EventStream(Response):
    """The body goes on until the client leaves, does not read, or the server ends."""

    media_type = "text/event-stream"

    def __init__(self, feed: EventFeed) -> None:
        super().__init__()
        self._feed = feed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one client (ASGI 3.0)."""
        subscriber = self._feed.subscribe()
        if subscriber is None:
            await _TOO_MANY(scope, receive, send)
            return
        leaving = asyncio.create_task(_left(receive), name="events client")
        leaving.add_done_callback(lambda _: subscriber.close())
        try:
            await _send_all(subscriber, send)
        except (TimeoutError, OSError):
            return  # A client that is gone, or might as well be.
        finally:
            self._feed.unsubscribe(subscriber)
            leaving.cancel()
            await asyncio.gather(leaving, return_exceptions=True)


def make_router(feed: EventFeed) -> APIRouter:
    """The route of the events."""
    router = APIRouter(prefix="/api")

    @router.get(
        "/events",
        summary="Every change of a stream's state and health, as server-sent events",
        response_class=Response,
        responses={200: {"content": {"text/event-stream": {}}}},
    )
    async def events() -> Response:
        """First `stream` for each stream as it is now, then one for each change.

        `missed` says how many a client lost that did not keep up; it should ask for the status.
        """
        return EventStream(feed)

    return router


async def _send_all(subscriber: Subscriber, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
    await _say(send, _BEGINNING)
    while not subscriber.closed:
        events = await subscriber.take(HEARTBEAT_SECONDS)
        await _say(send, b"".join(event.encode() for event in events) or _HEARTBEAT)
    await _say(send, b"", more=False)


async def _say(send: Send, body: bytes, *, more: bool = True) -> None:
    async with asyncio.timeout(SEND_DEADLINE):
        await send({"type": "http.response.body", "body": body, "more_body": more})


async def _left(receive: Receive) -> None:
    message: Any = await receive()
    while message["type"] != "http.disconnect":
        message = await receive()
