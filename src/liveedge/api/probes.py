"""`/healthz` and `/readyz`: for what keeps this process running, or sends it traffic."""

from fastapi import APIRouter
from starlette.responses import PlainTextResponse

from liveedge.streams.registry import StreamRegistry

_NO_STORE = {"Cache-Control": "no-store"}


def make_router(registry: StreamRegistry) -> APIRouter:
    """Both routes. Neither says anything about a camera: no restart of ours would mend one."""
    router = APIRouter(default_response_class=PlainTextResponse)

    @router.get("/healthz", summary="Whether the process answers")
    async def healthz() -> PlainTextResponse:
        return PlainTextResponse("ok\n", headers=_NO_STORE)

    @router.get("/readyz", summary="Whether it serves streams; 503 while it starts and ends")
    async def readyz() -> PlainTextResponse:
        if registry.started:
            return PlainTextResponse("ready\n", headers=_NO_STORE)
        return PlainTextResponse("not ready\n", status_code=503, headers=_NO_STORE)

    return router
