"""Which client opens a camera."""

from collections.abc import Callable

import pytest
from structlog.testing import capture_logs

from liveedge.clock import SystemClock
from liveedge.config.engine import Engine
from liveedge.config.media_url import parse_media_url
from liveedge.config.rtsp import RtspSettings
from liveedge.config.url import parse_camera_url
from liveedge.errors import Reason, SourceError
from liveedge.ingest.engine import CURABLE, AutoEngine, FixedEngine, camera_source
from liveedge.ingest.ffmpeg import Stats
from liveedge.ingest.source import Measured, MediaSink, Source
from tests.ingest.sinks import Sink

CAMERA = parse_camera_url("rtsp://u:secret@camera/live")


class Client:
    """Fails as told, after some packets."""

    def __init__(self) -> None:
        self.attempts = 0
        self.packets = 0
        self.reason = Reason.REFUSED

    def open(self, sink: MediaSink) -> Source:
        client = self

        class Attempt:
            stats = Stats(packets=self.packets)

            async def run_once(self) -> None:
                client.attempts += 1
                raise SourceError(client.reason, f"It said {client.reason}.")

        return Attempt()


@pytest.fixture
def native() -> Client:
    return Client()


@pytest.fixture
def ffmpeg() -> Client:
    return Client()


@pytest.fixture
def engine(native: Client, ffmpeg: Client) -> AutoEngine:
    return AutoEngine(native.open, ffmpeg.open, "rtsp://camera/")


async def attempt(engine: Callable[[MediaSink], Source]) -> Reason:
    source = engine(Sink())
    assert isinstance(source, Measured)
    with pytest.raises(SourceError) as caught:
        await source.run_once()
    return caught.value.reason


@pytest.mark.parametrize("reason", sorted(CURABLE))
async def test_what_another_client_may_understand_is_tried_with_it(
    engine: AutoEngine, native: Client, ffmpeg: Client, reason: Reason
) -> None:
    native.reason, ffmpeg.packets = reason, 10
    assert engine.engine is Engine.NATIVE
    assert await attempt(engine) is Reason.REFUSED
    assert (native.attempts, ffmpeg.attempts) == (1, 1)
    assert (engine.engine, engine.because) == (Engine.FFMPEG, f"It said {reason}.")
    # It stays with what has delivered.
    await attempt(engine)
    assert (native.attempts, ffmpeg.attempts) == (1, 2)


async def test_pictures_without_keyframes_are_tried_with_another_client(
    engine: AutoEngine, native: Client, ffmpeg: Client
) -> None:
    native.reason, native.packets, ffmpeg.packets = Reason.NO_KEYFRAME, 500, 10
    assert await attempt(engine) is Reason.REFUSED
    assert (engine.engine, engine.because) == (Engine.FFMPEG, "It said no_keyframe.")


@pytest.mark.parametrize("reason", sorted(set(Reason) - CURABLE - {Reason.NO_KEYFRAME}))
async def test_what_no_client_can_help_is_not(
    engine: AutoEngine, native: Client, ffmpeg: Client, reason: Reason
) -> None:
    native.reason = reason
    assert await attempt(engine) is reason
    assert (ffmpeg.attempts, engine.because) == (0, None)


async def test_a_camera_that_delivered_is_not_given_to_another_client(
    engine: AutoEngine, native: Client, ffmpeg: Client
) -> None:
    native.reason, native.packets = Reason.PROTOCOL, 10
    assert await attempt(engine) is Reason.PROTOCOL
    assert ffmpeg.attempts == 0


async def test_if_neither_can_the_native_client_begins_again(
    engine: AutoEngine, native: Client, ffmpeg: Client
) -> None:
    native.reason = Reason.UNSUPPORTED
    for attempts in (1, 2):
        assert await attempt(engine) is Reason.UNSUPPORTED, "what the native client said"
        assert (native.attempts, ffmpeg.attempts) == (attempts, attempts)
        assert (engine.engine, engine.because) == (Engine.NATIVE, None)


@pytest.mark.parametrize(
    ("url", "wanted", "settings", "expected"),
    [
        (CAMERA, Engine.AUTO, RtspSettings(), "AutoEngine native"),
        (CAMERA, Engine.NATIVE, RtspSettings(), "FixedEngine native"),
        (CAMERA, Engine.FFMPEG, RtspSettings(), "FixedEngine ffmpeg"),
        (CAMERA, Engine.AUTO, RtspSettings(tls_fingerprint=bytes(32)), "FixedEngine native"),
        (parse_media_url("file:///a"), Engine.AUTO, RtspSettings(), "FixedEngine ffmpeg"),
    ],
)
def test_the_engine_follows_from_the_settings(
    url: object, wanted: Engine, settings: RtspSettings, expected: str
) -> None:
    source = camera_source(url, wanted, SystemClock(), settings)  # type: ignore[arg-type]
    assert isinstance(source, AutoEngine | FixedEngine)
    assert f"{type(source).__name__} {source.engine}" == expected


@pytest.mark.parametrize("verify", [True, False])
def test_a_camera_that_anybody_could_pose_as_is_logged(verify: bool) -> None:
    url = parse_media_url("https://u:secret@camera/video")
    with capture_logs() as logs:
        camera_source(url, Engine.AUTO, SystemClock(), RtspSettings(tls_verify=verify))
    assert [line["event"] for line in logs] == ([] if verify else ["tls_not_verified"])
    assert "secret" not in str(logs)
