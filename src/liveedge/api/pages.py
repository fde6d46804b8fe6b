"""The pages, and the files they are made of."""

from pathlib import Path
from typing import Final

from fastapi import APIRouter
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from liveedge.errors import LiveEdgeError
from liveedge.streams.registry import StreamRegistry

STATIC: Final = Path(__file__).resolve().parent.parent / "static"

_CSP: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self' ws: wss:",
        "media-src 'self' blob:",
        "worker-src 'self' blob:",
        "font-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
    )
)
_PAGE_HEADERS: Final = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": _CSP,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class StaticPart(StaticFiles):
    """Files below `/static`; those with a hash in their name never change."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Serve one file."""
        response = await super().get_response(path, scope)
        unique = path.startswith("assets/")
        response.headers["Cache-Control"] = (
            "public, max-age=31536000, immutable" if unique else "no-cache"
        )
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


def make_router(registry: StreamRegistry) -> APIRouter:
    """The routes `/` and `/watch/{id}`."""
    if not (STATIC / "index.html").is_file():
        raise LiveEdgeError(
            f"The web part is missing from {STATIC}. Install liveedge with pip, which builds it."
        )
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    async def wall() -> FileResponse:
        return FileResponse(STATIC / "index.html", headers=_PAGE_HEADERS)

    @router.get("/watch/{stream_id}")
    async def watch(stream_id: str) -> FileResponse:
        status = 404 if registry.get(stream_id) is None else 200
        return FileResponse(STATIC / "watch.html", status_code=status, headers=_PAGE_HEADERS)

    return router
