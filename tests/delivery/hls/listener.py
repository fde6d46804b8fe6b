"""A client that reads every version of the playlist of sound, beside that of the pictures."""

from functools import partial

import pytest

from liveedge.delivery.hls.feed import Feed
from liveedge.delivery.hls.playlist import sound_name
from liveedge.media.silence import silent_unit
from liveedge.packaging.sound_cutter import SoundCutter
from liveedge.window.numbering import Numbering
from liveedge.window.segments import SegmentList
from tests.delivery.hls.microphone import SoundingCamera
from tests.delivery.hls.watcher import Watcher

SECOND = 90_000


class Listener:
    """Listens to a camera from now on."""

    def __init__(self, camera: SoundingCamera) -> None:
        self.watchers: dict[str, Watcher] = {}
        self.segments = SegmentList(Numbering(0, "0123abcd.a1"))
        self._camera = camera
        assert camera.sound.epoch is not None
        self._version = 0
        can_be_silent = silent_unit(camera.sound.epoch.config) is not None
        self._tolerance = camera.unit if can_be_silent else SECOND
        self._feed = Feed(self.segments, name=partial(sound_name, "0123abcd", epoch=0))
        self.segments.listen(self._observe)
        cutter = SoundCutter(camera.segments, self.segments, camera.sound.epoch, camera.unit)
        cutter.begin(camera.sound.window.since(0))
        camera.sound.window.listen(cutter.add)
        camera.segments.listen(cutter.follow)

    def _observe(self) -> None:
        name = self._feed.name
        if name is None or not self._feed.ready:
            return
        if name not in self.watchers:
            self.watchers[name] = Watcher(self._fetch, tolerance=self._tolerance)
        for other in self.watchers.keys() - {name}:
            self.watchers[other].interrupt()
        if self.segments.version != self._version + 1:
            self.watchers[name].interrupt()
        self._version = self.segments.version
        self.watchers[name].observe(self._feed.media().plain.decode())

    def _fetch(self, uri: str) -> bytes:
        name = uri.removeprefix("0123abcd.a1.").partition(".")[0]
        kind, number = name[0], int(name[1:])
        if kind == "i":
            epoch = self.segments.epoch(number)
            assert epoch is not None, f"{uri} is not there"
            return epoch.init
        found = self.segments.part(number) if kind == "p" else self.segments.segment(number)
        assert found is not None, f"{uri} is not there"
        return b"".join(chunk.payload for chunk in found.chunks)

    def check_beside(self) -> None:
        """§6.2.4: discontinuities, and the relation of dates and time stamps, are the same."""
        opened = self._camera.segments.open
        pictures = {segment.msn: segment for segment in self._camera.segments.listed}
        if opened is not None:
            pictures[opened.msn] = opened
        for segment in self.segments.segments:
            beside = pictures.get(segment.msn)
            if beside is None:
                continue
            assert segment.discontinuity == beside.discontinuity
            assert segment.discontinuity_sequence == beside.discontinuity_sequence
            if not segment.gap and not beside.gap:
                dates = segment.program_us - beside.program_us
                times = (segment.start - beside.start) / 0.09
                assert dates == pytest.approx(times, abs=500_000)

    def finish(self) -> None:
        """Everything that was seen last is still there."""
        self._observe()
