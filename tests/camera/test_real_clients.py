"""The camera as other people's programs see it."""

import asyncio
import json
from dataclasses import replace

import av
import pytest

from liveedge.camera.plane import planes_of
from liveedge.camera.stamp import delay_ms, read_stamp
from liveedge.clock import SystemClock
from tests.camera.test_command import SETTINGS, running

GUARDED = replace(SETTINGS, username="anna", password="geheim")
DEADLINE = 30.0


async def call(command: str) -> tuple[int | None, str, str]:
    """Run a program, its arguments without blanks; return its status, output and errors."""
    process = await asyncio.create_subprocess_exec(
        *command.split(),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(DEADLINE):
            output, errors = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.communicate()
        raise
    return process.returncode, output.decode(), errors.decode()


def with_password(url: str, user_and_password: str) -> str:
    return url.replace("//", f"//{user_and_password}@")


async def count_with_gstreamer(source: str, pictures: int) -> int:
    """How many pictures GStreamer decodes of `rtspsrc` with these properties, at most `pictures`.

    How it ends does not count: at its PAUSE its client now and then reports an end of file on a
    connection over which it then sends its TEARDOWN, and gets the answer.
    """
    _, output, _ = await call(
        f"gst-launch-1.0 -v rtspsrc {source} latency=50 ! rtph264depay ! h264parse ! avdec_h264"
        f" ! fakesink silent=false num-buffers={pictures}"
    )
    return output.count("last-message = chain")


@pytest.mark.real("ffmpeg")
async def test_ffprobe_sees_what_was_asked_for_and_proves_the_password_by_digest() -> None:
    async with running(GUARDED) as url:
        status, output, errors = await call(
            "ffprobe -v error -rtsp_transport tcp -show_streams -of json "
            + with_password(url, "anna:geheim")
        )
    assert (status, errors) == (0, "")
    (stream,) = json.loads(output)["streams"]
    assert stream["codec_name"] == "h264"
    assert stream["profile"] == "Constrained Baseline"
    assert stream["has_b_frames"] == 0
    assert (stream["width"], stream["height"]) == (SETTINGS.width, SETTINGS.height)
    assert (stream["color_range"], stream["color_space"]) == ("tv", "bt709")


@pytest.mark.real("ffmpeg")
async def test_ffprobe_is_refused_with_another_password() -> None:
    async with running(GUARDED) as url:
        status, _, errors = await call(
            "ffprobe -v error -rtsp_transport tcp " + with_password(url, "anna:falsch")
        )
    assert status != 0
    assert "401" in errors


@pytest.mark.real("ffmpeg")
async def test_ffmpeg_plays_over_udp() -> None:
    async with running() as url:
        status, output, errors = await call(
            f"ffmpeg -v error -rtsp_transport udp -i {url} -frames:v 20 -f framemd5 -"
        )
    assert (status, errors) == (0, "")
    assert len([line for line in output.splitlines() if line.startswith("0,")]) == 20


@pytest.mark.real("ffmpeg")
async def test_ffmpeg_decodes_sound_and_pictures_over_udp() -> None:
    async with running(replace(SETTINGS, audio="aac")) as url:
        status, output, errors = await call(
            f"ffmpeg -v error -rtsp_transport udp -i {url} -map 0 -t 1 -f framemd5 -"
        )
    assert (status, errors) == (0, "")
    lines = output.splitlines()
    assert any("48000" in line for line in lines if line.startswith("#"))
    for stream in ("0,", "1,"):
        assert len([line for line in lines if line.startswith(stream)]) >= 20


@pytest.mark.real("gstreamer")
@pytest.mark.parametrize("protocol", ["tcp", "udp"])
async def test_gstreamer_plays_sound_and_pictures(protocol: str) -> None:
    async with running(replace(SETTINGS, audio="pcma")) as url:
        _, output, _ = await call(
            f"gst-launch-1.0 -v rtspsrc name=camera location={url} protocols={protocol} latency=50"
            " camera. ! application/x-rtp,media=video ! rtph264depay ! h264parse ! avdec_h264"
            " ! fakesink name=seen silent=false num-buffers=20"
            " camera. ! application/x-rtp,media=audio ! rtppcmadepay ! alawdec"
            " ! fakesink name=heard silent=false num-buffers=40"
        )
    # What a sink says last is printed now and then, so not each buffer has its line.
    for sink in ("seen", "heard"):
        said = [line for line in output.splitlines() if f"GstFakeSink:{sink}: last-m" in line]
        assert len([line for line in said if "= chain" in line]) >= 10


@pytest.mark.real("gstreamer")
async def test_gstreamer_plays_over_udp() -> None:
    async with running() as url:
        assert await count_with_gstreamer(f"location={url} protocols=udp", 20) == 20


@pytest.mark.real("ffmpeg")
async def test_ffmpeg_over_udp_is_told_that_there_is_only_tcp() -> None:
    async with running(replace(SETTINGS, transport="tcp")) as url:
        status, _, errors = await call(f"ffprobe -v error -rtsp_transport udp {url}")
    assert status != 0
    assert "461" in errors or "transport" in errors.lower()


@pytest.mark.real("ffmpeg")
async def test_ffmpeg_decodes_every_picture_without_complaint() -> None:
    async with running() as url:
        status, output, errors = await call(
            f"ffmpeg -v error -rtsp_transport tcp -i {url} -frames:v 45 -f framemd5 -"
        )
    assert (status, errors) == (0, "")
    assert len([line for line in output.splitlines() if line.startswith("0,")]) == 45


@pytest.mark.real("gstreamer")
async def test_gstreamer_plays_with_the_password() -> None:
    async with running(GUARDED) as url:
        source = f"location={url} protocols=tcp user-id=anna user-pw=geheim"
        assert await count_with_gstreamer(source, 45) == 45


async def test_pyav_shows_pictures_that_were_just_taken() -> None:
    def watch(url: str) -> list[int]:
        with av.open(url, options={"rtsp_transport": "tcp", "timeout": "10000000"}) as container:
            delays = []
            for frame in container.decode(video=0):
                value = read_stamp(planes_of(frame)[0])
                delays.append(delay_ms(value, SystemClock().wall()))
                if len(delays) == 60:
                    break
            return delays

    async with running() as url:
        delays = await asyncio.to_thread(watch, url)
    assert all(0 <= delay < 5000 for delay in delays)
