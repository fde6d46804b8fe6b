"""Playlists of arbitrary cameras, as a strict client reads them: see `Watcher`."""

from hypothesis import given, settings
from hypothesis import strategies as st

from liveedge.config.hls import HlsSettings
from liveedge.media.audio import AudioConfig, aac_config, opus_config
from tests.delivery.hls.camera import Camera
from tests.delivery.hls.listener import Listener
from tests.delivery.hls.microphone import AAC, SoundingCamera
from tests.delivery.hls.viewer import Viewer

CONFIGS = [
    AAC,
    opus_config(2),
    aac_config(bytes.fromhex("1210")),
    AudioConfig("mp4a.40.2", 48000, 6, b"mp4a", b"", 1024),
]
FRAME_RATES = st.sampled_from([30, 25, 15, 12.5, 10, 60, 20, 5, 29.97])


@st.composite
def jittered(draw: st.DrawFn) -> tuple[list[tuple[bool, int]], float]:
    """A GOP: (sync, ticks until the next picture) of each picture, with jitter and pauses."""
    rate = draw(FRAME_RATES)
    jitter = draw(st.sampled_from([0, 0, 100, 450]))
    frames = draw(st.integers(1, 60))
    nominal = round(90_000 / rate)
    pauses = draw(st.dictionaries(st.integers(0, frames - 1), st.integers(1, 300_000), max_size=1))
    intervals = [
        max(1, nominal + draw(st.integers(-jitter, jitter)) + pauses.get(index, 0))
        for index in range(frames)
    ]
    return [(index == 0, interval) for index, interval in enumerate(intervals)], rate


EVENTS = st.one_of(
    jittered(),
    st.sampled_from(["lose", "change", "absent", "lose and change", "clock set back", "reordered"]),
)


def happens(camera: Camera, event: tuple[list[tuple[bool, int]], float] | str) -> None:
    """Let a camera live through it."""
    if isinstance(event, tuple):
        for sync, interval in event[0]:
            camera.picture(sync=sync, interval=interval)
    elif event == "absent":
        camera.lose()
        for _ in range(8):
            camera.wait(40_000)
            camera.cutter.absent(camera.now)
    elif event == "reordered":
        camera.reordered_gop()
    elif event == "clock set back":
        camera.clock_offset_us -= 3_600_000_000
    else:
        if "change" in event:
            camera.change()
        if "lose" in event:
            camera.lose(0.7)


@settings(max_examples=60, deadline=None)
@given(st.lists(EVENTS, min_size=3, max_size=25), st.sampled_from([None, 3]))
def test_whatever_a_camera_does_the_playlist_keeps_the_rules(
    events: list[tuple[list[tuple[bool, int]], float] | str], wanted: int | None
) -> None:
    camera = Camera(HlsSettings(segments=wanted))
    viewer = Viewer(camera, shortest=None if wanted else 3)
    for event in events:
        happens(camera, event)
    viewer.finish()


SOUNDS = st.sampled_from(["on", "off", "late", "in time", "hole"])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(EVENTS, SOUNDS), min_size=3, max_size=25), st.sampled_from(CONFIGS))
def test_whatever_a_camera_says_the_playlist_of_its_sound_keeps_the_rules(
    events: list[tuple[list[tuple[bool, int]], float] | str], config: AudioConfig
) -> None:
    camera = SoundingCamera(config=config)
    camera.gops(2)
    listener = Listener(camera)
    for event in events:
        if event in ("on", "off"):
            camera.is_on = event == "on"
        elif event in ("late", "in time"):
            camera.lag = 50_000 if event == "late" else 0
        elif event == "hole":
            camera.say(camera.media_time + 7 * camera.unit)
        else:
            happens(camera, event)
        listener.check_beside()
    listener.finish()
