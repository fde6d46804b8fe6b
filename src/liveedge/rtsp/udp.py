"""The two UDP ports of a track (RFC 3550 §11): RTP on the even one, RTCP on the next one."""

import asyncio
import socket
import struct
import sys
from collections.abc import Callable
from contextlib import suppress

from liveedge.clock import Clock
from liveedge.errors import Reason, SourceError
from liveedge.rtsp.framing import FrameSink
from liveedge.rtsp.reorder import ReorderBuffer
from liveedge.rtsp.rtcp import encode_receiver_report
from liveedge.rtsp.transport import Transport

RECEIVE_BUFFER = 2 << 20
"""Octets wished for of RTP that the kernel holds while the loop is busy: a keyframe is one burst.
It grants no more than twice net.core.rmem_max, unless we may administer the network."""
TRIES = 32
"""At a pair of free ports."""
MAX_DATAGRAM = 65536
BATCH = 128
"""Datagrams that are read before others have their turn."""

# Python has no name for the first, SO_RCVBUFFORCE, which needs CAP_NET_ADMIN (socket(7)).
_BUFFER_OPTIONS = (33, socket.SO_RCVBUF) if sys.platform == "linux" else (socket.SO_RCVBUF,)

Address = tuple[str, int] | tuple[str, int, int, int]
"""As sockets have them: host and port, for IPv6 with flow and scope."""

# A header alone, of version 2: what RFC 3550 lets a receiver make of it is nothing.
_EMPTY_RTP = struct.pack("!BBHII", 0x80, 0, 0, 0, 0)


