"""Whether a picture that keeps coming has stopped to change."""

from typing import Final

from liveedge.media.chunk import frame_chunk
from liveedge.media.epoch import Epoch
from liveedge.window.window import Window

_OVERHEAD: Final = len(
    frame_chunk(
        [],
        stream=0,
        epoch=0,
        sequence=0,
        flags=0,
        decode_time=0,
        composition_offset=0,
        duration=0,
        sample_duration=0,
        capture_us=0,
        arrival_delay_us=0,
    )
)
# A picture of which every macroblock is skipped takes 12 octets with CAVLC, at any size, and 20
# octets a slice and one for each 135 macroblocks with CABAC (x264, 320x240 to 3840x2160).
_SLICES: Final = 96
_MACROBLOCKS_PER_OCTET: Final = 100


class Stillness:
    """Since when no picture has said more than "as before".

    It is judged by size, for nothing is decoded. Sync frames cannot be judged and are passed over.
    """

    def __init__(self) -> None:
        self._since: float | None = None
        self._next = 0

    def look(self, now: float, window: Window) -> None:
        """Judge the pictures that came since the last look; `now` is monotonic."""
        newest, epoch = window.newest, window.epoch
        if newest is None or epoch is None or newest.sequence < self._next or newest.sync:
            return
        limit = _OVERHEAD + skipped_size(epoch)
        # In nearly every case the newest one settles it.
        still = len(newest.message) <= limit and all(
            chunk.sync or len(chunk.message) <= limit for chunk in window.since(self._next)
        )
        self._next = newest.sequence + 1
        if not still:
            self._since = None
        elif self._since is None:
            self._since = now

    def interrupt(self) -> None:
        """No pictures come."""
        self._since = None

    def seconds(self, now: float) -> float | None:
        """For how long the pictures have been still, None if they are not."""
        return None if self._since is None else now - self._since


def skipped_size(epoch: Epoch) -> int:
    """Octets of media up to which a picture may consist of nothing but skipped macroblocks."""
    parameters = epoch.config.parameters
    macroblocks = -(-parameters.width // 16) * -(-parameters.height // 16)
    return _SLICES + macroblocks // _MACROBLOCKS_PER_OCTET
