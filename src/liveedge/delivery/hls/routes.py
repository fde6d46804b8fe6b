"""What the names under `/hls/` mean. A name is matched against a pattern and never a path."""

import re
from dataclasses import dataclass
from typing import Final

_NAME: Final = re.compile(
    r"(?P<multivariant>index\.m3u8)|(?P<single>single\.m3u8)"
    r"|(?P<token>[0-9a-f]{8}(?P<sounding>\.a[0-9]{1,9})?)\."
    r"(?:(?P<media>live-[0-9]{1,5}-[0-9]{1,6}\.m3u8)"
    r"|(?P<sound>sound-[0-9]{1,5}-[0-9]{1,6}-[0-9]{1,10}\.m3u8)"
    r"|p(?P<part>[0-9]{1,15})\.m4s|s(?P<segment>[0-9]{1,15})\.m4s|i(?P<init>[0-9]{1,10})\.mp4)"
)
_WITHOUT_NUMBER: Final = frozenset({"multivariant", "single", "media", "sound"})
_PREFIX: Final = "/hls/"


@dataclass(frozen=True, slots=True)
class Route:
    """A stream, and what is asked for of it: `kind` is a group of `_NAME`."""

    stream: str
    kind: str
    name: str
    token: str
    number: int
    sounding: bool = False
    """Whether it is of the sound."""


def resolve(path: str) -> Route | None:
    """Read the path of a request; None if nothing of ours is called so."""
    _, _, rest = path.partition(_PREFIX)
    stream, _, name = rest.partition("/")
    match = _NAME.fullmatch(name)
    if match is None or not stream:
        return None
    kind = match.lastgroup or ""
    token = match["token"] or ""
    number = 0 if kind in _WITHOUT_NUMBER else int(match[kind])
    sounding = kind == "sound" or match["sounding"] is not None
    return Route(stream, kind, name, token, number, sounding)
