"""What a live socket takes when its viewer does not read."""

import asyncio
import socket
from typing import Any

import uvicorn

from liveedge import app
from liveedge.config.settings import ServerSettings

MESSAGE = bytes(8192)
MOST = 200_000
"""Octets, those in the client's own buffer among them; without limits it is 3 MB."""
UPGRADE = (
    b"GET /live HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
    b"sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\nsec-websocket-version: 13\r\n\r\n"
)


class Talker:
    """An application that sends without end."""

    def __init__(self) -> None:
        self.taken = 0
        self.ended = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        try:
            while self.taken < 4_000_000:
                async with asyncio.timeout(0.5):
                    await send({"type": "websocket.send", "bytes": MESSAGE})
                self.taken += len(MESSAGE)
        except TimeoutError:
            pass
        self.ended.set()


async def test_little_is_taken_that_could_not_be_taken_back() -> None:
    talker, loop = Talker(), asyncio.get_running_loop()
    with app.listen("127.0.0.1", 0) as listener, socket.socket() as client:
        server = uvicorn.Server(app.uvicorn_config(talker, ServerSettings()))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            client.setblocking(False)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
            await loop.sock_connect(client, listener.getsockname())
            await loop.sock_sendall(client, UPGRADE)
            async with asyncio.timeout(10):
                await talker.ended.wait()
        finally:
            client.close()
            server.should_exit = True
            await serving
    assert len(MESSAGE) <= talker.taken < MOST
