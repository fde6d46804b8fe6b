"""The ASGI application behind `/live`."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import structlog

from liveedge.clock import Clock
from liveedge.delivery.cross_origin import admits
from liveedge.delivery.live.session import LiveSession, Overloaded
from liveedge.streams.qualities import Finder

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Coroutine[Any, Any, None]]

_log = structlog.get_logger(__name__)

_POLICY_VIOLATION = 1008
_INTERNAL_ERROR = 1011
_TRY_AGAIN_LATER = 1013

_MOST_NAMED = 16
"""Origins that were refused and are in the log; further ones are refused in silence."""


class LiveEndpoint:
    """Accepts live sockets and runs a `LiveSession` on each."""

    def __init__(
        self,
        registry: Finder,
        clock: Clock,
        embed_origins: frozenset[str] = frozenset(),
    ) -> None:
        """Pages of `embed_origins` may watch as this server's own may."""
        self._registry = registry
        self._clock = clock
        self._embed_origins = embed_origins
        self._refused: set[bytes] = set()

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Serve one WebSocket connection (ASGI 3.0)."""
        await receive()  # websocket.connect
        headers = dict(scope["headers"])
        if not admits(self._embed_origins, headers):
            self._note_refusal(headers[b"origin"])
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
            return
        await send({"type": "websocket.accept"})
        session = LiveSession(self._registry, send, self._clock)
        sender = asyncio.create_task(self._send(session, send), name="live socket")
        try:
            while (message := await receive())["type"] == "websocket.receive":
                if sender.done():
                    break
                session.handle(message.get("text") or "")
        finally:
            session.close()
            sender.cancel()
            await asyncio.gather(sender, return_exceptions=True)

    def _note_refusal(self, origin: bytes) -> None:
        """Say once what could be set; a page that is refused tries again and again."""
        origin = origin[:200]
        if origin in self._refused or len(self._refused) >= _MOST_NAMED:
            return
        self._refused.add(origin)
        _log.warning(
            "page_refused",
            origin=origin.decode("ascii", "backslashreplace"),
            message="A page of another origin wants to watch. If it is yours, name its origin in"
            " embed_origins under [server]; if it is this server's own behind a proxy, have the"
            " proxy pass the Host header on.",
        )

    async def _send(self, session: LiveSession, send: Send) -> None:
        try:
            await session.run()
        except Overloaded:
            code = _TRY_AGAIN_LATER
            _log.info("viewer_dropped", reason="it has not read for too long")
        except OSError:
            return  # The client has gone; its `receive` says so too.
        except Exception:  # noqa: BLE001 - a defect of ours on one socket must not go unseen
            _log.exception("live_socket_defect")
            code = _INTERNAL_ERROR
        await send({"type": "websocket.close", "code": code})
