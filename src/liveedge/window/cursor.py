"""A viewer's place in a window."""

from typing import Final

from liveedge.media.chunk import Chunk
from liveedge.window.window import TIMESCALE, Chunks

MAX_LAG_SECONDS: Final = 1.0
"""How far a viewer may fall behind before it is moved, if a newer sync frame is there."""
FRESH_SECONDS: Final = 0.5
"""What may have come since a sync frame that a fresh cursor begins with: it comes as a burst."""


class Cursor:
    """Reads a window in order, beginning at the newest sync frame.

    A cursor that has fallen behind, or whose next chunk has left the window, goes on at the
    newest sync frame; `skipped` counts what it missed since it was last asked.
    """

    __slots__ = ("_not_before", "_started", "_window", "next", "skipped")

    def __init__(self, window: Chunks, *, fresh: bool = False) -> None:
        """With `fresh`, leave a sync frame that is older than `FRESH_SECONDS` for the next one."""
        self._window = window
        self._started = False
        self._not_before = _first_fresh(window) if fresh else 0
        self.next = 0
        self.skipped = 0

    def take(self) -> Chunk | None:
        """The next chunk to send, None if this viewer has everything it can use."""
        window = self._window
        if not self._started:
            sync = window.sync_sequence
            if sync is None or sync < self._not_before:
                return None
            self._started = True
            self.next = sync
        chunk = window.get(self.next)
        if chunk is None or self._is_behind(chunk):
            if self.next == window.next_sequence:
                return None
            chunk = self._move()
            if chunk is None:
                return None
        self.next = chunk.sequence + 1
        return chunk

    def _is_behind(self, chunk: Chunk) -> bool:
        newest, sync = self._window.newest, self._window.sync_sequence
        return (
            newest is not None
            and sync is not None
            and sync > chunk.sequence
            and newest.decode_time - chunk.decode_time > MAX_LAG_SECONDS * TIMESCALE
        )

    def _move(self) -> Chunk | None:
        """Go to the newest sync frame, or wait for the next one."""
        sync = self._window.sync_sequence
        if sync is None:
            self._started = False
            return None
        self.skipped += max(0, sync - self.next)
        return self._window.get(sync)


def _first_fresh(window: Chunks) -> int:
    """The lowest sequence of a sync frame behind which no long burst waits."""
    newest, sync = window.newest, window.sync_sequence
    chunk = None if sync is None else window.get(sync)
    if newest is None or chunk is None:
        return 0
    behind = newest.decode_time - chunk.decode_time
    return chunk.sequence + 1 if behind > FRESH_SECONDS * TIMESCALE else 0
