"""One stream as HLS presents it: its pictures, and the sound that goes with them."""

from liveedge.delivery.hls.feed import CachedText, Feed, Text
from liveedge.delivery.hls.multivariant import describe, multivariant_playlist
from liveedge.delivery.hls.rendition import Sounding, SoundRendition
from liveedge.streams.audience import Audience
from liveedge.window.segments import SegmentList


class Presentation:
    """Describes the renditions of a stream, and has each tell of the other."""

    def __init__(
        self,
        segments: SegmentList,
        sound: Sounding,
        audience: Audience | None = None,
        wanted: int | None = None,
    ) -> None:
        """`wanted` is how many segments a playlist lists, as in `SegmentList`."""
        self.pictures = Feed(segments, audience)
        self.sound = SoundRendition(sound, segments, wanted)
        self._multivariant = CachedText()

    def multivariant(self) -> Text:
        """The multivariant playlist as it is now; there is something to list."""
        segments, sound = self.pictures.segments, self.sound.describe()
        return self._multivariant.get(
            (segments.version, sound), lambda: multivariant_playlist([describe(segments)], sound)
        )

    def media(self, feed: Feed) -> Text:
        """The media playlist of one of the renditions as it is now."""
        heard = self.sound.feed
        return feed.media(self.pictures if feed is heard else heard)

    def stop(self) -> None:
        """Nobody can ask for it any more."""
        self.sound.stop()
        self.pictures.stop()
