from collections.abc import Iterable

from liveedge.health.frame_rate import FrameRate


class Camera:
    """Counts pictures, second by second."""

    def __init__(self) -> None:
        self.rate = FrameRate()
        self.now = 0.0
        self.pictures = 0
        self.rate.observe(self.now, self.pictures)

    def run(self, counts: Iterable[int]) -> None:
        for count in counts:
            self.now += 1.0
            self.pictures += count
            self.rate.observe(self.now, self.pictures)


def test_knows_nothing_at_first() -> None:
    camera = Camera()
    camera.run([30] * 4)
    assert (camera.rate.fps, camera.rate.usual) == (None, None)
    camera.run([30] * 10)
    assert camera.rate.fps == 30
    assert camera.rate.usual is None, "ten seconds are too few to call anything usual"
    camera.run([30])
    assert camera.rate.usual == 30


def test_a_steady_camera_is_as_usual() -> None:
    camera = Camera()
    camera.run([30] * 60)
    assert (camera.rate.fps, camera.rate.usual) == (30, 30)


def test_a_collapse_is_not_learned_at_once() -> None:
    camera = Camera()
    camera.run([30] * 60 + [5] * 10)
    assert (camera.rate.fps, camera.rate.usual) == (5, 30)


def test_a_rate_that_stays_is_the_new_normal_after_a_minute() -> None:
    camera = Camera()
    camera.run([30] * 60 + [5] * 60)
    assert (camera.rate.fps, camera.rate.usual) == (5, None)
    camera.run([30] * 60 + [5] * 80)
    assert camera.rate.usual == 5


def test_a_camera_that_varies_has_a_low_baseline() -> None:
    camera = Camera()
    camera.run(([30] * 5 + [16] * 5) * 8)
    assert camera.rate.usual == 16


def test_an_outage_is_not_a_low_rate() -> None:
    camera = Camera()
    camera.run([30] * 60)
    camera.rate.interrupt()
    during = camera.rate.fps
    assert during is None
    camera.rate.observe(100.0, 1800)
    camera.rate.observe(103.0, 1890)
    camera.rate.observe(105.0, 1950)
    assert (camera.rate.fps, camera.rate.usual) == (30, 30)
