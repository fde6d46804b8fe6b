from itertools import count

import pytest
from av.video.frame import VideoFrame

from liveedge.camera.flash import read_flash
from liveedge.camera.palette import PALETTES, palette_of
from liveedge.camera.picture import Picture
from liveedge.camera.plane import Plane, planes_of
from liveedge.camera.scenery import Layout
from liveedge.camera.stamp import BLOCK, DARK, WIDTH, read_stamp, stamp_value
from liveedge.camera.water import Water

WALL = 1_700_000_000.123


def make(
    width: int = 640, height: int = 360, name: str = "Test"
) -> tuple[Picture, tuple[Plane, Plane, Plane]]:
    planes = planes_of(VideoFrame(width, height, "yuv420p"))
    return Picture(planes, name, "note"), planes


@pytest.mark.parametrize("size", [(512, 240), (640, 480), (854, 480), (1280, 720), (512, 1024)])
@pytest.mark.parametrize("palette", range(len(PALETTES)))
def test_the_flash_is_seen_in_every_size_and_leaves_nothing_behind(
    size: tuple[int, int], palette: int
) -> None:
    planes = planes_of(VideoFrame(*size, "yuv420p"))
    name = next(str(n) for n in count() if palette_of(str(n)) is PALETTES[palette])
    picture = Picture(planes, name, "note", flashes=True)
    picture.draw(1_700_000_000.5, 1)
    before = samples(planes[0])
    assert not read_flash(planes[0])
    picture.draw(1_700_000_001.05, 2)
    assert read_flash(planes[0])
    picture.draw(1_700_000_000.5, 1)
    assert samples(planes[0]) == before


def samples(plane: Plane) -> list[bytes]:
    return [bytes(plane.row(y)) for y in range(plane.height)]


@pytest.mark.parametrize("size", [(512, 240), (640, 480), (854, 480), (1280, 720), (512, 1024)])
def test_every_size_can_be_drawn_at_every_moment(size: tuple[int, int]) -> None:
    picture, planes = make(*size)
    for step in range(100):
        picture.draw(WALL + step * 0.93, step)
        assert read_stamp(planes[0]) == stamp_value(WALL + step * 0.93)
    for plane in planes:
        values = b"".join(samples(plane))
        assert min(values) >= 16
        assert max(values) <= 240


def test_the_rest_of_the_top_rows_is_plain() -> None:
    picture, planes = make()
    picture.draw(WALL, 1)
    for y in range(BLOCK):
        assert set(planes[0].row(y)[WIDTH:]) == {DARK}
        assert set(planes[1].row(y // 2)) == set(planes[2].row(y // 2)) == {128}


def test_only_luma_moves() -> None:
    picture, (luma, blue, red) = make()
    picture.draw(WALL, 1)
    before = samples(luma), samples(blue), samples(red)
    picture.draw(WALL + 1 / 30, 2)
    assert samples(luma) != before[0]
    assert (samples(blue), samples(red)) == before[1:]


def test_a_picture_depends_on_its_time_and_not_on_those_before_it() -> None:
    first, first_planes = make()
    for step in range(60):
        first.draw(WALL + step * 1.7, step)
    first.draw(WALL + 200, 1000)
    second, second_planes = make()
    second.draw(WALL + 200, 1000)
    assert samples(first_planes[0]) == samples(second_planes[0])


def test_cameras_with_other_names_look_different() -> None:
    pictures = [make(name=f"Camera {number}") for number in (1, 2)]
    for picture, _ in pictures:
        picture.draw(WALL, 1)
    assert samples(pictures[0][1][1]) != samples(pictures[1][1][1])


def test_the_water_keeps_moving() -> None:
    layout = Layout(640, 360)
    plane = Plane(memoryview(bytearray(640 * 360)), 640, 640, 360)
    water = Water(plane, layout, PALETTES[0], seed=1)
    seen = set()
    for step in range(10):
        water.draw(WALL + step / 30)
        seen.add(bytes(plane.view))
    assert len(seen) == 10
    assert not any(plane.view[: layout.horizon * 640])
