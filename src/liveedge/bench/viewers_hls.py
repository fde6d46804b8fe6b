"""LL-HLS players without pictures: they ask as hls.js does, playlist, part, playlist, part."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, cast

from liveedge.bench.parts import STREAM
from liveedge.bench.viewers_crowd import Crowd, CrowdPlan, Tally
from liveedge.clock import Clock
from liveedge.errors import LiveEdgeError

_OPEN_DEADLINE: Final = 20.0
_SETTLE: Final = 1.0
_POLL: Final = 0.01
_END: Final = b"\r\n\r\n"
_OK: Final = b"HTTP/1.1 200 "
_LENGTH: Final = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
_SEQUENCE: Final = re.compile(rb"#EXT-X-MEDIA-SEQUENCE:([0-9]+)")
_TARGET: Final = re.compile(rb"PART-TARGET=([0-9.]+)")
_PART: Final = re.compile(rb'#EXT-X-PART:[^\n]*URI="([0-9a-f]+)\.p([0-9]+)\.m4s"')
_NAME: Final = re.compile(rb"^[^#\n]+\.m3u8$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Listing:
    """How far a media playlist goes."""

    token: str
    serials: tuple[int, ...]
    """Of the parts that are listed, oldest first."""
    next_msn: int
    next_part: int
    part_target_ms: float


@lru_cache(maxsize=16)
def read_listing(playlist: bytes) -> Listing:
    """Read a media playlist; raise `LiveEdgeError` if it has no parts.

    Cached, for a crowd gets the same one many times.
    """
    sequence, target = _SEQUENCE.search(playlist), _TARGET.search(playlist)
    parts = _PART.findall(playlist)
    if sequence is None or target is None or not parts:
        raise LiveEdgeError("The server's media playlist lists no parts.")
    return Listing(
        token=parts[0][0].decode(),
        serials=tuple(int(serial) for _, serial in parts),
        next_msn=int(sequence[1]) + playlist.count(b"#EXTINF:"),
        next_part=len(_PART.findall(playlist.rpartition(b"#EXTINF:")[2])),
        part_target_ms=float(target[1]) * 1000,
    )


class HlsViewer(asyncio.Protocol):
    """One connection that is kept alive and follows the live edge part by part."""

    def __init__(self, host: str, playlist: str, tally: Tally, clock: Clock) -> None:
        self._host = host
        self._playlist = playlist
        self._base = playlist.rpartition("/")[0]
        self._tally = tally
        self._clock = clock
        self._head = b""
        self._body: list[bytes] = []
        self._missing = 0
        """Octets of the present answer that are still to come."""
        self._asks_part = False
        self._asked_at = 0.0
        self._due_ms = 0.0
        self._wanted: list[int] = []
        """Serials of listed parts that are still to be fetched, newest first."""
        self._listing: Listing | None = None
        self.newest = -1
        """Serial of the newest part that came."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the playlist as it is."""
        self._transport = cast("asyncio.Transport", transport)
        self._ask(self._playlist, due_ms=0.0, part=False)

    def connection_lost(self, exc: Exception | None) -> None:
        """Whoever is still counted has been let down."""
        if self._tally.counting:
            self._tally.problem(f"A connection was closed ({exc or 'by the server'}).")

    def close(self) -> None:
        """Leave."""
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Take a piece of the answer; ask for the next thing once it is complete."""
        if not self._missing:
            head, end, data = (self._head + data).partition(_END)
            if not end:
                self._head = head
                return
            self._head, self._body = b"", []
            length = _LENGTH.search(head)
            if not head.startswith(_OK) or length is None:
                status = head.splitlines()[0].decode("latin-1")
                self._tally.problem(f"The server said {status}")
                self._transport.abort()
                return
            self._missing = int(length[1])
            if self._asks_part and self._tally.counting:
                self._tally.media_bytes += self._missing
        self._missing -= len(data)
        if not self._asks_part:
            self._body.append(data)
        if not self._missing:
            self._complete()

    def _ask(self, path: str, *, due_ms: float, part: bool) -> None:
        self._asks_part, self._due_ms = part, due_ms
        self._asked_at = self._clock.monotonic()
        self._transport.write(f"GET {path} HTTP/1.1\r\nhost: {self._host}\r\n\r\n".encode())

    def _complete(self) -> None:
        tally = self._tally
        if tally.counting:
            tally.took((self._clock.monotonic() - self._asked_at) * 1000, self._due_ms)
        if self._asks_part:
            self.newest = self._wanted.pop()
            tally.media += tally.counting
        else:
            self._listed(b"".join(self._body))
        self._next()

    def _listed(self, playlist: bytes) -> None:
        listing = self._listing = read_listing(playlist)
        tally = self._tally
        new = [serial for serial in listing.serials if serial > self.newest]
        if self.newest < 0:
            new = new[-1:]
        elif new and tally.counting:
            tally.missed += new[0] - self.newest - 1
        self._wanted = new[::-1]
        if tally.counting:
            tally.playlists += 1
            tally.versions.add(hash(playlist))

    def _next(self) -> None:
        listing = self._listing
        if listing is None:
            raise AssertionError("the first answer is a playlist")
        if self._wanted:
            path = f"{self._base}/{listing.token}.p{self._wanted[-1]}.m4s"
            self._ask(path, due_ms=0.0, part=True)
        else:
            query = f"?_HLS_msn={listing.next_msn}&_HLS_part={listing.next_part}"
            self._ask(self._playlist + query, due_ms=listing.part_target_ms, part=False)


async def watch_hls(
    plan: CrowdPlan, host: str, port: int, clock: Clock, ready: Callable[[], None]
) -> Crowd:
    """Watch with `plan.viewers` players; `ready` is called when what is counted begins."""
    loop, tally = asyncio.get_running_loop(), Tally()
    viewers: list[HlsViewer] = []
    try:
        async with asyncio.timeout(_OPEN_DEADLINE):
            playlist = await _find_playlist(host, port)
            for _ in range(plan.viewers):
                viewer = HlsViewer(f"{host}:{port}", playlist, tally, clock)
                await loop.create_connection(lambda viewer=viewer: viewer, host, port)  # type: ignore[misc]
                viewers.append(viewer)
            # Looked up now and then: the viewers have more to do than to tell.
            while min(viewer.newest for viewer in viewers) < 0:  # noqa: ASYNC110
                await asyncio.sleep(_POLL)
        await asyncio.sleep(_SETTLE)
        ready()
        begin, tally.counting = clock.monotonic(), True
        await asyncio.sleep(plan.seconds)
        tally.counting = False
        return tally.result(clock.monotonic() - begin)
    except TimeoutError:
        why = " ".join(tally.problems)
        raise LiveEdgeError(f"Not all {plan.viewers} players got a part in time. {why}") from None
    finally:
        tally.counting = False
        for viewer in viewers:
            viewer.close()


async def _find_playlist(host: str, port: int) -> str:
    """The path of the media playlist, out of the multivariant playlist."""
    path = f"/hls/{STREAM}/index.m3u8"
    reader, writer = await asyncio.open_connection(host, port)
    try:
        head = f"GET {path} HTTP/1.1\r\nhost: {host}:{port}\r\nconnection: close\r\n\r\n"
        writer.write(head.encode())
        answer = await reader.read()
    finally:
        writer.close()
    name = _NAME.search(answer.partition(_END)[2])
    if name is None:
        raise LiveEdgeError("The server's multivariant playlist names no media playlist.")
    return f"/hls/{STREAM}/{name[0].decode()}"
