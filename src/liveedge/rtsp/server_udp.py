"""The UDP ports of an RTSP server: one pair for all its clients."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress

from liveedge.rtsp.udp import BATCH, MAX_DATAGRAM, Address, bind_pair

Heard = Callable[[], None]


class ServerPorts:
    """Sends RTP and RTCP to clients, and tells of each that reports back."""

    def __init__(self, rtp: socket.socket, rtcp: socket.socket) -> None:
        self.numbers = rtp.getsockname()[1], rtcp.getsockname()[1]
        """Port of RTP, and of RTCP."""
        self._rtp = rtp
        self._rtcp = rtcp
        self._clients: dict[tuple[str, int], Heard] = {}
        self._loop = asyncio.get_running_loop()
        for sock in (rtp, rtcp):
            self._loop.add_reader(sock, self._read, sock)

    def reach(self, host: str) -> bool:
        """Return whether this address is of the family of the ports."""
        return (self._rtp.family == socket.AF_INET6) == (":" in host)

    def add(self, host: str, port: int, heard: Heard) -> None:
        """Call `heard` for each report of the client with this RTCP port."""
        self._clients[host, port] = heard

    def remove(self, host: str, port: int) -> None:
        """Listen to this client no longer; no harm if it is not here."""
        self._clients.pop((host, port), None)

    def send(self, packets: list[bytes], to: Address) -> None:
        """Send RTP packets. What the network does not take is lost, as it would be behind it."""
        send = self._rtp.sendto
        for packet in packets:
            with suppress(OSError):
                send(packet, to)

    def send_report(self, packet: bytes, to: Address) -> None:
        """Send an RTCP packet."""
        with suppress(OSError):
            self._rtcp.sendto(packet, to)

    def close(self) -> None:
        """Free the ports."""
        for sock in (self._rtp, self._rtcp):
            self._loop.remove_reader(sock)
            sock.close()

    def _read(self, sock: socket.socket) -> None:
        """Take reports; what comes for RTP only opens a way through somebody's NAT."""
        with suppress(OSError):
            for _ in range(BATCH):
                _, sender = sock.recvfrom(MAX_DATAGRAM)
                heard = self._clients.get(sender[:2]) if sock is self._rtcp else None
                if heard is not None:
                    heard()


def open_server_ports(local: Address) -> ServerPorts | None:
    """Bind a pair of ports at the address that a server listens at; None if none are free."""
    pair = bind_pair(local)
    return None if pair is None else ServerPorts(*pair)
