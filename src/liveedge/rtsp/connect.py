"""Opens a TCP connection to a camera, or says in one word and one sentence why it cannot."""

import asyncio
import socket
from collections.abc import Sequence

from liveedge.errors import Reason, SourceError

MAX_ADDRESSES = 8
ADDRESS_TIMEOUT = 2.0
"""Seconds for one address while there is another one to try."""

_Address = tuple[
    int, int, int, str, tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]
]


async def open_socket(host: str, port: int) -> socket.socket:
    """Return a connected, non-blocking socket; the caller sets the deadline and closes it.

    Raises `SourceError` with UNREACHABLE or REFUSED. The addresses of a name are tried in turn.
    """
    addresses = await _resolve(host, port)
    refused = False
    for number, address in enumerate(addresses, 1):
        try:
            async with asyncio.timeout(ADDRESS_TIMEOUT if number < len(addresses) else None):
                return await _connect(address)
        except ConnectionRefusedError:
            refused = True
        except OSError:
            continue
    if refused:
        raise SourceError(
            Reason.REFUSED,
            f"Nothing listens on port {port}; check the port, and that RTSP is switched on.",
        )
    raise SourceError(
        Reason.UNREACHABLE,
        "There is no way to this host; check the address, the network and the power.",
    )


async def _resolve(host: str, port: int) -> Sequence[_Address]:
    """Return the addresses of a name, those of numbers without leaving the loop."""
    loop = asyncio.get_running_loop()
    kind = socket.SOCK_STREAM
    try:
        try:
            found = socket.getaddrinfo(host, port, type=kind, flags=socket.AI_NUMERICHOST)
        except socket.gaierror:
            found = await loop.getaddrinfo(host, port, type=kind)
    except (OSError, UnicodeError):
        raise SourceError(
            Reason.UNREACHABLE, "The host name has no address; check how it is written."
        ) from None
    return found[:MAX_ADDRESSES]


async def _connect(address: _Address) -> socket.socket:
    family, kind, protocol, _, target = address
    sock = socket.socket(family, kind, protocol)
    try:
        sock.setblocking(False)
        # Requests are small and waited for. SO_RCVBUF is left alone: the kernel's own tuning lets
        # it grow only as fast as we read, a size set here would switch that off.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.get_running_loop().sock_connect(sock, target)
    except BaseException:
        sock.close()
        raise
    return sock
