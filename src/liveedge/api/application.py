"""The FastAPI application: JSON API, pages and static files."""

from fastapi import FastAPI

from liveedge import __version__
from liveedge.api import control, events, metrics, pages, probes, streams
from liveedge.api.event_feed import EventFeed
from liveedge.clock import Clock
from liveedge.streams.registry import StreamRegistry


def make_api(registry: StreamRegistry, clock: Clock, feed: EventFeed | None = None) -> FastAPI:
    """Everything that is not media; OpenAPI at `/docs` and `/openapi.json`.

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
    api.include_router(pages.make_router(registry))
    api.mount("/static", pages.StaticPart(directory=pages.STATIC), name="static")
    return api
