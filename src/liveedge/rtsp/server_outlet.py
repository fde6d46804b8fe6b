"""One track on its way to one client."""

import asyncio
from collections.abc import Callable
from typing import cast

from liveedge.rtsp.server_audience import Backlog, interleave
from liveedge.rtsp.server_session import Track
from liveedge.rtsp.server_udp import Heard, ServerPorts
from liveedge.rtsp.transport import Transport
from liveedge.rtsp.udp import Address


class Outlet:
    """Writes what a track sends (`liveedge.rtsp.server_audience.Listener`), as was agreed on."""

    def __init__(
        self,
        track: Track,
        transport: asyncio.Transport,
        agreed: Transport,
        backlog: Backlog,
        *,
        ports: ServerPorts | None,
        peer: Address,
        muffled: Callable[[asyncio.Transport], bool],
    ) -> None:
        """`transport` is the client's connection, `peer` its other end.

        `ports` send over UDP, unless the connection is `muffled`.
        """
        self.channels = agreed.interleaved
        """Channels of RTP and RTCP, None if they go over UDP."""
        self._track = track
        self._transport = transport
        self._backlog = backlog
        self._ports = ports
        self._muffled = muffled
        host, _, *rest = peer
        rtp, rtcp = agreed.client_port or (0, 0)
        self._rtp_to = cast("Address", (host, rtp, *rest))
        self._rtcp_to = cast("Address", (host, rtcp, *rest))

    def open(self, heard: Heard) -> None:
        """Send from now on; `heard` is called for each report of the client over UDP."""
        if self.channels is None and self._ports is not None:
            self._ports.add(*self._rtcp_to[:2], heard)
        self._track.join(self)

    def close(self) -> None:
        """Send nothing further."""
        self._track.leave(self)
        if self.channels is None and self._ports is not None:
            self._ports.remove(*self._rtcp_to[:2])

    def send_access_unit(self, frames: bytes, now: float, *, sync: bool) -> None:
        """Send the frames of an access unit, unless this client is behind."""
        transport = self._transport
        if self._backlog.admit(transport.get_write_buffer_size(), now, sync=sync):
            transport.write(frames)

    def send_datagrams(self, packets: list[bytes], now: float, *, sync: bool) -> None:
        """Send the packets of an access unit over UDP; they begin with a sync frame."""
        if (
            self._ports is not None
            and self._backlog.admit(0, now, sync=sync)
            and not self._muffled(self._transport)
        ):
            self._ports.send(packets, self._rtp_to)

    def send_report(self, packet: bytes) -> None:
        """Send an RTCP packet, unless this client is behind."""
        channels = self.channels
        if channels is None:
            if self._ports is not None and not self._muffled(self._transport):
                self._ports.send_report(packet, self._rtcp_to)
        elif self._transport.get_write_buffer_size() <= self._backlog.limit:
            self._transport.write(interleave([packet], channels[1]))

    def is_hopeless(self, now: float) -> bool:
        """Return whether the client was too slow for too long."""
        return self._backlog.is_hopeless(now)
