"""An RTSP server on asyncio, for media over the RTSP connection itself or over UDP."""

import asyncio
import contextlib
import errno
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

from liveedge.clock import Clock
from liveedge.errors import ConfigError, ProtocolError
from liveedge.rtsp.framing import Demultiplexer
from liveedge.rtsp.messages import Headers, Message, Request, Response
from liveedge.rtsp.server_audience import Backlog
from liveedge.rtsp.server_auth import Gate
from liveedge.rtsp.server_outlet import Outlet
from liveedge.rtsp.server_session import SESSION_TIMEOUT, Media, ServerSession, State
from liveedge.rtsp.server_udp import ServerPorts, open_server_ports
from liveedge.rtsp.udp import Address

MakeSession = Callable[[Mapping[str, Media], Gate | None], ServerSession]
Dress = Callable[[asyncio.Transport], asyncio.Transport]
Muffled = Callable[[asyncio.Transport], bool]

MAX_BODY = 4096
"""Octets of body in a request; no method that we offer needs any."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one client, and all of them, may use."""

    connections: int = 256
    backlog: int = 4 << 20
    """Unsent octets of one client from which on it loses access units."""
    patience: float = 10.0
    """Seconds that a client may be behind before it is disconnected."""
    idle: float = SESSION_TIMEOUT
    """Seconds that a client may be silent before it is disconnected."""
    sweep: float = 1.0
    """Seconds from one look at who is overdue to the next."""


_NOWHERE: Address = ("", 0)


class RtspServer:
    """Serves media at their paths to any number of clients."""

    def __init__(
        self,
        paths: Mapping[str, Media],
        clock: Clock,
        *,
        credentials: tuple[str, str] | None = None,
        limits: Limits | None = None,
        session: MakeSession = ServerSession,
        dress: Dress = lambda transport: transport,
        muffled: Muffled = lambda _: False,
        tcp: bool = True,
        udp: bool = True,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """`paths` begin with a slash and do not end with one; `credentials` are user, password.

        `session` and `dress` make what answers and what writes, `muffled` says whether the client
        of a connection gets nothing over UDP, for a server that is to do something else than it
        should. `tcp` and `udp` are the ways that media may take; with `tls`, the connection is
        encrypted.
        """
        self._paths = paths
        self._clock = clock
        self._credentials = credentials
        self._limits = limits or Limits()
        self._make_session = session
        self._dress = dress
        self._muffled = muffled
        self._tcp = tcp
        self._udp = udp
        self._tls = tls
        self._ports: ServerPorts | None = None
        self._connections: set[_Connection] = set()

    async def run(self, host: str, port: int, ready: Callable[[int], None]) -> None:
        """Serve until cancelled; `ready` gets the port, which matters where `port` is 0.

        Raises `ConfigError` if the address cannot be listened on.
        """
        loop = asyncio.get_running_loop()
        try:
            server = await loop.create_server(self._connect, host, port, ssl=self._tls)
        except OSError as error:
            raise ConfigError(_cannot_listen(host, port, error)) from error
        if self._udp:
            self._ports = open_server_ports(server.sockets[0].getsockname())
        try:
            ready(server.sockets[0].getsockname()[1])
            while True:
                await asyncio.sleep(self._limits.sweep)
                self._sweep()
        finally:
            server.close()
            await self._disconnect_all()
            if self._ports is not None:
                self._ports.close()

    def _connect(self) -> "_Connection":
        gate = None if self._credentials is None else Gate(*self._credentials)
        session = self._make_session(self._paths, gate)
        session.offers_tcp = self._tcp
        return _Connection(
            session,
            self._clock,
            self._limits,
            self._connections,
            dress=self._dress,
            muffled=self._muffled,
            ports=self._ports,
        )

    def _sweep(self) -> None:
        now = self._clock.monotonic()
        for connection in list(self._connections):
            if connection.is_overdue(now):
                connection.abort()

    async def _disconnect_all(self) -> None:
        """Let what is written, such as a BYE, reach those who read; then end all connections."""
        for connection in list(self._connections):
            connection.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.5):
                await asyncio.gather(*(connection.lost for connection in self._connections))
        for connection in list(self._connections):
            connection.abort()
        # An abort takes effect in the loop's next round.
        await asyncio.sleep(0)


