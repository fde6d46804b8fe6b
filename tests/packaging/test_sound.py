import io

import av
import pytest

from liveedge.media.audio import AudioConfig, AudioUnit, aac_config, opus_config
from liveedge.media.chunk import FLAG_CAMERA_CLOCK, FLAG_GAP, FLAG_SYNC, HEADER, Chunk
from liveedge.packaging.sound import SoundPackager

NOW_US = 1_700_000_000_000_000


def add(packager: SoundPackager, unit: AudioUnit, media_time: int, *, gap: bool = False) -> Chunk:
    chunk = packager.add(
        unit, media_time, gap=gap, capture_us=NOW_US, arrival_us=NOW_US + 1000, camera_clock=True
    )
    assert chunk is not None
    return chunk


def tone(codec: str, rate: int, samples: int, frames: int) -> tuple[bytes, list[bytes]]:
    """What an encoder makes of a square wave: its configuration, and its packets."""
    encoder = av.CodecContext.create(codec, "w")
    assert isinstance(encoder, av.AudioCodecContext)
    encoder.sample_rate, encoder.layout = rate, "mono"
    encoder.format = {"aac": "fltp", "libopus": "flt"}.get(codec, "s16")
    encoder.open()
    packets = []
    for number in range(frames):
        frame = av.AudioFrame(encoder.format.name, "mono", samples)
        frame.sample_rate, frame.pts = rate, number * samples
        plane = frame.planes[0]
        plane.update(bytes(plane.buffer_size))
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    return encoder.extradata or b"", packets


@pytest.mark.parametrize("codec", ["aac", "opus"])
def test_ffmpeg_decodes_what_was_boxed(codec: str) -> None:
    name, rate, samples = {
        "aac": ("aac", 48000, 1024),
        "opus": ("libopus", 48000, 960),
    }[codec]
    extradata, packets = tone(name, rate, samples, 20)
    config: AudioConfig = {
        "aac": lambda: aac_config(extradata),
        "opus": lambda: opus_config(1),
    }[codec]()
    packager = SoundPackager(7)
    packager.configure(config, rate)
    step = samples * 90_000 // rate
    units = [AudioUnit(data, 0, samples, 1.0) for data in packets]
    chunks = [add(packager, unit, 500 + number * step) for number, unit in enumerate(units)]
    assert packager.epoch is not None
    data = packager.epoch.init + b"".join(chunk.payload for chunk in chunks)
    with av.open(io.BytesIO(data), "r", format="mp4") as container:
        (track,) = container.streams.audio
        assert (track.rate, track.channels) == (rate, 1)
        decoded = list(container.decode(track))
    assert len(decoded) >= len(units) - 1
    assert sum(frame.samples for frame in decoded) >= (len(units) - 1) * samples


def test_flags_and_times_reach_the_header() -> None:
    packager = SoundPackager(9)
    packager.configure(opus_config(1), 48000)
    chunk = add(packager, AudioUnit(b"x", 0, 960, 1.0), 900, gap=True)
    kind, flags, track, _, sequence, duration, decode_time, capture, delay, offset = (
        HEADER.unpack_from(chunk.message)
    )
    assert (kind, flags) == (2, FLAG_SYNC | FLAG_GAP | FLAG_CAMERA_CLOCK)
    assert (track, sequence, duration, decode_time) == (9, 0, 1800, 900)
    assert (capture, delay, offset) == (NOW_US, 1000, 0)


def test_another_configuration_opens_an_epoch_and_the_same_does_not() -> None:
    packager = SoundPackager(1)
    unit = AudioUnit(b"x", 0, 160, 1.0)
    none = packager.add(unit, 0, gap=False, capture_us=0, arrival_us=0, camera_clock=False)
    assert none is None
    packager.configure(opus_config(2), 48000)
    assert add(packager, unit, 0).epoch == 0
    packager.configure(opus_config(2), 48000)
    assert add(packager, unit, 1800).epoch == 0
    packager.configure(opus_config(1), 48000)
    assert add(packager, unit, 3600).epoch == 1


def test_decode_time_rises() -> None:
    packager = SoundPackager(1)
    packager.configure(opus_config(2), 48000)
    unit = AudioUnit(b"x", 0, 960, 1.0)
    assert [add(packager, unit, time).decode_time for time in (5, 5, 4, 90)] == [5, 6, 7, 90]
