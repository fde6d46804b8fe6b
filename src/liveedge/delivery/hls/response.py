"""Answers over ASGI: prepared headers, bodies that are not copied, a deadline for every client."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from liveedge.delivery.hls.waiting import Receive
from liveedge.delivery.live.eager import run_eagerly

Send = Callable[[dict[str, Any]], Coroutine[Any, Any, None]]
Header = tuple[bytes, bytes]
Body = Sequence[bytes | memoryview]

SEND_DEADLINE: Final = 20.0
"""Seconds after which a client that takes nothing is given up."""
_NOTICE_DEADLINE: Final = 1.0

NO_CACHE: Final = (b"cache-control", b"no-cache")
_NO_STORE: Final = (b"cache-control", b"no-store")
_TEXT: Final = (b"content-type", b"text/plain; charset=utf-8")


@dataclass(frozen=True, slots=True)
class Reply:
    """A status, headers without the length, and a body in pieces."""

    status: int
    headers: tuple[Header, ...]
    body: Body = ()


def problem(status: int, sentence: str, *headers: Header) -> Reply:
    """An answer that tells a person what is wrong, and that no cache may keep."""
    return Reply(status, (_TEXT, _NO_STORE, *headers), (sentence.encode() + b"\n",))


async def deliver(reply: Reply, send: Send, *, head: bool, extra: tuple[Header, ...] = ()) -> None:
    """Send an answer; raise `TimeoutError` if the client takes nothing of it for too long."""
    body = reply.body
    length = sum(map(len, body))
    headers = [(b"content-length", b"%d" % length), *reply.headers, *extra]
    await _by_deadline(
        send({"type": "http.response.start", "status": reply.status, "headers": headers})
    )
    last = 0 if head else len(body) - 1
    for piece in body[:last]:
        await _by_deadline(send({"type": "http.response.body", "body": piece, "more_body": True}))
    rest = b"" if head or not body else body[last]
    await _by_deadline(send({"type": "http.response.body", "body": rest}))


async def drop(receive: Receive, send: Send) -> None:
    """End a connection whose client takes nothing, together with what is still to be sent.

    ASGI has no word for it. Uvicorn's connection can be had from its `send`; another server does
    what it does when an answer is not finished.
    """
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    abort = getattr(transport, "abort", None)
    if abort is not None:
        abort()
        with suppress(TimeoutError):
            async with asyncio.timeout(_NOTICE_DEADLINE):
                while (await receive())["type"] != "http.disconnect":
                    pass


async def _by_deadline(sending: Coroutine[Any, Any, None]) -> None:
    remainder = run_eagerly(sending)
    if remainder is not None:
        async with asyncio.timeout(SEND_DEADLINE):
            await remainder
