"""RTSP through HTTP, as QuickTime began it: the way past firewalls that let only HTTP through.

    GET   x-sessioncookie: C   →   the answer has no end; it is what the camera says
    POST  x-sessioncookie: C   →   a body that goes on; it is what we say, in base64

Neither a proxy nor a cache is expected on the way. Interleaved frames go through as they are.
"""

import asyncio
import secrets
from base64 import b64encode
from collections.abc import Awaitable, Callable
from typing import Any, cast

from liveedge.config.url import CameraUrl
from liveedge.errors import LimitError, ProtocolError, Reason, SourceError
from liveedge.rtsp.auth import Authenticator
from liveedge.rtsp.messages import MAX_HEAD, Response, parse_head

Dial = Callable[[asyncio.Protocol], Awaitable[asyncio.Transport]]
"""Connects a protocol with the camera."""

MAX_TRIES = 3
"""Times that GET is sent: without an answer to a challenge, with one, with a new nonce."""
_TYPE = "application/x-rtsp-tunnelled"
_HEAD_END = b"\r\n\r\n"


async def open_tunnel(url: CameraUrl, inner: asyncio.Protocol, dial: Dial) -> None:
    """Connect `inner` with a camera through a tunnel; the caller sets the deadline.

    Raises `SourceError` if the camera does not open one.
    """
    auth = None if url.username is None else Authenticator(url.username, url.password or "")
    cookie = secrets.token_hex(11)
    down = await _open_down(url, inner, dial, cookie, auth)
    try:
        up = await dial(_Up(down))
        length = [("Content-Type", _TYPE), ("Content-Length", "32767")]
        up.write(_head("POST", url, cookie, auth, length))
    except BaseException:
        down.transport.abort()
        raise
    down.join(_Tunnel(down.transport, up))


async def _open_down(
    url: CameraUrl, inner: asyncio.Protocol, dial: Dial, cookie: str, auth: Authenticator | None
) -> "_Down":
    for _ in range(MAX_TRIES):
        down = _Down(inner)
        transport = await dial(down)
        try:
            transport.write(_head("GET", url, cookie, auth, [("Accept", _TYPE)]))
            answer = await down.answer
        except BaseException:
            transport.abort()
            raise
        if answer.status == 200:
            return down
        transport.abort()
        challenges = answer.headers.get_all("WWW-Authenticate")
        if answer.status != 401 or auth is None or not auth.challenged(challenges):
            break
    if answer.status == 401:
        raise SourceError(
            Reason.UNAUTHORIZED, "The camera refuses this user name or password (401)."
        )
    raise SourceError(
        Reason.UNSUPPORTED,
        f"The camera opens no tunnel through HTTP ({answer.status}); check the port and the path,"
        ' or try transport = "tcp".',
    )


def _head(
    method: str,
    url: CameraUrl,
    cookie: str,
    auth: Authenticator | None,
    fields: list[tuple[str, str]],
) -> bytes:
    lines = [
        # HTTP/1.0 has no chunks, which would have to be taken off.
        f"{method} {url.path} HTTP/1.0",
        f"Host: {url.authority}",
        "User-Agent: liveedge",
        f"x-sessioncookie: {cookie}",
        "Pragma: no-cache",
        "Cache-Control: no-cache",
        *(f"{name}: {value}" for name, value in fields),
    ]
    if auth is not None and (answer := auth.authorization(method, url.path)) is not None:
        lines.append(f"Authorization: {answer}")
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape")


class _Down(asyncio.Protocol):
    """The connection of GET: its head, and then what `inner` receives."""

    transport: asyncio.Transport

    def __init__(self, inner: asyncio.Protocol) -> None:
        self.answer: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        """The head of the answer."""
        self._inner = inner
        self._head = bytearray()
        self._early = bytearray()
        """What came with the head."""
        self._joined = False

    def join(self, tunnel: asyncio.Transport) -> None:
        """Let `inner` speak through the tunnel."""
        self._joined = True
        self._inner.connection_made(tunnel)
        if self._early:
            self._inner.data_received(bytes(self._early))
        self.transport.resume_reading()

    def fail(self, error: Exception | None) -> None:
        """Note that one of the two connections has ended, by whomever."""
        if self._joined:
            self._joined = False
            self._inner.connection_lost(error)
        elif not self.answer.done():
            self.answer.set_exception(
                SourceError(Reason.ENDED, "The camera closed the connection of the tunnel.")
            )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if self._joined:
            self._inner.data_received(data)
        elif self.answer.done():
            self._early += data
        else:
            self._head += data
            self._read_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self.fail(exc)

    def _read_head(self) -> None:
        head, end, rest = self._head.partition(_HEAD_END)
        if not end and len(head) <= MAX_HEAD:
            return
        # What follows has to wait until there is a way to answer.
        self.transport.pause_reading()
        self._early += rest
        try:
            self.answer.set_result(_parse_answer(head, complete=bool(end)))
        except ProtocolError as error:
            self.answer.set_exception(error)


def _parse_answer(head: bytearray, *, complete: bool) -> Response:
    if not head.startswith(b"HTTP/1."):
        raise ProtocolError("What listens there does not speak HTTP; check the port.")
    if not complete:
        raise LimitError(f"The headers of the tunnel exceed {MAX_HEAD} octets.")
    # Beyond the name, heads of HTTP and RTSP are the same (RFC 2326 §4).
    answer = parse_head(b"RTSP" + head[4:])
    assert isinstance(answer, Response)  # noqa: S101 - it begins like one
    return answer


class _Up(asyncio.Protocol):
    """The connection of POST; it carries nothing to us, and its end is that of the tunnel."""

    def __init__(self, down: _Down) -> None:
        self._down = down

    def connection_lost(self, exc: Exception | None) -> None:
        self._down.fail(exc)
        self._down.transport.abort()


class _Tunnel(asyncio.Transport):
    """Both connections as one transport."""

    def __init__(self, down: asyncio.Transport, up: asyncio.Transport) -> None:
        super().__init__()
        self._down = down
        self._up = up

    def write(self, data: Any) -> None:
        self._up.write(b64encode(data))

    def get_write_buffer_size(self) -> int:
        return self._up.get_write_buffer_size()

    def close(self) -> None:
        # The end of POST ends GET, after what is still to be sent.
        self._up.close()

    def abort(self) -> None:
        self._up.abort()
        self._down.abort()

    def is_closing(self) -> bool:
        return self._up.is_closing()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._down.get_extra_info(name, default)
