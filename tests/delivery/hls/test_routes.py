"""Names under `/hls/`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveedge.delivery.hls.playlist import (
    init_name,
    media_name,
    part_name,
    segment_name,
    sound_name,
)
from liveedge.delivery.hls.routes import Route, resolve
from liveedge.window.segment import Targets


@pytest.mark.parametrize(
    ("name", "route"),
    [
        ("index.m3u8", Route("door", "multivariant", "index.m3u8", "", 0)),
        ("single.m3u8", Route("door", "single", "single.m3u8", "", 0)),
        (
            sound_name("0123abcd", Targets(1, 90, 105), 2),
            Route("door", "sound", "0123abcd.sound-1-105-2.m3u8", "0123abcd", 0, sounding=True),
        ),
        (
            part_name("0123abcd.a3", 7),
            Route("door", "part", "0123abcd.a3.p7.m4s", "0123abcd.a3", 7, sounding=True),
        ),
        (
            media_name("0123abcd", Targets(1, 105)),
            Route("door", "media", "0123abcd.live-1-105.m3u8", "0123abcd", 0),
        ),
        (part_name("0123abcd", 7), Route("door", "part", "0123abcd.p7.m4s", "0123abcd", 7)),
        (segment_name("0123abcd", 8), Route("door", "segment", "0123abcd.s8.m4s", "0123abcd", 8)),
        (init_name("0123abcd", 0), Route("door", "init", "0123abcd.i0.mp4", "0123abcd", 0)),
    ],
)
def test_every_name_that_playlists_use_is_understood(name: str, route: Route) -> None:
    assert resolve(f"/hls/door/{name}") == route


@pytest.mark.parametrize(
    "path",
    [
        "/hls/",
        "/hls/door",
        "/hls/door/",
        "/hls//index.m3u8",
        "/hls/door/INDEX.M3U8",
        "/hls/door/index.m3u8/",
        "/hls/door/index.m3u8\n",
        "/hls/door/../index.m3u8",
        "/hls/door/a/index.m3u8",
        "/hls/door/0123abcd.p-1.m4s",
        "/hls/door/0123abcd.p1.mp4",
        "/hls/door/0123ABCD.p1.m4s",
        "/hls/door/123abcd.p1.m4s",
        "/hls/door/0123abcd.p" + "1" * 16 + ".m4s",
        "/hls/door/0123abcd.p\u0661.m4s",
        "/hls/door/0123abcd.live-1-.m3u8",
        "/hls/door/0123abcd.live-1-1000000000.m3u8",
        "/hls/door/live-1-105.m3u8",
        "/hls/door/etc/passwd",
    ],
)
def test_any_other_name_means_nothing(path: str) -> None:
    assert resolve(path) is None


@given(st.text(max_size=80))
def test_whatever_is_asked_for_is_no_path(path: str) -> None:
    route = resolve("/hls/" + path)
    assert route is None or "/" not in route.name
