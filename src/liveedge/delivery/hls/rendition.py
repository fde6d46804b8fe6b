"""The sound of one stream as a rendition of HLS, which is made only while somebody asks for it."""

import asyncio
from functools import partial
from typing import Final, Protocol

from liveedge.delivery.hls import playlist
from liveedge.delivery.hls.feed import Feed
from liveedge.delivery.hls.multivariant import Sound
from liveedge.media.audio_epoch import AudioEpoch
from liveedge.media.bmff import VIDEO_TIMESCALE
from liveedge.media.chunk import Chunk
from liveedge.media.silence import silent_unit
from liveedge.packaging.sound_cutter import SoundCutter, sound_targets, unit_duration
from liveedge.window.numbering import Numbering
from liveedge.window.segment import Targets
from liveedge.window.segments import SegmentList
from liveedge.window.window import Chunks

PATIENCE: Final = 10.0
"""Seconds after the last request for which sound is cut, beyond what requests may wait."""
MAX_BYTES: Final = 8 * 1024 * 1024
_USUAL_BIT_RATE: Final = 128_000
"""Taken for that of sound which does not come before somebody asks for it."""
_OPUS: Final = "opus"
_AAC: Final = "mp4a."


class Sounding(Protocol):
    """As much of the sound of a stream as HLS needs."""

    @property
    def epoch(self) -> AudioEpoch | None:
        """The configuration of what comes, None without sound."""
        ...

    @property
    def window(self) -> Chunks:
        """The newest of it."""
        ...

    def want(self) -> None:
        """Somebody asks for it."""
        ...


class SoundRendition:
    """Begins to cut when it is asked for, and ends when that has not happened for a while."""

    def __init__(self, sound: Sounding, pictures: SegmentList, wanted: int | None) -> None:
        """`wanted` is how many segments a playlist lists, as in `SegmentList`."""
        self._sound = sound
        self._pictures = pictures
        self._wanted = wanted
        self._known: AudioEpoch | None = None
        self._cutting: _Cutting | None = None
        self._generation = 0
        """Counts the times that cutting began: the names of one time are never those of another."""
        self._asked_at = 0.0
        self._timer: asyncio.TimerHandle | None = None

    @property
    def feed(self) -> Feed | None:
        """What is being cut, None while nobody asks for it."""
        return None if self._cutting is None else self._cutting.feed

    def describe(self) -> Sound | None:
        """What the multivariant playlist says of it, None if there is nothing that HLS plays."""
        epoch, targets = self._offered(), self._pictures.targets
        if epoch is None or targets is None:
            return None
        config = epoch.config
        name = self._name(epoch, self._promised(epoch, targets))
        return Sound(name, config.codec, config.channels, self._bit_rate())

    def ask(self, name: str | None = None) -> Feed | None:
        """Note that somebody asks, for the playlist of that name or for what it lists.

        None if there is no such playlist, or nothing listed any more.
        """
        cutting = self._cutting
        if name is not None and (
            cutting is None or cutting.feed.name != name or cutting.cutter.lost
        ):
            cutting = self._begin(name)
        if cutting is None:
            return None
        self._sound.want()
        self._asked_at = asyncio.get_running_loop().time()
        return cutting.feed

    def stop(self) -> None:
        """End cutting."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._cutting is not None:
            self._cutting.stop()
            self._cutting = None

    # --- what there is

    def _offered(self) -> AudioEpoch | None:
        """What players can have; while the camera is away, what it had."""
        epoch, pictures = self._sound.epoch, self._pictures
        if epoch is not None or pictures.open is not None:
            self._known = epoch
        known = self._known
        return known if known is not None and self._is_playable(known) else None

    def _is_playable(self, epoch: AudioEpoch) -> bool:
        """Whether HLS knows the codec, and players need not wait for sound that may never come."""
        codec = epoch.config.codec
        known = codec == _OPUS or codec.startswith(_AAC)
        comes = silent_unit(epoch.config) is not None or self._sound.window.newest is not None
        return known and comes

    def _promised(self, epoch: AudioEpoch, targets: Targets) -> Targets:
        return sound_targets(targets, unit_duration(epoch, self._sound.window.newest))

    def _name(self, epoch: AudioEpoch, targets: Targets) -> str:
        return playlist.sound_name(self._pictures.token, targets, epoch.number)

    def _bit_rate(self) -> int:
        chunks = list(self._sound.window.since(0))
        duration = sum(chunk.duration for chunk in chunks)
        if not duration:
            return _USUAL_BIT_RATE
        return 8 * sum(len(chunk.payload) for chunk in chunks) * VIDEO_TIMESCALE // duration

    # --- cutting

    def _begin(self, name: str) -> "_Cutting | None":
        offered = self.describe()
        epoch = self._known
        if offered is None or offered.uri != name or epoch is None:
            return None
        self.stop()
        self._generation += 1
        token = f"{self._pictures.token}.a{self._generation}"
        segments = SegmentList(Numbering(0, token), wanted=self._wanted, max_bytes=MAX_BYTES)
        feed = Feed(segments, name=partial(self._name, epoch))
        unit = unit_duration(epoch, self._sound.window.newest)
        cutter = SoundCutter(self._pictures, segments, epoch, unit)
        self._cutting = _Cutting(epoch, cutter, feed, self._sound.window, self._pictures)
        self._look_again(PATIENCE)
        return self._cutting

    def _look_again(self, seconds: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds, self._look)

    def _look(self) -> None:
        """End if nobody has asked for some time."""
        feed = self.feed
        patience = PATIENCE if feed is None else PATIENCE + feed.deadline
        left = self._asked_at + patience - asyncio.get_running_loop().time()
        if left > 0:
            self._look_again(left)
        else:
            self.stop()


class _Cutting:
    """One time that sound is cut."""

    def __init__(
        self,
        epoch: AudioEpoch,
        cutter: SoundCutter,
        feed: Feed,
        window: Chunks,
        pictures: SegmentList,
    ) -> None:
        self.cutter = cutter
        self.feed = feed
        self._epoch = epoch
        self._stops = (feed.stop, window.listen(self._heard), pictures.listen(cutter.follow))
        cutter.begin(chunk for chunk in window.since(0) if chunk.epoch == epoch.number)

    def _heard(self, chunk: Chunk) -> None:
        # Sound of another configuration is another playlist; of this one only silence is left.
        if chunk.epoch == self._epoch.number:
            self.cutter.add(chunk)

    def stop(self) -> None:
        for stop in self._stops:
            stop()
