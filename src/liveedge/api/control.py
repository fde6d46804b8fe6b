"""`POST /api/streams/{id}/start`, `stop` and `restart`."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from fastapi import APIRouter, Depends, HTTPException

from liveedge.api.cross_site import refuse_cross_site
from liveedge.clock import Clock
from liveedge.errors import LiveEdgeError
from liveedge.streams.registry import STOP_SECONDS, StreamRegistry
from liveedge.streams.status import StreamStatus, status_of

ANSWER_SECONDS: Final = 2 * STOP_SECONDS
"""For how long a request may wait for its turn and its effect."""
_RETRY: Final = {"Retry-After": "1"}


def make_router(registry: StreamRegistry, clock: Clock) -> APIRouter:
    """The routes that change what a stream does. Each may be repeated without harm."""
    router = APIRouter(prefix="/api/streams", dependencies=[Depends(refuse_cross_site)])

    async def control(stream_id: str, act: Callable[[str], Awaitable[None]]) -> StreamStatus:
        stream = registry.get(stream_id)
        if stream is None:
            raise HTTPException(404, f'There is no stream called "{stream_id}".')
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await act(stream_id)
        except TimeoutError:
            raise HTTPException(503, "Others are at it; try again.", _RETRY) from None
        except LiveEdgeError as error:
            raise HTTPException(503, str(error), _RETRY) from None
        return status_of(stream, clock.monotonic())

    @router.post("/{stream_id}/start", summary="Run a stream, unless it is running")
    async def start(stream_id: str) -> StreamStatus:
        return await control(stream_id, registry.start_one)

    @router.post("/{stream_id}/stop", summary="End a stream's session with its camera")
    async def stop(stream_id: str) -> StreamStatus:
        return await control(stream_id, registry.stop_one)

    @router.post("/{stream_id}/restart", summary="End a stream's session and begin another")
    async def restart(stream_id: str) -> StreamStatus:
        return await control(stream_id, registry.restart_one)

    return router