class UdpPorts:
    """A pair of bound ports; hears one camera once `listen` says which one."""

    def __init__(self, rtp: socket.socket, rtcp: socket.socket) -> None:
        self.octets = 0
        """Of datagrams from the camera."""
        self.strangers = 0
        """Datagrams from elsewhere."""
        self._rtp = rtp
        self._rtcp = rtcp
        self._sources: frozenset[str] = frozenset()
        self._named_port: int | None = None
        self._source: Address | None = None
        """Where RTP comes from."""
        self._report_to: Address | None = None
        self._reorder: ReorderBuffer | None = None
        self._timer: asyncio.TimerHandle | None = None

    @property
    def numbers(self) -> tuple[int, int]:
        """Port of RTP, and of RTCP."""
        return self._rtp.getsockname()[1], self._rtcp.getsockname()[1]

    @property
    def duplicates(self) -> int:
        """Packets that came twice, one beside the other."""
        return 0 if self._reorder is None else self._reorder.duplicates

    def listen(
        self,
        camera: Address,
        agreed: Transport,
        *,
        rtp: FrameSink,
        rtcp: FrameSink,
        clock: Clock,
        failed: Callable[[Exception], None],
    ) -> None:
        """Hand packets of the camera to the sinks; what they raise goes to `failed`.

        `camera` is the other end of the RTSP connection. What comes from neither there nor from
        the `source` that was agreed on is dropped, and nothing is ever sent anywhere else than
        there: a camera cannot make us talk to somebody.
        """
        self._clock = clock
        self._failed = failed
        self._camera = camera[0]
        self._sources = frozenset(filter(None, (camera[0], agreed.source)))
        self._reorder = ReorderBuffer(rtp)
        self._rtcp_sink = rtcp
        if agreed.server_port is not None:
            self._named_port = agreed.server_port[0]
            self._report_to = _with_port(camera, agreed.server_port[1])
            self._punch(_with_port(camera, agreed.server_port[0]), self._report_to)
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._rtp, self._read_rtp)
        self._loop.add_reader(self._rtcp, self._read_rtcp)

    def send_report(self, packet: bytes) -> None:
        """Send an RTCP packet, if it is known where to."""
        if self._report_to is not None:
            # Reports are hints; what the network says to them is not worth the video.
            with suppress(OSError):
                self._rtcp.sendto(packet, self._report_to)

    def close(self) -> None:
        """Hear nothing more and free the ports."""
        if self._timer is not None:
            self._timer.cancel()
        if self._reorder is not None:
            self._loop.remove_reader(self._rtp)
            self._loop.remove_reader(self._rtcp)
            self._reorder = None
        self._rtp.close()
        self._rtcp.close()

    def _punch(self, rtp: Address, rtcp: Address) -> None:
        """Open the way through a NAT or a firewall on this side."""
        with suppress(OSError):
            self._rtp.sendto(_EMPTY_RTP, rtp)
            self._rtcp.sendto(encode_receiver_report(0, "", None), rtcp)

    def _read_rtp(self) -> None:
        reorder = self._reorder
        if reorder is None:
            return
        arrival = self._clock.monotonic()
        receive, push, source = self._rtp.recvfrom, reorder.push, self._source
        try:
            for _ in range(BATCH):
                packet, sender = receive(MAX_DATAGRAM)
                if sender != source:
                    if not self._admit(sender):
                        continue
                    source = self._source
                size = len(packet)
                self.octets += size
                push(packet, 0, size, arrival)
        except BlockingIOError:
            pass
        except Exception as error:  # noqa: BLE001 - the top of a callback: the connection raises it
            self._failed(error)
        if reorder.due is not None and self._timer is None:
            self._wait(reorder.due - arrival)

    def _admit(self, sender: Address) -> bool:
        """Return whether to take RTP from there.

        Some cameras send from another port than they have named. It is the first one that we hear
        from, unless the named one speaks.
        """
        if sender[0] not in self._sources or (
            self._source is not None and sender[1] != self._named_port
        ):
            self.strangers += 1
            return False
        self._source = sender
        return True

    def _read_rtcp(self) -> None:
        arrival = self._clock.monotonic()
        try:
            for _ in range(BATCH):
                packet, sender = self._rtcp.recvfrom(MAX_DATAGRAM)
                if sender[0] not in self._sources:
                    self.strangers += 1
                    continue
                self.octets += len(packet)
                if self._report_to is None and sender[0] == self._camera:
                    self._report_to = sender
                self._rtcp_sink(packet, 0, len(packet), arrival)
        except BlockingIOError:
            pass
        except Exception as error:  # noqa: BLE001 - the top of a callback: the connection raises it
            self._failed(error)

    def _wait(self, seconds: float) -> None:
        self._timer = self._loop.call_later(max(0.0, seconds), self._give_up)

    def _give_up(self) -> None:
        self._timer = None
        reorder = self._reorder
        if reorder is None:
            return
        now = self._clock.monotonic()
        try:
            reorder.give_up(now)
        except Exception as error:  # noqa: BLE001 - the top of a callback: the connection raises it
            self._failed(error)
        if reorder.due is not None:
            self._wait(reorder.due - now)


def open_ports(local: Address) -> UdpPorts:
    """Bind a pair of ports at the address that the RTSP connection has on this side.

    Raises `SourceError` if there is none free.
    """
    pair = bind_pair(local)
    if pair is None:
        raise SourceError(
            Reason.INTERNAL, "This machine has no pair of free UDP ports for the video."
        )
    _widen(pair[0])
    return UdpPorts(*pair)


def bind_pair(local: Address) -> tuple[socket.socket, socket.socket] | None:
    """Bind an even port and the next one, whatever port `local` has; None if none are free."""
    for _ in range(TRIES):
        first = _bind(_with_port(local, 0))
        if first is None:
            break
        port = first.getsockname()[1]
        second = _bind(_with_port(local, port ^ 1))
        if second is not None:
            return (second, first) if port & 1 else (first, second)
        first.close()
    return None


def _widen(sock: socket.socket) -> None:
    for option in _BUFFER_OPTIONS:
        with suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, option, RECEIVE_BUFFER)
            return


def _bind(address: Address) -> socket.socket | None:
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_DGRAM)
    sock.setblocking(False)
    try:
        sock.bind(address)
    except OSError:
        sock.close()
        return None
    return sock


def _with_port(address: Address, port: int) -> Address:
    return (address[0], port, *address[2:])
