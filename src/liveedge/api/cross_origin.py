"""Lets pages of other origins read the API and the player's module, if they are named."""

from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from liveedge.delivery.cross_origin import cors_headers

_READABLE: Final = ("/api/", "/static/")
_READING: Final = frozenset({"GET", "HEAD"})


class CrossOriginReads:
    """ASGI middleware. What changes something stays for pages of this server: see `cross_site`."""

    def __init__(self, app: ASGIApp, named: frozenset[str]) -> None:
        self._app = app
        self._named = named

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request (ASGI 3.0)."""
        if scope["type"] != "http" or not self._concerns(scope):
            await self._app(scope, receive, send)
            return
        headers = cors_headers(self._named, dict(scope["headers"]).get(b"origin", b""))

        async def send_readable(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *headers]
            await send(message)

        await self._app(scope, receive, send_readable)

    @staticmethod
    def _concerns(scope: Scope) -> bool:
        return scope["method"] in _READING and scope["path"].startswith(_READABLE)
