"""The qualities that the multivariant playlist of a stream lists beside its own pictures."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Protocol

from liveedge.config.hls import ListedQualities
from liveedge.delivery.hls.multivariant import Variant, describe
from liveedge.streams.offer import Made, Offer
from liveedge.streams.qualities import MARK
from liveedge.window.segments import SegmentList

LEARNING_SECONDS: Final = 3.0
"""For how long a player waits, once, while qualities are opened that nobody has seen yet."""
_AGAIN_SECONDS: Final = 60.0
"""What could not be seen then is not tried again before so many seconds."""


class Segmented(Protocol):
    """As much of a quality as is listed of it."""

    @property
    def segments(self) -> SegmentList:
        """What players may ask for."""
        ...


class Registry(Protocol):
    """Finds streams, and runs the qualities that are asked for."""

    def get(self, stream_id: str, /) -> Segmented | None:
        """The stream of that id."""
        ...


class Variants:
    """Describes the qualities of streams as they are, or as they were when they last ran.

    A playlist has to name codecs, size and rates before a quality runs. They are measured, not
    guessed: what nobody has seen yet is opened once.
    """

    def __init__(self, registry: Registry, listed: ListedQualities) -> None:
        self._registry = registry
        self._listed = listed
        self._known: dict[str, Variant] = {}
        self._tried_at: dict[str, float] = {}

    async def of(self, stream_id: str, offers: Sequence[Offer]) -> list[Variant]:
        """The variants to list for a stream, largest first."""
        wanted = [f"{stream_id}{MARK}{offer.quality}" for offer in offers if self._lists(offer)]
        for offer in offers:
            if offer.stream is not None:
                self._note(f"{stream_id}{MARK}{offer.quality}", offer.stream.segments)
        unknown = [quality_id for quality_id in wanted if self._may_try(quality_id)]
        if unknown:
            await asyncio.gather(*map(self._learn, unknown))
        known = [self._known[quality_id] for quality_id in wanted if quality_id in self._known]
        return sorted(known, key=lambda variant: -variant.average)

    def _lists(self, offer: Offer) -> bool:
        if self._listed is ListedQualities.CAMERA:
            return offer.made is Made.CAMERA
        return self._listed is ListedQualities.ALL

    def _note(self, quality_id: str, segments: SegmentList) -> bool:
        if segments.targets is None or not segments.segments:
            return False
        variant = describe(segments)
        self._known[quality_id] = replace(variant, uri=f"../{quality_id}/{variant.uri}")
        return True

    def _may_try(self, quality_id: str) -> bool:
        now = asyncio.get_running_loop().time()
        tried_at = self._tried_at.get(quality_id)
        if quality_id in self._known or (
            tried_at is not None and LEARNING_SECONDS < now - tried_at < _AGAIN_SECONDS
        ):
            return False
        if tried_at is None or now - tried_at >= _AGAIN_SECONDS:
            self._tried_at[quality_id] = now
        return True

    async def _learn(self, quality_id: str) -> None:
        """Run a quality until it can be described, but do not wait for ever."""
        stream = self._registry.get(quality_id)
        if stream is None:
            return
        described = asyncio.Event()

        def look() -> None:
            if self._note(quality_id, segments):
                described.set()

        segments = stream.segments
        stop = segments.listen(look)
        try:
            look()
            async with asyncio.timeout(LEARNING_SECONDS):
                await described.wait()
        except TimeoutError:
            pass
        finally:
            stop()
