"""How a live socket is written to: what its viewer has not taken stays where it can be dropped.

By itself a kernel takes megabytes that it cannot send, and an event loop some more. On a slow way
to a viewer that is many seconds of video, which nobody can take back: the picture that comes after
what was skipped, and that of a smaller quality, wait behind all of it. So the kernel is given
little more than it can send at once, and the event loop nothing beyond one message.
"""

import asyncio
import socket
from typing import Final, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

UNSENT: Final = 8 * 1024
"""Octets that wait in the kernel for their turn: 0.1 s where a way carries 0.7 Mbit/s."""
_NOTSENT_LOWAT: Final[int | None] = getattr(socket, "TCP_NOTSENT_LOWAT", None)
"""Linux and macOS have it."""


class LiveConnection(WebSocketsSansIOProtocol):
    """Uvicorn's protocol with hardly any buffer behind `send`."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The handshake of a WebSocket begins on a connection that was opened for HTTP."""
        super().connection_made(transport)
        # Whatever the socket does not take at once holds the next message back.
        cast("asyncio.WriteTransport", transport).set_write_buffer_limits(high=0)
        if _NOTSENT_LOWAT is not None:
            sock: socket.socket = transport.get_extra_info("socket")
            sock.setsockopt(socket.IPPROTO_TCP, _NOTSENT_LOWAT, UNSENT)
