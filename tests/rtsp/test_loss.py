"""What comes out behind a loss: everything that is whole, or nothing before a sync frame."""

import pytest

from liveedge.config.rtsp import OnLoss
from liveedge.media.access_unit import AccessUnit
from liveedge.rtsp.reception import VideoReception
from liveedge.rtsp.video import VIDEO_CODECS, VideoDescription, VideoTrack
from tests.rtsp.scripted import Remembering

H264 = {"key": b"\x65\x80idr", "delta": b"\x41\x80p", "rest": b"\x41\x40rest"}
H265 = {"key": b"\x26\x01\x80idr", "delta": b"\x02\x01\x80p", "rest": b"\x02\x01\x40rest"}


class Camera:
    """Sends a picture a packet unless told otherwise; `lost` packets never arrive."""

    def __init__(self, on_loss: OnLoss, encoding: str = "H264") -> None:
        codec = VIDEO_CODECS[encoding]
        track = VideoTrack(codec, VideoDescription(codec.name, 90000, ()), 96, None)
        self.handler = Remembering()
        self.reception = VideoReception(track, self.handler, 0.0, on_loss=on_loss)
        self.nals = H264 if encoding == "H264" else H265
        self.sequence = self.time = 0

    def send(self, *kinds: str, lost: tuple[int, ...] = ()) -> None:
        """A picture whose NAL units these are, each in a packet; some are lost."""
        for place, kind in enumerate(kinds):
            marker = 0x80 if place == len(kinds) - 1 else 0
            header = bytes([0x80, 96 | marker]) + self.sequence.to_bytes(2, "big")
            packet = header + self.time.to_bytes(4, "big") + b"ssrc" + self.nals[kind]
            if place not in lost:
                self.reception.receiver.push(packet, 0, len(packet), float(self.time))
            self.sequence += 1
        self.time += 1

    @property
    def units(self) -> list[tuple[int, str]]:
        """When what came out was taken, and what is said of it."""
        return [(unit.rtp_time, _said(unit)) for unit in self.handler.units]


def _said(unit: AccessUnit) -> str:
    words = {"sync": unit.sync, "damaged": unit.damaged, "gap": unit.gap}
    return " ".join(word for word, is_so in words.items() if is_so)


def lose_some(camera: Camera) -> None:
    camera.send("key")
    camera.send("delta")
    camera.send("delta", lost=(0,))
    camera.send("delta")
    camera.send("delta")
    camera.send("delta", "rest", lost=(1,))
    camera.send("delta")
    camera.send("key")
    camera.send("delta")


def test_whole_pictures_behind_a_loss_are_handed_out_as_damaged() -> None:
    camera = Camera(OnLoss.SHOW)
    lose_some(camera)
    assert camera.units == [
        (0, "sync"),
        (1, ""),
        (3, "damaged gap"),
        (4, "damaged"),
        (6, "damaged gap"),
        (7, "sync gap"),
        (8, ""),
    ]
    stats = camera.reception.stats(0, 0)
    assert (stats.lost, stats.damaged, stats.skipped) == (2, 1, 0)


@pytest.mark.parametrize(("on_loss", "encoding"), [(OnLoss.WAIT, "H264"), (OnLoss.SHOW, "H265")])
def test_or_nothing_is_before_a_sync_frame(on_loss: OnLoss, encoding: str) -> None:
    camera = Camera(on_loss, encoding)
    lose_some(camera)
    assert camera.units == [(0, "sync"), (1, ""), (7, "sync gap"), (8, "")]
    assert camera.reception.stats(0, 0).skipped == 3


def test_a_keyframe_that_is_hit_does_not_end_the_damage() -> None:
    camera = Camera(OnLoss.SHOW)
    for _ in range(2):
        camera.send("key")
        camera.send("delta")
    camera.send("key", "rest", lost=(0,))
    camera.send("delta")
    camera.send("key")
    assert camera.units[4:] == [(5, "damaged gap"), (6, "sync gap")]


def test_nothing_is_shown_before_the_first_keyframe() -> None:
    camera = Camera(OnLoss.SHOW)
    camera.send("delta", lost=(0,))
    camera.send("delta")
    camera.send("key", "rest", lost=(1,))
    camera.send("delta")
    camera.send("key")
    assert camera.units == [(4, "sync")]
