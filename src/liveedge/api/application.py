"""The FastAPI application: JSON API, pages and static files."""

from fastapi import FastAPI

from liveedge import __version__
from liveedge.api import control, events, metrics, pages, probes, streams
from liveedge.api.cross_origin import CrossOriginReads
from liveedge.api.event_feed import EventFeed
from liveedge.clock import Clock
from liveedge.streams.registry import StreamRegistry


def make_api(
    registry: StreamRegistry,
    clock: Clock,
    feed: EventFeed | None = None,
    embed_origins: frozenset[str] = frozenset(),
) -> FastAPI:
    """Everything that is not media; OpenAPI at `/docs` and `/openapi.json`.

    Pages of `embed_origins` may read the API and put the pages into frames.

    Whoever ends the server closes `feed` first, or its clients would be waited for.
    """
    api = FastAPI(
        title="liveedge",
        version=__version__,
        summary="IP cameras on a web page with the least delay that physics allows.",
        redoc_url=None,
    )
    api.include_router(streams.make_router(registry, clock))
    api.include_router(control.make_router(registry, clock))
    api.include_router(events.make_router(feed or EventFeed(registry, clock)))
    api.include_router(metrics.make_router(registry, clock))
    api.include_router(probes.make_router(registry))
    api.include_router(pages.make_router(registry, embed_origins))
    api.mount("/static", pages.StaticPart(directory=pages.STATIC), name="static")
    if embed_origins:
        api.add_middleware(CrossOriginReads, named=embed_origins)
    return api
