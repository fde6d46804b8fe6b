"""Origins of web pages (RFC 6454), as a configuration names them."""

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from liveedge.errors import ConfigError

ANY: Final = "*"
"""Every page, of whomever."""
_PORTS: Final = {"http": 80, "https": 443}
_HOST: Final = re.compile(r"[a-z0-9._:-]+")
_MOST_SHOWN: Final = 200


def check_origins(origins: Iterable[str], setting: str) -> None:
    """Raise `ConfigError` unless each is `*` or spelled as browsers send it.

    Browsers compare byte by byte (RFC 6454 §6.2): an origin with a slash at its end would be
    taken, and never match.
    """
    for origin in origins:
        proper = ANY if origin == ANY else _spelled(origin)
        if proper is None:
            raise ConfigError(
                f'{setting}: "{origin[:_MOST_SHOWN]}" is not the origin of a page. Write how the'
                ' address of the page begins, as in "https://home.example" or'
                ' "http://10.0.0.5:8123", or "*" for every page.'
            )
        if proper != origin:
            raise ConfigError(
                f'{setting}: write "{proper}" instead of "{origin[:_MOST_SHOWN]}"; that is how'
                " browsers spell the origin of that page."
            )


def _spelled(text: str) -> str | None:
    """The origin of an address as browsers spell it, None if it has none (RFC 6454 §6.2)."""
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
        ascii_host = "" if host is None else host.encode("idna").decode()
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not _HOST.fullmatch(ascii_host) or parts.username is not None:
        return None
    shown = f"[{ascii_host}]" if ":" in ascii_host else ascii_host
    end = "" if port in (None, _PORTS[parts.scheme]) else f":{port}"
    return f"{parts.scheme}://{shown}{end}"
