"""FFmpeg's libraries as a source, in real workers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import pytest

from liveedge.camera.command import CameraSettings, serve_camera
from liveedge.config.engine import Engine
from liveedge.config.media_url import MediaUrl, parse_media_url
from liveedge.config.url import CameraUrl, parse_camera_url
from liveedge.errors import Reason, SourceError
from liveedge.ingest.engine import FixedEngine
from liveedge.ingest.ffmpeg import FfmpegOpener, Stats
from liveedge.ingest.source import Measured
from tests.ingest.sinks import Sink

FRAMES = 10


def make_video(path: Path, codec: str, pixels: str = "yuv420p", *, b_pictures: int = 0) -> Path:
    """A file of `FRAMES` pictures at 50 fps, each a different grey."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=50)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 128, 96, pixels
        stream.codec_context.time_base = Fraction(1, 50)
        stream.options = {"bf": str(b_pictures)}
        for index in range(FRAMES):
            frame = av.VideoFrame(128, 96, pixels)
            for plane in frame.planes:
                plane.update(bytes([40 + 9 * index]) * plane.buffer_size)
            frame.pts = index
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


async def play(url: CameraUrl | MediaUrl, wanted: int) -> tuple[Sink, Stats]:
    """Take at least `wanted` pictures of an address."""
    sink = Sink(wanted)
    source = FfmpegOpener(url)(sink)
    task = asyncio.create_task(source.run_once())
    enough = asyncio.create_task(sink.enough.wait())
    async with asyncio.timeout(30):
        await asyncio.wait({task, enough}, return_when=asyncio.FIRST_COMPLETED)
    enough.cancel()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    assert isinstance(source, Measured)
    assert isinstance(source.stats, Stats)
    return sink, source.stats


async def failure(url: CameraUrl | MediaUrl) -> SourceError:
    with pytest.raises(SourceError) as caught:
        async with asyncio.timeout(30):
            await FfmpegOpener(url)(Sink()).run_once()
    return caught.value


@pytest.mark.parametrize("ending", ["mp4", "ts", "flv"])
async def test_h264_is_passed_on_as_it_is(tmp_path: Path, ending: str) -> None:
    path = make_video(tmp_path / f"a.{ending}", "libx264")
    sink, stats = await play(parse_media_url(f"file://{path}"), FRAMES)
    assert sink.video is not None
    assert (sink.video.codec, sink.video.clock_rate) == ("h264", 90_000)
    first = sink.units[0]
    assert first.sync
    sets = (*sink.video.parameter_sets, *first.parameter_sets)
    assert {nal[0] & 31 for nal in sets} == {7, 8}
    assert all(nal[0] & 31 in {1, 5, 6} for unit in sink.units for nal in unit.nals)
    assert stats.packets >= FRAMES
    assert stats.bytes > 0


