"""The qualities of a stream: `door~low` is a stream of its own that exists while it is watched."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Final, Protocol

from liveedge.clock import Clock
from liveedge.config.hls import DEFAULT_HLS, HlsSettings
from liveedge.ingest.source import SourceFactory
from liveedge.media.epoch import Epoch
from liveedge.media.scaling import fit
from liveedge.streams.offer import Made, Offer
from liveedge.streams.quality import Quality
from liveedge.streams.recipe import RECIPES
from liveedge.streams.registry import StreamRegistry
from liveedge.streams.stream import Stream
from liveedge.streams.transcode import RelayedClock, Slots, Transcoding

MARK: Final = "~"
"""Between the id of a stream and a quality; no id contains it."""
_LOW: Final = "low"
"""What a sub-stream of the camera is."""
_H264: Final = "h264"
"""The whole picture for browsers that do not play what the camera sends."""
_PLAYED_BY_ALL: Final = b"avc1"


class Finder(Protocol):
    """Finds the stream that a viewer asks for."""

    def get(self, stream_id: str, /) -> Stream | None:
        """The stream of that id."""
        ...


class Qualities:
    """Finds streams for viewers, and runs the qualities that somebody watches.

    A quality has the id of its stream, `~` and its name. It begins when it is asked for, and ends
    some seconds after the last viewer has left and the last request was made. It is made once
    for all its viewers: by a sub-stream of the camera where one is configured, else by a worker.
    """

    def __init__(
        self,
        registry: StreamRegistry,
        clock: Clock,
        *,
        hls: HlsSettings = DEFAULT_HLS,
        transcodes: int = 4,
        sub_streams: Mapping[str, SourceFactory] | None = None,
    ) -> None:
        """`sub_streams` are the cameras' own low qualities, by stream.

        The streams that the registry has now say from then on which qualities there are.
        """
        self.slots = Slots(transcodes)
        self._registry = registry
        self._clock = clock
        self._hls = hls
        self._sub_streams = sub_streams or {}
        self._qualities: dict[str, Quality] = {}
        for stream in registry:
            stream.qualities = self._offers_of(stream)

    def __iter__(self) -> Iterator[Stream]:
        """All streams that may need care: those of the registry, and qualities that run."""
        yield from self._registry
        for quality in tuple(self._qualities.values()):
            if quality.running:
                yield quality.stream

    def get(self, stream_id: str, /) -> Stream | None:
        """A stream of the registry, or a quality of one, which then runs."""
        stream = self._registry.get(stream_id)
        if stream is not None:
            return stream
        base, mark, name = stream_id.partition(MARK)
        original = self._registry.get(base) if mark else None
        if original is None or name not in RECIPES or not self._registry.started:
            return None
        quality = self._qualities.get(stream_id)
        if quality is None:
            quality = self._qualities[stream_id] = self._make(original, name)
        quality.want()
        return quality.stream

    def offers(self, original: Stream) -> tuple[Offer, ...]:
        """The qualities of a stream of the registry that may be asked for now."""
        return tuple(
            self._offer(original, name)
            for name in RECIPES
            if self._makes(original, name) is Made.CAMERA
            or (self.slots.count and (name != _H264 or _needs_h264(original.window.epoch)))
        )

    async def stop(self) -> None:
        """End all of them and wait."""
        qualities = tuple(self._qualities.values())
        for quality in qualities:
            quality.retire()
        await asyncio.gather(*(quality.stopped() for quality in qualities))

    def _makes(self, original: Stream, name: str) -> Made:
        own = name == _LOW and original.id in self._sub_streams
        return Made.CAMERA if own else Made.TRANSCODE

    def _make(self, original: Stream, name: str) -> Quality:
        stream_id, number = f"{original.id}{MARK}{name}", self._registry.next_number()
        shown = f"{original.name} ({name})"
        made = self._makes(original, name)
        source: SourceFactory
        relayed = None
        if made is Made.CAMERA:
            source = self._sub_streams[original.id]
        else:
            relayed = RelayedClock()
            source = Transcoding(original, RECIPES[name], self.slots, relayed, self._clock)
        stream = Stream(
            *(stream_id, number, shown, source, self._clock, self._hls),
            capture=relayed,
            beside=original,
        )
        stream.qualities = self._offers_of(original)
        return Quality(stream, made, self._clock)

    def _offers_of(self, original: Stream) -> Callable[[], tuple[Offer, ...]]:
        return partial(self.offers, original)

    def _offer(self, original: Stream, name: str) -> Offer:
        quality = self._qualities.get(f"{original.id}{MARK}{name}")
        made = self._makes(original, name)
        stream = None if quality is None else quality.stream
        width, height = _size(stream if made is Made.CAMERA else original)
        if made is Made.TRANSCODE and width and height:
            width, height = fit(width, height, RECIPES[name].longer, RECIPES[name].shorter)
        return Offer(name, made, width, height, stream)


def _needs_h264(epoch: Epoch | None) -> bool:
    return epoch is not None and epoch.config.sample_entry != _PLAYED_BY_ALL


def _size(stream: Stream | None) -> tuple[int, int] | tuple[None, None]:
    """What a stream has last sent, or is sending."""
    epoch = None if stream is None else stream.window.epoch
    if epoch is None:
        return None, None
    return epoch.config.parameters.width, epoch.config.parameters.height
