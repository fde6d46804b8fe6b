"""The ASGI application behind `/live`."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import structlog

from liveedge.clock import Clock
from liveedge.delivery.live.session import LiveSession, Overloaded
from liveedge.streams.registry import StreamRegistry

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Coroutine[Any, Any, None]]

_log = structlog.get_logger(__name__)

_INTERNAL_ERROR = 1011
_TRY_AGAIN_LATER = 1013


class LiveEndpoint:
    """Accepts live sockets and runs a `LiveSession` on each."""

    def __init__(self, registry: StreamRegistry, clock: Clock) -> None:
        self._registry = registry
        self._clock = clock

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Serve one WebSocket connection (ASGI 3.0)."""
        del scope  # everything is asked for on the socket
        await receive()  # websocket.connect
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
