"""One stream as HLS presents it: its pictures, and the sound that goes with them."""

from collections.abc import Sequence
from dataclasses import replace

from liveedge.delivery.hls.feed import CachedText, Feed, Text
from liveedge.delivery.hls.multivariant import Variant, describe, multivariant_playlist
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
        self._single, self._multivariant = CachedText(), CachedText()

    def multivariant(
        self, others: Sequence[Variant] = (), original: "tuple[str, Presentation] | None" = None
    ) -> Text:
        """The multivariant playlist as it is now, with other qualities; there is something to list.

        A quality is heard with the sound of its `original`, of which that is the id.
        """
        segments, sound = self.pictures.segments, self.sound.describe()
        if original is not None:
            stream_id, presentation = original
            sound = presentation.sound.describe()
            if sound is not None:
                sound = replace(sound, uri=f"../{stream_id}/{sound.uri}")
        text = self._multivariant if others else self._single
        return text.get(
            (segments.version, sound, *others),
            lambda: multivariant_playlist([describe(segments), *others], sound),
        )

    def media(self, feed: Feed) -> Text:
        """The media playlist of one of the renditions as it is now."""
        heard = self.sound.feed
        return feed.media(self.pictures if feed is heard else heard)

    def stop(self) -> None:
        """Nobody can ask for it any more."""
        self.sound.stop()
        self.pictures.stop()
