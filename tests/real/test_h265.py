"""A camera of H.265 that somebody else wrote, all the way to a player that somebody else wrote."""

import asyncio
import json

import pytest

from liveedge.children import Child
from tests.real.gst import gst_camera

pytestmark = [pytest.mark.real("gstreamer", "ffmpeg"), pytest.mark.timeout(90)]


async def test_ffmpeg_decodes_what_gstreamer_sends_in_h265_and_what_becomes_of_it() -> None:
    with gst_camera(codec="h265", size="640x360", gop=15) as camera:
        config = f'[server]\nport = 0\n[streams.door]\nurl = "{camera.url()}"\n'
        arguments = ["serve", "--config", "-", "--die-with-parent", "--log-level", "error"]
        with Child(arguments, stdin=config) as server:
            address = await asyncio.to_thread(server.wait_ready)
            probed = await probe(f"{address}hls/door/index.m3u8")
            converted = await probe(f"{address}hls/door~h264/index.m3u8")
    (stream,) = probed["streams"]
    assert (stream["codec_name"], stream["codec_tag_string"]) == ("hevc", "hvc1")
    assert (stream["width"], stream["height"]) == (640, 360)
    frames = probed["frames"]
    assert len(frames) >= 20
    assert frames[0]["key_frame"] == 1
    (stream,) = converted["streams"]
    assert (stream["codec_name"], stream["codec_tag_string"]) == ("h264", "avc1")
    assert (stream["width"], stream["height"]) == (640, 360)
    assert len(converted["frames"]) >= 20


async def probe(url: str) -> dict[str, list[dict[str, str | int]]]:
    """What FFmpeg makes of the first second and a half of a playlist; it decodes all of it."""
    command = ["ffprobe", "-v", "error", "-select_streams", "v", "-read_intervals", "%+1.5"]
    entries = "stream=codec_name,codec_tag_string,width,height:frame=key_frame,pts_time"
    process = await asyncio.create_subprocess_exec(
        *command, "-of", "json", "-show_entries", entries, url, stdout=-1, stderr=-1
    )
    async with asyncio.timeout(60):
        out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    assert err == b""
    probed: dict[str, list[dict[str, str | int]]] = json.loads(out)
    return probed
