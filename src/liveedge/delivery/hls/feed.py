"""What all HLS viewers of one rendition share: rendered playlists, and who waits."""

import gzip
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from liveedge.delivery.hls import blocking, playlist
from liveedge.delivery.hls.blocking import Answer, Edge, Position
from liveedge.delivery.hls.playlist import Report
from liveedge.delivery.hls.waiting import Outcome, Receive, WaitingRoom
from liveedge.streams.audience import Audience
from liveedge.window.segment import Targets
from liveedge.window.segments import SegmentList

FIRST_PLAYLIST_DEADLINE: Final = 5.0
"""Seconds for which a request waits for a stream that has nothing to show yet."""
BLOCKING_DEADLINE: Final = 3
"""Target durations for which a request waits (RFC 8216bis §6.2.5.2)."""
_GZIP_LEVEL: Final = 4


@dataclass(frozen=True, slots=True)
class Text:
    """A playlist, rendered once for all who ask."""

    plain: bytes
    gzipped: bytes

    @classmethod
    def of(cls, text: str) -> "Text":
        """Encode and compress."""
        plain = text.encode()
        return cls(plain, gzip.compress(plain, _GZIP_LEVEL, mtime=0))


class Feed:
    """One rendition, as HLS viewers see it: the pictures of a stream, or its sound."""

    def __init__(
        self,
        segments: SegmentList,
        audience: Audience | None = None,
        *,
        name: Callable[[Targets], str] | None = None,
    ) -> None:
        """The playlist of sound has another `name`."""
        self.segments = segments
        self.audience = audience
        """Who asks for it, where somebody wants to know."""
        self._room: WaitingRoom[Position | int | None] = WaitingRoom()
        self._name = name or partial(playlist.media_name, segments.token)
        self._media = CachedText()
        self._newest_part = (0, b"")
        self._targets = segments.targets
        self.stop = segments.listen(self._changed)

    @property
    def name(self) -> str | None:
        """Name of the media playlist, None before there is one."""
        targets = self.segments.targets
        return None if targets is None else self._name(targets)

    def media(self, *others: "Feed | None") -> Text:
        """The media playlist as it is now, with reports of other renditions."""
        reports = tuple(report for other in others if other and (report := other.report))
        return self._media.get(
            (self.segments.version, reports),
            lambda: playlist.media_playlist(self.segments, reports),
        )

    @property
    def report(self) -> Report | None:
        """How far this rendition goes (§4.4.5.4), None before there is a playlist."""
        name, newest = self.name, self.segments.segments[-1:]
        if name is None or not newest:
            return None
        parts = len(newest[0].parts)
        return Report(name, newest[0].msn, parts - 1 if parts else None)

    @property
    def ready(self) -> bool:
        """Whether there is something to list."""
        return self.segments.targets is not None and bool(self.segments.segments)

    def part(self, serial: int) -> Sequence[bytes | memoryview] | None:
        """The bytes of a part in pieces, None if it is not here.

        Nearly everybody asks for the newest one. It is kept in one piece for as long as it is the
        newest, which saves a third of what a viewer costs (44 instead of 62 us for 25 kB).
        """
        if serial == self._newest_part[0]:
            return (self._newest_part[1],)
        part = self.segments.part(serial)
        if part is None:
            return None
        pieces = [chunk.payload for chunk in part.chunks]
        if serial != self.segments.next_serial - 1:
            return pieces
        self._newest_part = (serial, b"".join(pieces))
        return (self._newest_part[1],)

    async def begun(self, receive: Receive) -> Outcome:
        """Wait until there is something to list."""
        return await self._room.wait(None, receive, FIRST_PLAYLIST_DEADLINE)

    def answer(self, position: Position) -> Answer:
        """Whether the media playlist has `position`; there is a playlist."""
        return blocking.answer(position, self._edge())

    async def reached(self, position: Position, receive: Receive) -> Outcome:
        """Wait until the media playlist has `position`."""
        return await self._room.wait(position, receive, self.deadline)

    async def hinted_part(self, serial: int, receive: Receive) -> Outcome:
        """Wait for the part that EXT-X-PRELOAD-HINT names (§6.2.6)."""
        return await self._room.wait(serial, receive, self.deadline)

    def is_hinted(self, serial: int) -> bool:
        """Whether the playlist says that this part comes next."""
        return serial == self.segments.next_serial and self.ready

    @property
    def deadline(self) -> float:
        """Seconds after which a request for something new is answered with 503 (§6.2.5.2)."""
        targets = self.segments.targets
        return FIRST_PLAYLIST_DEADLINE if targets is None else BLOCKING_DEADLINE * targets.duration

    def _edge(self) -> Edge:
        segments = self.segments
        targets, opened = segments.targets, segments.open
        if targets is None:
            raise AssertionError("there is no edge before there is a playlist")
        return Edge(
            segments.next_msn - (1 if opened is None else 2),
            len(segments.listed[-1].parts) if segments.listed else 0,
            0 if opened is None else len(opened.parts),
            targets.part,
        )

    def _changed(self) -> None:
        edge = self._edge()
        next_serial = self.segments.next_serial
        renamed, self._targets = self._targets != self.segments.targets, self.segments.targets

        def is_reached(goal: Position | int | None) -> bool:
            if isinstance(goal, Position):
                return renamed or blocking.answer(goal, edge) is not Answer.WAIT
            return goal is None or goal < next_serial

        self._room.release(is_reached)


class CachedText:
    """A rendering that is made again when what it says has changed."""

    def __init__(self) -> None:
        self._of: object = None
        self._text = Text(b"", b"")

    def get(self, of: object, render: Callable[[], str]) -> Text:
        """What was rendered `of` the same, or else now."""
        if self._of != of:
            self._text = Text.of(render())
            self._of = of
        return self._text
