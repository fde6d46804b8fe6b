"""RTSP/1.0 requests and responses (RFC 2326 §4 to §7), read and written without I/O."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from liveedge.errors import LimitError, ProtocolError

MAX_HEAD = 64 * 1024
"""Octets of a start line and its headers, the blank line included."""
MAX_HEADERS = 128
VERSION = "RTSP/1.0"

# RFC 2326 §4: "receivers should be prepared to also interpret CR and LF by themselves as line
# terminators".
_LINE_END = re.compile(r"\r\n|\n|\r")
# A line that begins with a blank goes on with the one before it (RFC 2068 §4.2).
_FOLD = re.compile(r"(?:\r\n|\n|\r)[ \t]+")
_WORD = re.compile(r"[^\x00-\x20\x7f]+")
_UNSAFE = re.compile(r"[\x00\r\n]")
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_SECRET = frozenset({"authorization", "proxy-authorization"})
# Octets that are not UTF-8 survive a round trip, because digest hashes them as they came.
_CODEC = ("utf-8", "surrogateescape")


def shown(text: str, limit: int = 60) -> str:
    """Return a camera's words in quotation marks, cut and escaped, for use in an error sentence.

    Quotation marks inside become apostrophes, so that a reader can tell where the words end.
    """
    cut = text if len(text) <= limit else text[:limit] + "…"
    plain = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in cut)
    return '"' + plain.replace('"', "'") + '"'


class Headers:
    """Header fields in order, names compared without case (RFC 2326 §4.2); a name may repeat."""

    __slots__ = ("_items",)

    def __init__(self, items: Iterable[tuple[str, str]] = ()) -> None:
        self._items = list(items)

    def get(self, name: str, default: str | None = None) -> str | None:
        """Return the first value of `name`."""
        key = name.lower()
        return next((value for known, value in self._items if known.lower() == key), default)

    def get_all(self, name: str) -> list[str]:
        """Return every value of `name`, in order."""
        key = name.lower()
        return [value for known, value in self._items if known.lower() == key]

    def add(self, name: str, value: str) -> None:
        """Append a field, beside those of the same name."""
        self._items.append((name, value))

    def set(self, name: str, value: str) -> None:
        """Put this field in the place of all of the same name."""
        key = name.lower()
        self._items = [item for item in self._items if item[0].lower() != key]
        self._items.append((name, value))

    def __contains__(self, name: str) -> bool:
        return self.get(name) is not None

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Headers):
            return NotImplemented
        mine = [(name.lower(), value) for name, value in self._items]
        return mine == [(name.lower(), value) for name, value in other]

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        safe = [(n, "…" if n.lower() in _SECRET else v) for n, v in self._items]
        return f"Headers({safe!r})"


@dataclass(slots=True)
class Request:
    """An RTSP request (RFC 2326 §6); its repr shows neither URL nor credentials."""

    method: str
    url: str = field(repr=False)
    """Absolute, or `*`; without credentials."""
    headers: Headers = field(default_factory=Headers)
    body: bytes = field(default=b"", repr=False)

    @property
    def cseq(self) -> int | None:
        """The CSeq (RFC 2326 §12.17), None if missing or not a number."""
        return _number(self.headers.get("CSeq"))

    def encode(self) -> bytes:
        """Return the octets to send; raise `ValueError` if a part would break the framing."""
        if not (_TOKEN.fullmatch(self.method) and _WORD.fullmatch(self.url)):
            raise ValueError("a request line holds a blank or nothing where a word belongs")
        return _encode(f"{self.method} {self.url} {VERSION}", self.headers, self.body)


@dataclass(slots=True)
class Response:
    """An RTSP response (RFC 2326 §7)."""

    status: int
    reason: str = ""
    headers: Headers = field(default_factory=Headers)
    body: bytes = field(default=b"", repr=False)

    @property
    def cseq(self) -> int | None:
        """The CSeq (RFC 2326 §12.17), None if missing or not a number."""
        return _number(self.headers.get("CSeq"))

    def encode(self) -> bytes:
        """Return the octets to send; raise `ValueError` if a part would break the framing."""
        return _encode(f"{VERSION} {self.status:03d} {self.reason}", self.headers, self.body)


Message = Request | Response


def parse_head(block: bytes | bytearray) -> Message:
    """Read a start line and headers, with or without the blank line that ends them.

    The message has an empty body; `body_length` says how much belongs to it. Raises
    `ProtocolError` if this is no RTSP/1.x message, `LimitError` if it is too long.
    """
    if len(block) > MAX_HEAD:
        raise LimitError(f"The headers of an RTSP message exceed {MAX_HEAD} octets.")
    # Some cameras leave the end of a C string in.
    text = _FOLD.sub(" ", block.decode(*_CODEC).replace("\0", ""))
    lines = [line for line in _LINE_END.split(text) if line]
    if not lines:
        raise ProtocolError("An RTSP message has no start line.")
    headers = _parse_headers(lines[1:])
    first, _, rest = lines[0].partition(" ")
    if first.startswith("HTTP/"):
        raise ProtocolError("The answer is HTTP, not RTSP; use the camera's RTSP port.")
    if first.startswith("RTSP/1."):
        return _status_line(rest.strip(), headers)
    return _request_line(first, rest.strip(), headers)


def body_length(headers: Headers, limit: int) -> int:
    """Return the octets of body that follow these headers (Content-Length, RFC 2326 §12.14).

    Raises `LimitError` above `limit`, `ProtocolError` if the value is no number or contradicts
    itself.
    """
    values = set(headers.get_all("Content-Length"))
    if not values:
        return 0
    length = _number(values.pop()) if len(values) == 1 else None
    if length is None:
        raise ProtocolError("The Content-Length of an RTSP message is not one decimal number.")
    if length > limit:
        raise LimitError(f"The body of an RTSP message exceeds {limit} octets.")
    return length


def _parse_headers(lines: list[str]) -> Headers:
    items: list[tuple[str, str]] = []
    for line in lines:
        if len(items) == MAX_HEADERS:
            raise LimitError(f"An RTSP message has more than {MAX_HEADERS} headers.")
        name, colon, value = line.partition(":")
        if not colon or not _TOKEN.fullmatch(name.rstrip()):
            raise ProtocolError(f"A line in the headers is none: {shown(line)}.")
        items.append((name.rstrip(), value.strip()))
    return Headers(items)


def _status_line(rest: str, headers: Headers) -> Response:
    code, _, reason = rest.partition(" ")
    status = _number(code)
    if status is None or not 100 <= status <= 999:
        raise ProtocolError(f"An RTSP status is not a number of three digits: {shown(code)}.")
    return Response(status, reason.strip(), headers)


def _request_line(method: str, rest: str, headers: Headers) -> Request:
    # From the right: some devices leave blanks in a URL unescaped.
    url, _, version = rest.rpartition(" ")
    if not version.startswith("RTSP/1.") or not _TOKEN.fullmatch(method) or not url.strip():
        raise ProtocolError(f"This is not RTSP/1.0: {shown(f'{method} {rest}'.rstrip())}.")
    return Request(method, url.strip(), headers)


def _number(text: str | None) -> int | None:
    # int() would also take signs, blanks, underscores and the digits of every script.
    if text is None or len(text) > 18 or not (text.isascii() and text.isdigit()):
        return None
    return int(text)


def _encode(start_line: str, headers: Headers, body: bytes) -> bytes:
    lines = [start_line]
    lines += [f"{name}: {value}" for name, value in headers if name.lower() != "content-length"]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    if any(_UNSAFE.search(line) for line in lines):
        raise ValueError("a header holds a line end")
    return ("\r\n".join(lines) + "\r\n\r\n").encode(*_CODEC) + body
