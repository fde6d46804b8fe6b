"""Sound of what FFmpeg's libraries open, in real workers and by itself."""

import asyncio
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveedge.config.media_url import parse_media_url
from liveedge.errors import WorkerError
from liveedge.ingest.ffmpeg import FfmpegOpener
from liveedge.ingest.ffmpeg_sound import FfmpegSound
from liveedge.media.audio import AudioUnit, ForeignAudio
from liveedge.rtsp.audio import AudioTrack
from liveedge.workers.messages import Message
from tests.ingest.sinks import Sink

FRAMES = 25
SECONDS = 1


class Listening:
    """A handler that keeps what it hears."""

    def __init__(self) -> None:
        self.tracks: list[AudioTrack] = []
        self.units: list[AudioUnit] = []

    def begins(self, track: AudioTrack) -> None:
        self.tracks.append(track)

    def unit(self, unit: AudioUnit) -> None:
        self.units.append(unit)

    def sender_report(self, unix_us: int, rtp_time: int) -> None:
        raise AssertionError("libav tells nothing of it")


class AudibleSink(Sink):
    """Takes sound, too."""

    def __init__(self, wanted: int) -> None:
        super().__init__(wanted)
        self.sound = Listening()


def make_film(path: Path, codec: str, rate: int, layout: str) -> Path:
    """One second of pictures and sound, in packets that take turns."""
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=FRAMES)
        assert isinstance(video, av.VideoStream)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        video.codec_context.options = {"tune": "zerolatency"}
        audio = container.add_stream(codec, rate=rate)
        assert isinstance(audio, av.AudioStream)
        audio.layout = layout
        # FFmpeg's own encoder of AC-3 and the like want floats; those of PCM do not.
        formats = audio.codec_context.codec.audio_formats
        assert formats
        audio.format = formats[0]
        resampler = av.AudioResampler(
            audio.format.name, layout, rate, audio.codec_context.frame_size or rate // FRAMES
        )
        for index in range(FRAMES):
            picture = av.VideoFrame(64, 48, "yuv420p")
            for plane in picture.planes:
                plane.update(bytes([40 + index]) * plane.buffer_size)
            picture.pts = index
            container.mux(video.encode(picture))
            sound = av.AudioFrame("s16", "mono", rate // FRAMES)
            sound.sample_rate, sound.pts = rate, index * (rate // FRAMES)
            sound.time_base = Fraction(1, rate)
            sound.planes[0].update(bytes(sound.planes[0].buffer_size))
            for resampled in resampler.resample(sound):
                container.mux(audio.encode(resampled))
        container.mux(video.encode(None))
        container.mux(audio.encode(None))
    return path


async def play(path: Path, pictures: int, *, audio: bool = True) -> AudibleSink:
    sink = AudibleSink(pictures)
    source = FfmpegOpener(parse_media_url(f"file://{path}"), audio=audio)(sink)
    task = asyncio.create_task(source.run_once())
    async with asyncio.timeout(30):
        await sink.enough.wait()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    return sink


@pytest.mark.parametrize(
    ("ending", "codec", "rate", "layout", "name"),
    [
        ("mp4", "aac", 48_000, "stereo", "mp4a.40.2"),
        ("ts", "aac", 44_100, "mono", "mp4a.40.2"),
        ("mkv", "libopus", 48_000, "mono", "opus"),
        ("avi", "pcm_mulaw", 8_000, "mono", "PCM_MULAW"),
        ("ts", "mp2", 48_000, "stereo", "MP2"),
    ],
)
async def test_sound_comes_on_the_axis_of_the_pictures(
    tmp_path: Path, ending: str, codec: str, rate: int, layout: str, name: str
) -> None:
    path = make_film(tmp_path / f"a.{ending}", codec, rate, layout)
    rounds = 2 if ending == "mp4" else 1
    sink = await play(path, rounds * FRAMES + 5)
    (track,) = sink.sound.tracks
    assert (track.config.codec, track.config.channels) == (name, 2 if layout == "stereo" else 1)
    assert track.config.sample_rate == rate
    assert isinstance(track.config, ForeignAudio) is name.isupper()
    assert track.shares_clock
    units = sink.sound.units
    assert all(unit.data[:2] not in (b"\xff\xf1", b"\xff\xf9") for unit in units)
    heard = sum(unit.duration for unit in units) / 90_000
    assert rounds - 0.2 < heard < rounds + 0.6, "in the second round of the film as in the first"
    first = sink.units[0].rtp_time
    ticks = [(unit.rtp_time - first + 0x80000000 & 0xFFFFFFFF) - 0x80000000 for unit in units]
    steps = [step / 90_000 for step in ticks]
    assert -0.1 < min(steps) < 0.1
    assert rounds - 0.2 < max(steps) < rounds + 0.4


async def test_sound_is_left_where_nobody_wants_it(tmp_path: Path) -> None:
    path = make_film(tmp_path / "a.mp4", "aac", 48_000, "mono")
    sink = await play(path, FRAMES, audio=False)
    assert not sink.sound.tracks
    assert not sink.sound.units


AAC = {"codec": "aac", "sample_rate": 48_000, "channels": 1, "setup": "1188"}


@pytest.mark.parametrize(
    "described",
    [
        None,
        {},
        AAC | {"setup": "zz"},
        AAC | {"setup": "f8"},
        AAC | {"sample_rate": 0},
        AAC | {"channels": 99},
        AAC | {"codec": "h264"},
        AAC | {"codec": "opus", "channels": 6},
        AAC | {"codec": 7},
        "aac",
    ],
    ids=str,
)
def test_what_cannot_be_played_is_no_sound(described: object) -> None:
    heard = Listening()
    sound = FfmpegSound(heard, described)
    sound.take(Message("sound", {"rtp_time": 0, "duration": 1920, "arrival": 1.0}, b"x"))
    assert not heard.tracks
    assert not heard.units


def test_aac_of_another_kind_is_converted() -> None:
    heard = Listening()
    FfmpegSound(heard, AAC | {"setup": "0988"})
    assert [track.config for track in heard.tracks] == [
        ForeignAudio("AAC", "aac", 48_000, 1, bytes.fromhex("0988"))
    ]


@given(
    st.dictionaries(
        st.sampled_from(["rtp_time", "duration", "arrival"]),
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    ),
    st.binary(max_size=40),
)
def test_any_piece_is_a_unit_or_nothing_or_an_error(values: dict[str, object], data: bytes) -> None:
    heard = Listening()
    sound = FfmpegSound(heard, AAC)
    with suppress(WorkerError):
        sound.take(Message("sound", values, data))
    assert all(0 <= unit.rtp_time < 1 << 32 and unit.data for unit in heard.units)
    assert all(0 <= unit.duration <= 90_000 for unit in heard.units)
