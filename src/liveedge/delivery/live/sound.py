"""The sound of one stream on one socket, asked for apart from its pictures."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from liveedge.delivery.live import protocol
from liveedge.media.chunk import Chunk
from liveedge.streams.stream import Stream
from liveedge.window.cursor import Cursor

if TYPE_CHECKING:
    from liveedge.delivery.live.session import LiveSession


class SoundSubscription:
    """A listener; it begins with the newest sound, and is moved there when it falls behind."""

    __slots__ = ("cursor", "epoch", "session", "stop", "stream")

    def __init__(self, session: "LiveSession", stream: Stream) -> None:
        self.session = session
        self.stream = stream
        self.cursor = Cursor(stream.sound.window)
        self.epoch: int | None = None
        self.stop = stream.sound.window.listen(self.on_chunk)

    def on_chunk(self, chunk: Chunk) -> None:
        """Some sound has come."""
        session = self.session
        if session.idle and chunk.sequence == self.cursor.next and chunk.epoch == self.epoch:
            self.cursor.next = chunk.sequence + 1
            session.send_now(chunk.message)
        else:
            session.wake()

    def messages(self) -> Iterable[str | bytes]:
        """An epoch's announcement, then one chunk; what is of an epoch before is of no use."""
        chunk, sound = self.cursor.take(), self.stream.sound
        epoch = sound.epoch
        if chunk is None or epoch is None or chunk.epoch != epoch.number:
            return
        if chunk.epoch != self.epoch:
            self.epoch = epoch.number
            yield protocol.audio_started(self.stream.id, sound.number, epoch)
            yield epoch.message
        yield chunk.message
