"""Asks every network that this machine is in for cameras, and collects the answers."""

import asyncio
import ipaddress
import socket
import struct
import uuid
from contextlib import ExitStack, suppress
from typing import Final

from liveedge.discovery.messages import Device, encode_probe, parse_matches
from liveedge.errors import LiveEdgeError, ProtocolError

GROUP: Final = "239.255.255.250"
PORT: Final = 3702
"""WS-Discovery §2.4."""
MAX_DEVICES: Final = 512
_ASKED_TWICE_AFTER: Final = 0.3
"""Seconds. Datagrams get lost; SOAP-over-UDP §3.1 has a question repeated once."""


class _Answers(asyncio.DatagramProtocol):
    """Takes the answers that come on one interface."""

    def __init__(self, devices: dict[str, Device]) -> None:
        self._devices = devices

    def datagram_received(self, data: bytes, addr: tuple[str | int, ...]) -> None:
        """Take one answer; what is none is passed over, for anybody can send anything."""
        with suppress(ProtocolError):
            for device in parse_matches(data, str(addr[0])):
                if len(self._devices) < MAX_DEVICES:
                    self._devices.setdefault(device.identity, device)

    def error_received(self, exc: Exception) -> None:
        """Pass over what an interface complains of: the others have cameras, too."""


async def search(seconds: float, *, group: str = GROUP, port: int = PORT) -> list[Device]:
    """Return the devices that answer within so many seconds, by address.

    Raises `LiveEdgeError` if there is no network to ask.
    """
    devices: dict[str, Device] = {}
    loop = asyncio.get_running_loop()
    question = encode_probe(str(uuid.uuid4()))
    with ExitStack() as stack:
        transports = []
        for index, _ in socket.if_nameindex():
            sock = _asking(index, question, (group, port))
            if sock is not None:
                transport, _ = await loop.create_datagram_endpoint(
                    lambda: _Answers(devices), sock=sock
                )
                stack.callback(transport.close)
                transports.append(transport)
        if not transports:
            raise LiveEdgeError(
                "No network of this machine takes a question for cameras (multicast); connect it to"
                " the network of the cameras, or let its container use the host's network."
            )
        await asyncio.sleep(min(_ASKED_TWICE_AFTER, seconds))
        for transport in transports:
            transport.sendto(question, (group, port))
        await asyncio.sleep(max(seconds - _ASKED_TWICE_AFTER, 0))
    return sorted(devices.values(), key=lambda device: _in_order(device.address))


def _asking(index: int, question: bytes, target: tuple[str, int]) -> socket.socket | None:
    """A socket that has asked on the interface of this index, None if that is not possible."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        # struct ip_mreqn of ip(7): no group, no address, the index.
        interface = struct.pack("=4s4si", b"", b"", index)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, interface)
        sock.bind(("", 0))
        sock.sendto(question, target)
    except OSError:
        sock.close()
        return None
    return sock


def _in_order(address: str) -> tuple[int, int, str]:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return 0, 0, address
    return parsed.version, int(parsed), address
