"""A way through a network: a proxy of TCP connections that carries so much a second, and no more.

What a real bottleneck would hold in its queue waits in the proxy's receive buffers, which are
small: whoever sends more than the link carries is told so by TCP soon.
"""

import asyncio
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Final

from liveedge.errors import LiveEdgeError

QUEUE: Final = 32 * 1024
"""Octets that wait in front of the link, for each connection."""
_SEGMENT: Final = 1448
"""Octets of a TCP segment on Ethernet; the loopback interface would have 64 KiB."""
_LARGEST: Final = 1 << 16
_LUMP: Final = 0.01
"""Seconds of transmission that pass at once where that is more than a segment."""
_START_DEADLINE: Final = 10.0


class Link:
    """Leads to a port of this machine; both directions of all connections, this way limited."""

    def __init__(self, port: int, kbps: float) -> None:
        self.kbps = kbps
        """What it carries towards those who connect; may be changed at any time."""
        self._port = port
        self._free_at = 0.0
        self._ready: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event, int]] = Future()

    @contextmanager
    def laid(self) -> Iterator[int]:
        """Forward connections as long as the context lasts; yields the port to connect to."""
        thread = threading.Thread(target=self._run, name="link", daemon=True)
        thread.start()
        loop, ended, port = self._ready.result(timeout=_START_DEADLINE)
        try:
            yield port
        finally:
            loop.call_soon_threadsafe(ended.set)
            thread.join(_START_DEADLINE)

    def _run(self) -> None:
        try:
            asyncio.run(self._forward())
        except OSError as error:
            self._ready.set_exception(LiveEdgeError(f"No link can be laid: {error}."))

    async def _forward(self) -> None:
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        tasks: set[asyncio.Task[None]] = set()
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.setblocking(False)
            self._ready.set_result((loop, ended, listener.getsockname()[1]))
            accepting = asyncio.create_task(self._accept(listener, tasks))
            await ended.wait()
            for task in (accepting, *tasks):
                task.cancel()
            await asyncio.gather(accepting, *tasks, return_exceptions=True)

    async def _accept(self, listener: socket.socket, tasks: set[asyncio.Task[None]]) -> None:
        loop = asyncio.get_running_loop()
        while True:
            here, _ = await loop.sock_accept(listener)
            task = asyncio.create_task(self._connect(here))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

    async def _connect(self, here: socket.socket) -> None:
        with here, socket.socket() as there:
            for sock in (here, there):
                sock.setblocking(False)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            here.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2 * _SEGMENT)
            # Linux reserves twice of what it is told, and nearly all of that may fill with octets.
            there.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, QUEUE // 2)
            there.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, _SEGMENT)
            try:
                await asyncio.get_running_loop().sock_connect(there, ("127.0.0.1", self._port))
                up = asyncio.create_task(_pump(here, there))
                try:
                    await self._carry(there, here)
                finally:
                    up.cancel()
                    await asyncio.gather(up, return_exceptions=True)
            except OSError:
                pass  # One end has hung up; closing both says so to the other.

    async def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            rate = self.kbps * 125
            data = await loop.sock_recv(source, int(min(max(_SEGMENT, rate * _LUMP), _LARGEST)))
            if not data:
                return
            self._free_at = max(self._free_at, loop.time()) + len(data) / rate
            await asyncio.sleep(self._free_at - loop.time())
            await loop.sock_sendall(sink, data)


async def _pump(source: socket.socket, sink: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    while data := await loop.sock_recv(source, _LARGEST):
        await loop.sock_sendall(sink, data)
