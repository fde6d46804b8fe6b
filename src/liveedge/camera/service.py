"""The camera's RTSP server, which can be away for a while."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from liveedge.rtsp.server import RtspServer


class Service:
    """Runs a server; while it is away, nothing listens on its port."""

    def __init__(self, server: RtspServer) -> None:
        self._server = server
        self._away = 0
        self._changed = asyncio.Event()
        self._gone = asyncio.Event()

    async def run(self, host: str, port: int, ready: Callable[[int], None]) -> None:
        """Serve until cancelled; `ready` gets the port, once.

        Raises `ConfigError` if the address cannot be listened on.
        """
        bound: list[int] = []

        def listens(actual: int) -> None:
            if not bound:
                bound.append(actual)
                ready(actual)

        while True:
            self._changed.clear()
            if self._away:
                self._gone.set()
                await self._changed.wait()
                continue
            self._gone.clear()
            serving = asyncio.create_task(self._server.run(host, (bound or [port])[0], listens))
            changed = asyncio.create_task(self._changed.wait())
            try:
                await asyncio.wait((serving, changed), return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (serving, changed):
                    task.cancel()
                await asyncio.wait((serving, changed))
            if not serving.cancelled():
                serving.result()

    @asynccontextmanager
    async def away(self, leave: Callable[[], None]) -> AsyncIterator[None]:
        """Listen no longer; `leave` ends the connections first. Come back when left."""
        leave()
        self._away += 1
        self._changed.set()
        try:
            await self._gone.wait()
            yield
        finally:
            self._away -= 1
            self._changed.set()