async def test_a_file_begins_again_and_time_goes_on(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.mp4", "libx264")
    sink, _ = await play(parse_media_url(f"file://{path}"), 2 * FRAMES + 1)
    syncs = [unit.rtp_time for unit in sink.units if unit.sync]
    assert [later - syncs[0] for later in syncs[1:3]] == [FRAMES * 1800, 2 * FRAMES * 1800]


async def test_what_browsers_do_not_play_becomes_h264(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.avi", "mjpeg", "yuvj420p")
    sink, _ = await play(parse_media_url(f"file://{path}"), FRAMES)
    assert sink.video is not None
    assert sink.video.codec == "h264"
    assert sink.units[0].sync
    assert {nal[0] & 31 for nal in sink.units[0].parameter_sets} == {7, 8}
    times = [unit.rtp_time for unit in sink.units[:FRAMES]]
    assert times == [index * 1800 for index in range(FRAMES)]


async def test_pictures_that_come_in_another_order_keep_their_times(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.ts", "mpeg2video", b_pictures=2)
    sink, _ = await play(parse_media_url(f"file://{path}"), FRAMES - 2)
    steps = [b.rtp_time - a.rtp_time for a, b in pairwise(sink.units[: FRAMES - 2])]
    assert set(steps) == {1800}


async def test_what_the_worker_takes_is_counted(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.avi", "mjpeg", "yuvj420p")
    opener = FfmpegOpener(parse_media_url(f"file://{path}"))
    engine = FixedEngine(Engine.FFMPEG, opener)
    sink = Sink(FRAMES)
    task = asyncio.create_task(engine(sink).run_once())
    async with asyncio.timeout(30):
        await sink.enough.wait()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    assert engine.cost is opener.cost
    assert opener.cost.seconds > 0


def make_refreshed(path: Path) -> Path:
    """A file of pictures that are refreshed column by column, without any keyframe."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=50)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 128, 96, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 50)
        stream.options = {"tune": "zerolatency", "x264-params": "intra-refresh=1:keyint=10"}
        for index in range(60):
            frame = av.VideoFrame(128, 96, "yuv420p")
            for plane in frame.planes:
                plane.update(bytes([40 + 3 * index]) * plane.buffer_size)
            frame.pts = index
            for packet in stream.encode(frame):
                if index >= 5:  # Whoever comes later sees nothing of the first one.
                    container.mux(packet)
    return path


async def test_pictures_without_keyframes_become_such_with_them(tmp_path: Path) -> None:
    path = make_refreshed(tmp_path / "a.ts")
    sink, _ = await play(parse_media_url(f"file://{path}"), 30)
    assert sink.video is not None
    assert sink.video.codec == "h264"
    assert sink.units[0].sync
    assert {nal[0] & 31 for unit in sink.units for nal in unit.nals} == {1, 5}


@pytest.mark.parametrize(
    ("name", "reason"), [("none.mp4", Reason.NOT_FOUND), ("text.mp4", Reason.UNSUPPORTED)]
)
async def test_what_cannot_be_opened_says_why(tmp_path: Path, name: str, reason: Reason) -> None:
    (tmp_path / "text.mp4").write_text("This is no video. " * 100)
    error = await failure(parse_media_url(f"file://{tmp_path}/{name}"))
    assert error.reason is reason
    assert str(error).startswith(f"file://{tmp_path}/{name}: ")


async def test_a_playlist_cannot_make_it_open_files(tmp_path: Path) -> None:
    make_video(tmp_path / "a.ts", "libx264")
    listing = f"ffconcat version 1.0\nfile '{tmp_path}/a.ts'\n"
    for name, text in (
        ("a.mp4", listing),
        ("b.m3u8", f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{tmp_path}/a.ts\n"),
    ):
        (tmp_path / name).write_text(text)
        error = await failure(parse_media_url(f"file://{tmp_path}/{name}"))
        assert error.reason is Reason.UNSUPPORTED


@asynccontextmanager
async def camera(password: str | None) -> AsyncIterator[str]:
    """The address of a virtual camera, without credentials."""
    urls: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    user = None if password is None else "viewer"
    settings = CameraSettings(
        port=0, width=512, height=240, gop=5, username=user, password=password
    )
    task = asyncio.create_task(serve_camera(settings, ready=urls.set_result))
    try:
        yield await urls
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_a_camera_is_played_with_its_own_clock() -> None:
    async with camera("p@ss:w/rd") as url:
        address = url.replace("rtsp://", "rtsp://viewer:p%40ss%3Aw%2Frd@")
        sink, _ = await play(parse_camera_url(address), 12)
    assert any(unit.sync for unit in sink.units)
    assert sink.reports
    assert {rtp_time for _, rtp_time in sink.reports} >= {sink.units[-1].rtp_time}


async def test_a_wrong_password_is_said_without_saying_it() -> None:
    async with camera("right") as url:
        error = await failure(parse_camera_url(url.replace("rtsp://", "rtsp://viewer:wr0ng@")))
    assert error.reason is Reason.UNAUTHORIZED
    assert "wr0ng" not in f"{error} {error.args} {error.__cause__}"
    assert "viewer" not in str(error)
