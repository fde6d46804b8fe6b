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

_CSP: Final = (
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


def page_headers(embed_origins: frozenset[str]) -> dict[str, str]:
    """Headers of every page.

    A frame of another site could be laid under something that a person wants to press, and stop
    a camera that way: only pages of `embed_origins` may show ours in one.
    """
    ancestors = " ".join(["frame-ancestors 'self'", *sorted(embed_origins)])
    return {
        "Cache-Control": "no-cache",
        "Content-Security-Policy": "; ".join((*_CSP, ancestors)),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }


def make_router(registry: StreamRegistry, embed_origins: frozenset[str] = frozenset()) -> APIRouter:
    """The routes `/` and `/watch/{id}`."""
    if not (STATIC / "index.html").is_file():
        raise LiveEdgeError(
            f"The web part is missing from {STATIC}. Install liveedge with pip, which builds it."
        )
    router = APIRouter(include_in_schema=False)
    headers = page_headers(embed_origins)

    @router.get("/")
    async def wall() -> FileResponse:
        return FileResponse(STATIC / "index.html", headers=headers)

    @router.get("/watch/{stream_id}")
    async def watch(stream_id: str) -> FileResponse:
        status = 404 if registry.get(stream_id) is None else 200
        return FileResponse(STATIC / "watch.html", status_code=status, headers=headers)

    return router
