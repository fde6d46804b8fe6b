"""The sound of one stream on one socket, asked for apart from its pictures."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from liveedge.delivery.live import protocol
from liveedge.delivery.live.follower import Follower
from liveedge.streams.stream import Stream

if TYPE_CHECKING:
    from liveedge.delivery.live.session import LiveSession


class SoundSubscription(Follower):
    """A listener; it begins with the newest sound, and is moved there when it falls behind."""

    __slots__ = ("stop", "stream")

    def __init__(self, session: "LiveSession", stream: Stream) -> None:
        super().__init__(session, stream.sound.window)
        self.stream = stream
        self.stop = stream.sound.window.listen(self.on_chunk)

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
