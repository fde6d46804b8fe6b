"""Which pages may use this server: its own, and those of other origins that are named."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from liveedge.config.origins import ANY

Header = tuple[bytes, bytes]

_VARY: Final = (b"vary", b"origin")
_OWN_SITES: Final = frozenset({b"same-origin", b"none"})


def cors_headers(named: frozenset[str], origin: bytes) -> tuple[Header, ...]:
    """What lets a page of `origin` read an answer (Fetch Standard §3.3); nothing if none is named.

    No credentials are ever allowed: with them, `*` would let any page act as the person who
    looks at it.
    """
    if not named:
        return ()
    if ANY in named:
        return ((b"access-control-allow-origin", ANY.encode()),)
    if origin.decode("latin-1") in named:
        return ((b"access-control-allow-origin", origin), _VARY)
    return (_VARY,)


def admits(named: frozenset[str], headers: Mapping[bytes, bytes]) -> bool:
    """Whether a WebSocket may be opened by the page that asks for it.

    Browsers let every page open one to every server, and leave it to the server to look at the
    origin (RFC 6455 §10.2). A program that is not a browser names none.
    """
    origin = headers.get(b"origin")
    if origin is None or headers.get(b"sec-fetch-site", b"").lower() in _OWN_SITES:
        return True
    text = origin.decode("latin-1")
    host = headers.get(b"host", b"").decode("latin-1")
    return ANY in named or text in named or is_own(text, host)


def is_own(origin: str, host: str) -> bool:
    """Whether an Origin header names this server; a proxy in front may speak https for it."""
    try:
        return bool(host) and urlsplit(origin).netloc.lower() == host.lower()
    except ValueError:
        return False
