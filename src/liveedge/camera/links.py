"""The camera's connections, where they can be made to misbehave below RTSP."""

import asyncio
import os
import socket
import struct
from typing import Any

DRIP_SECONDS = 0.2
"""Between two octets of an answer that drips."""
_RESET = struct.pack("ii", 1, 0)
_ANSWER = b"RTSP/"


class Links:
    """All connections; what is set here holds for those to come as well."""

    def __init__(self) -> None:
        self.noise = False
        """Random octets are sent in the place of everything else."""
        self.drip = False
        """Answers are sent octet by octet, and nothing else is."""
        self._hanging = False
        self._links: set[_Link] = set()

    def dress(self, transport: asyncio.Transport) -> asyncio.Transport:
        """Take a new connection in; return what to use in its transport's place."""
        self._links = {link for link in self._links if not link.is_closing()}
        link = _Link(transport, self)
        self._links.add(link)
        if self._hanging:
            link.hold()
        return link

    def muffles(self, transport: asyncio.Transport) -> bool:
        """Whether nothing is to reach the client of a connection over UDP either."""
        return self.noise or self.drip or (isinstance(transport, _Link) and transport.held)

    def hang(self) -> None:
        """Read nothing and send nothing on any connection; the kernel still accepts them."""
        self._hanging = True
        self.abandon()

    def recover(self) -> None:
        """End `hang`; what was asked meanwhile is answered now."""
        self._hanging = False
        for link in self._links:
            link.release()

    def abandon(self) -> None:
        """Let the connections of this moment stay open, and dead; later ones are well."""
        for link in self._links:
            link.hold()

    def reset(self) -> None:
        """End all connections of this moment as a host does that knows nothing of them (RST)."""
        for link in self._links:
            link.reset()
        self._links.clear()


class _Link(asyncio.Transport):
    """One connection."""

    def __init__(self, transport: asyncio.Transport, links: Links) -> None:
        super().__init__()
        self._transport = transport
        self._links = links
        self._held = False
        self._answers = bytearray()
        """What would have been answered while the link was held."""
        self._dripping = bytearray()

    @property
    def held(self) -> bool:
        """Whether nothing is read or written."""
        return self._held

    def hold(self) -> None:
        """Neither read nor write from now on."""
        if not self._held:
            self._held = True
            # In the loop's next round, for uvloop forgets a pause while a connection is made.
            asyncio.get_running_loop().call_soon(self._pause)

    def release(self) -> None:
        """Go on reading and writing."""
        if self._held:
            self._held = False
            self._transport.write(bytes(self._answers))
            self._answers.clear()
            if not self._transport.is_closing() and not self._transport.is_reading():
                self._transport.resume_reading()

    def reset(self) -> None:
        """End the connection with a RST segment."""
        sock = self._transport.get_extra_info("socket")
        if sock is not None and not self._transport.is_closing():
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self._transport.abort()

    def write(self, data: Any) -> None:
        if self._held:
            if data.startswith(_ANSWER):
                self._answers += data
            return
        if self._links.noise:
            data = os.urandom(len(data))
        elif self._links.drip:
            self._begin_to_drip(data)
            return
        self._transport.write(data)

    def _pause(self) -> None:
        if self._held and self._transport.is_reading() and not self._transport.is_closing():
            self._transport.pause_reading()

    def _begin_to_drip(self, data: bytes) -> None:
        if data.startswith(_ANSWER):
            idle = not self._dripping
            self._dripping += data
            if idle:
                self._drip()

    def _drip(self) -> None:
        if self._dripping and not self._transport.is_closing():
            self._transport.write(bytes(self._dripping[:1]))
            del self._dripping[:1]
            asyncio.get_running_loop().call_later(DRIP_SECONDS, self._drip)

    # --- as it is

    def close(self) -> None:
        self._transport.close()

    def abort(self) -> None:
        self._transport.abort()

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def get_write_buffer_size(self) -> int:
        return self._transport.get_write_buffer_size()

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        self._transport.set_write_buffer_limits(high, low)

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._transport.get_extra_info(name, default)
