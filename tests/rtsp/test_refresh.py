"""Cameras that refresh their picture piece by piece instead of sending keyframes."""

import pytest

from liveedge.errors import Reason, SourceError
from liveedge.media.access_unit import AccessUnit
from liveedge.rtsp.h264 import REFRESH_SECONDS, H264Depacketizer

RECOVERY_POINT = b"\x06\x06\x01\xc4\x80"
OTHER_SEI = b"\x06\x01\x01\xc4\x80"
P, IDR = b"\x41\x80p", b"\x65\x80idr"


class Camera:
    def __init__(self) -> None:
        self.units: list[AccessUnit] = []
        self.depacketizer = H264Depacketizer(self.units.append)
        self.second = 0.0

    def send(self, *nals: bytes) -> list[AccessUnit]:
        self.second += 1
        self.depacketizer.push_picture(list(nals), round(self.second * 90_000), self.second)
        return self.units


def test_no_keyframe_is_waited_for_where_there_will_be_none() -> None:
    camera = Camera()
    camera.send(P)
    with pytest.raises(SourceError) as caught:
        for _ in range(10):
            camera.send(RECOVERY_POINT, P)
    assert caught.value.reason is Reason.NO_KEYFRAME
    assert camera.second == 2 + REFRESH_SECONDS
    assert camera.units == []


def test_one_that_sends_both_is_played() -> None:
    camera = Camera()
    camera.send(RECOVERY_POINT, P)
    camera.send(P)
    camera.send(IDR)
    for _ in range(10):
        units = camera.send(RECOVERY_POINT, P)
    assert len(units) == 11


def test_other_messages_mean_nothing() -> None:
    camera = Camera()
    for _ in range(10):
        assert camera.send(OTHER_SEI, P) == []
