"""The FastAPI application: JSON API, pages and static files."""

from fastapi import FastAPI

from liveedge import __version__
from liveedge.api import pages, streams
from liveedge.clock import Clock
from liveedge.streams.registry import StreamRegistry


def make_api(registry: StreamRegistry, clock: Clock) -> FastAPI:
    """Everything that is not media; OpenAPI at `/docs` and `/openapi.json`."""
    api = FastAPI(
        title="liveedge",
        version=__version__,
        summary="IP cameras on a web page with the least delay that physics allows.",
        redoc_url=None,
    )
    api.include_router(streams.make_router(registry, clock))
    api.include_router(pages.make_router(registry))
    api.mount("/static", pages.StaticPart(directory=pages.STATIC), name="static")
    return api
