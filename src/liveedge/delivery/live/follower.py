"""What follows a window on behalf of one socket, whatever the window holds."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import TYPE_CHECKING

from liveedge.media.chunk import Chunk
from liveedge.window.cursor import Cursor
from liveedge.window.window import Chunks

if TYPE_CHECKING:
    from liveedge.delivery.live.session import LiveSession


class Follower(ABC):
    """A place in a window, and how a new chunk goes from there to the socket."""

    __slots__ = ("cursor", "epoch", "session")

    def __init__(self, session: "LiveSession", window: Chunks, *, fresh: bool = False) -> None:
        self.session = session
        self.cursor = Cursor(window, fresh=fresh)
        self.epoch: int | None = None
        """The one that was announced."""

    def on_chunk(self, chunk: Chunk) -> None:
        """A chunk has come: send it in this call if this viewer waits for exactly this one."""
        session = self.session
        if session.idle and chunk.sequence == self.cursor.next and chunk.epoch == self.epoch:
            self.cursor.next = chunk.sequence + 1
            session.send_now(chunk.message)
        else:
            session.wake()

    @abstractmethod
    def messages(self) -> Iterable[str | bytes]:
        """Everything that can be used next: an epoch's announcement, then one chunk."""
