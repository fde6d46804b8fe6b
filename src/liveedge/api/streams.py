"""`/api/streams`: what the streams are doing."""

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel

from liveedge.clock import Clock
from liveedge.streams.registry import StreamRegistry
from liveedge.streams.status import StreamStatus, status_of


class StreamList(BaseModel):
    """The status of every stream, in the order of the configuration."""

    streams: list[StreamStatus]


class ServerClock(BaseModel):
    """The server's clock."""

    server_ms: float
    """Unix time in milliseconds."""


def make_router(registry: StreamRegistry, clock: Clock) -> APIRouter:
    """The routes below `/api`."""
    router = APIRouter(prefix="/api")

    @router.get("/streams/status", summary="Status of all streams")
    async def all_statuses() -> StreamList:
        now = clock.monotonic()
        return StreamList(streams=[status_of(stream, now) for stream in registry])

    @router.get("/streams/status/{stream_id}", summary="Status of one stream")
    async def one_status(stream_id: str) -> StreamStatus:
        stream = registry.get(stream_id)
        if stream is None:
            raise HTTPException(404, f'There is no stream called "{stream_id}".')
        return status_of(stream, clock.monotonic())

    @router.get("/clock", summary="The server's time, for measuring delay")
    async def server_clock() -> ServerClock:
        return ServerClock(server_ms=clock.wall() * 1000)

    return router
