"""The worker's end of the conversation: blocking, with a deadline for what the parent takes."""

import socket
from typing import Final

from liveedge.workers import messages
from liveedge.workers.messages import Message

SEND_DEADLINE: Final = 10.0
"""Seconds after which a parent that takes nothing is given up."""
_SMALL: Final = 64 * 1024


class ParentGoneError(Exception):
    """The parent has closed its end, or takes nothing: there is nobody to work for."""


class Channel:
    """Messages over a connected stream socket."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def receive(self, deadline: float | None = None) -> Message:
        """The next message; raise `ParentGoneError` at the end.

        With a deadline in seconds, raise `TimeoutError` if nothing begins to come until then.
        """
        self._sock.settimeout(deadline)
        first = self._take(messages.PREFIX.size)
        self._sock.settimeout(SEND_DEADLINE)
        values, payload = messages.sizes(first)
        return messages.decode(self._take(values), self._take(payload))

    def send(self, message: Message) -> None:
        """Send a message; raise `ParentGoneError` if nobody takes it."""
        self._sock.settimeout(SEND_DEADLINE)
        try:
            self._sock.sendall(messages.encode(message))
        except OSError:
            raise ParentGoneError from None

    def _take(self, size: int) -> bytes:
        if size > _SMALL:
            return self._take_large(size)
        data = b""
        while len(data) < size:
            data += self._some(size - len(data))
        return data

    def _take_large(self, size: int) -> bytes:
        data = bytearray()
        while len(data) < size:
            data += self._some(size - len(data))
        return bytes(data)

    def _some(self, size: int) -> bytes:
        try:
            data = self._sock.recv(min(size, 1 << 20))
        except TimeoutError:
            raise
        except OSError:
            raise ParentGoneError from None
        if not data:
            raise ParentGoneError
        return data
