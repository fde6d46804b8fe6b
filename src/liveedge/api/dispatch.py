"""One port for everything: media routes are plain ASGI, the rest is FastAPI."""

from collections.abc import Awaitable, Callable
from typing import Any

Application = Callable[[Any, Any, Any], Awaitable[None]]


class Dispatch:
    """Sends a connection to the live socket, to HLS, to snapshots or to the API by its path.

    Media requests are the many; they do not pass through a framework's routing and middleware.
    """

    def __init__(
        self, *, live: Application, hls: Application, snapshot: Application, api: Application
    ) -> None:
        self._live = live
        self._hls = hls
        self._snapshot = snapshot
        self._api = api

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one connection or request (ASGI 3.0)."""
        if scope["type"] == "websocket":
            if scope["path"] == "/live":
                await self._live(scope, receive, send)
            else:
                await receive()
                await send({"type": "websocket.close", "code": 1008})
        elif scope["path"].startswith("/hls/"):
            await self._hls(scope, receive, send)
        elif scope["path"].startswith("/snapshot/"):
            await self._snapshot(scope, receive, send)
        else:
            await self._api(scope, receive, send)
