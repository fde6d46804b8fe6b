"""The way of one track: channels of the RTSP connection, or a pair of UDP ports."""

from collections.abc import Callable
from typing import Protocol

from liveedge.clock import Clock
from liveedge.rtsp.framing import Demultiplexer, FrameSink
from liveedge.rtsp.transport import Transport
from liveedge.rtsp.udp import Address, UdpPorts, open_ports


class Reception(Protocol):
    """Takes the packets of a track."""

    @property
    def take_packet(self) -> FrameSink:
        """Takes an RTP packet."""
        ...

    def take_reports(self, data: bytes, start: int, end: int, arrival: float, /) -> None:
        """Take an RTCP packet."""
        ...


class Carriage:
    """Brings the packets of a track to its reception, and reports back to the camera."""

    def __init__(self, demultiplexer: Demultiplexer, send: Callable[[bytes], None]) -> None:
        """Of a connection, what takes its channels apart, and what sends on it."""
        self.ports: UdpPorts | None = None
        self._demultiplexer = demultiplexer
        self._send = send
        self._channel: int | None = None
        """Of reports on the connection."""

    def offer_ports(self, local: Address) -> Transport:
        """The way by ports, opened here; raise `SourceError` if there are none free."""
        self.ports = open_ports(local)
        return Transport("RTP/AVP", client_port=self.ports.numbers)

    def receive(
        self,
        reception: Reception,
        agreed: Transport,
        camera: Address,
        clock: Clock,
        failed: Callable[[Exception], None],
    ) -> None:
        """Take what comes by the way that was agreed on, as `UdpPorts.listen` does."""
        if agreed.interleaved is not None:
            media, self._channel = agreed.interleaved
            self._demultiplexer.sinks[self._channel] = reception.take_reports
            self._demultiplexer.sinks[media] = reception.take_packet
        elif self.ports is not None:
            self.ports.listen(
                camera,
                agreed,
                rtp=reception.take_packet,
                rtcp=reception.take_reports,
                clock=clock,
                failed=failed,
            )

    def report(self, packet: bytes) -> None:
        """Send an RTCP packet."""
        if self._channel is not None:
            self._send(b"$%c" % self._channel + len(packet).to_bytes(2, "big") + packet)
        elif self.ports is not None:
            self.ports.send_report(packet)

    def close(self) -> None:
        """Free the ports; channels end with their connection."""
        if self.ports is not None:
            self.ports.close()