class _Connection(asyncio.Protocol):
    """One client: requests in; answers, RTP and RTCP out."""

    def __init__(
        self,
        session: ServerSession,
        clock: Clock,
        limits: Limits,
        connections: "set[_Connection]",
        *,
        dress: Dress,
        muffled: Muffled,
        ports: ServerPorts | None,
    ) -> None:
        self._dress = dress
        self._muffled = muffled
        self._ports = ports
        self._session = session
        self._clock = clock
        self._limits = limits
        self._connections = connections
        self._outlets: list[Outlet] = []
        """The tracks that are being sent."""
        self._demultiplexer = Demultiplexer(self._on_message, max_body=MAX_BODY)
        self._heard = clock.monotonic()
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = self._dress(cast("asyncio.Transport", transport))
        # Unsent octets are watched by the outlets; nothing here could pause the camera.
        self._transport.set_write_buffer_limits(high=2 * self._limits.backlog)
        self._connections.add(self)
        self._peer: Address = transport.get_extra_info("peername") or _NOWHERE
        if self._ports is not None and self._ports.reach(self._peer[0]):
            self._session.udp_ports = self._ports.numbers

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self._connections.discard(self)
        self._leave()
        self.lost.set_result(None)

    def data_received(self, data: bytes) -> None:
        self._hear()
        try:
            self._demultiplexer.feed(data, self._heard)
        except ProtocolError:
            self._transport.write(Response(400, "Bad Request").encode())
            self.close()

    def is_overdue(self, now: float) -> bool:
        """Return whether the client was silent, or too slow, for too long."""
        return now - self._heard > self._limits.idle or any(
            outlet.is_hopeless(now) for outlet in self._outlets
        )

    def close(self) -> None:
        """Send what is written, then disconnect."""
        self._leave()
        self._transport.close()

    def abort(self) -> None:
        """Disconnect at once."""
        self._leave()
        self._transport.abort()

    def _on_message(self, message: Message) -> None:
        if not isinstance(message, Request) or self._transport.is_closing():
            return
        if self._transport.get_write_buffer_size() > 2 * self._limits.backlog:
            # It asks without reading the answers.
            self.abort()
        elif len(self._connections) > self._limits.connections:
            self._transport.write(_busy(message).encode())
            self.close()
        else:
            self._respond(message)

    def _respond(self, request: Request) -> None:
        response = self._session.answer(request)
        plays = self._session.state is State.PLAYING
        if not plays:
            self._leave()
        self._transport.write(response.encode())
        if plays and not self._outlets:
            self._join()

    def _join(self) -> None:
        limits = self._limits
        for track, agreed in self._session.set_up:
            outlet = Outlet(
                track,
                self._transport,
                agreed,
                Backlog(limits.backlog, limits.patience),
                ports=self._ports,
                peer=self._peer,
                muffled=self._muffled,
            )
            self._outlets.append(outlet)
            outlet.open(self._hear)

    def _leave(self) -> None:
        for outlet in self._outlets:
            outlet.close()
        self._outlets.clear()

    def _hear(self) -> None:
        self._heard = self._clock.monotonic()


def _busy(request: Request) -> Response:
    cseq = request.headers.get("CSeq", "0") or "0"
    return Response(503, "Service Unavailable", Headers([("CSeq", cseq)]))


def _cannot_listen(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is taken; choose another one, or 0 for any that is free."
    if error.errno == errno.EACCES:
        return f"This user may not listen on port {port}; choose one above 1023."
    return f"Nothing can listen on {host}, port {port}: {error.strerror or error}."
