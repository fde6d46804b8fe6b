"""A camera that makes chunks as fast as a test wants, cut as a stream cuts them."""

from liveedge.config.hls import HlsSettings
from liveedge.media.access_unit import AccessUnit
from liveedge.packaging.cutter import Cutter
from liveedge.packaging.packager import Packager
from liveedge.window.numbering import Numbering
from liveedge.window.segments import SegmentList
from tests.support import encode

BEGAN_US = 1_800_000_000_000_000
SIZES = ((64, 48), (96, 64), (48, 48))


class Camera:
    """Pictures, and everything behind them up to the segment list; times in 1/90000 s."""

    def __init__(
        self, settings: HlsSettings | None = None, *, token: str = "0123abcd", first: int = 5000
    ) -> None:
        self.settings = settings or HlsSettings()
        self.segments = SegmentList(
            Numbering(first, token),
            wanted=self.settings.segments,
            max_bytes=self.settings.max_bytes,
        )
        self.cutter = Cutter(self.segments, self.settings)
        self.media_time = 0
        self.clock_offset_us = 0
        """How far its clock has been set, in microseconds."""
        self.padding = 0
        """Bytes added to each picture."""
        self.damaged = False
        """Whether its pictures refer to some that were lost."""
        self._packager = Packager(1)
        self._size = 0
        self._missing = False

    @property
    def now(self) -> float:
        """Monotonic seconds."""
        return 1000.0 + self.media_time / 90_000

    @property
    def unix_us(self) -> int:
        """What its clock says."""
        return BEGAN_US + self.clock_offset_us + self.media_time * 100 // 9

    def picture(self, *, sync: bool = False, interval: int = 3000) -> None:
        """One picture; the next one comes `interval` later."""
        encoded = encode(frames=8, gop=4, size=SIZES[self._size])
        nals, _ = encoded.pictures[0 if sync else 1]
        filler = [b"\x06" + bytes(self.padding)] if self.padding else []
        unit = AccessUnit(
            [*filler, *nals], 0, sync, self.now, encoded.parameter_sets if sync else ()
        )
        unit.damaged = self.damaged and not sync
        chunk = self._packager.add(
            unit,
            self.media_time,
            gap=self._missing,
            capture_us=self.unix_us,
            arrival_us=self.unix_us,
            camera_clock=False,
        )
        self._missing = False
        if chunk is not None and self._packager.epoch is not None:
            self.cutter.add(chunk, self._packager.epoch)
        self.wait(interval)

    def gop(self, frames: int = 15, interval: int = 3000) -> None:
        """A sync frame and what depends on it."""
        for index in range(frames):
            self.picture(sync=index == 0, interval=interval)

    def reordered_gop(self, groups: int = 5, interval: int = 3000) -> None:
        """A GOP with two B-pictures before each P-picture, in the order of decoding."""
        began = self.media_time
        for place in [0, *(3 * g + at for g in range(groups) for at in (3, 1, 2))]:
            self.media_time = began + place * interval
            self.picture(sync=place == 0, interval=0)
        self.media_time = began + (3 * groups + 1) * interval

    def gops(self, count: int, frames: int = 15, interval: int = 3000) -> None:
        """Some GOPs in a row."""
        for _ in range(count):
            self.gop(frames, interval)

    def wait(self, ticks: int) -> None:
        """Time passes without a picture."""
        self.media_time += ticks

    def lose(self, seconds: float = 0.0) -> None:
        """The session breaks; the next picture comes after `seconds`."""
        self.wait(round(seconds * 90_000))
        self._missing = True

    def change(self) -> None:
        """From the next sync frame on pictures have another size."""
        self._size = (self._size + 1) % len(SIZES)
