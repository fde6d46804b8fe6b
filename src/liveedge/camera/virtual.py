"""The virtual camera: one capture, one RTP stream a track, any number of clients.

    Picture → Encoder → Capture ─(thread → loop)→ PictureTrack → Audience → clients
    Sound → Microphone ─────────────────────────→ SoundTrack   → Audience → clients

The camera takes pictures only while somebody plays. Like a real camera it keeps to its GOP: a
client that joins gets nothing before the next IDR picture, except the first one, whose PLAY
starts the capture with one.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from liveedge.camera.capture import Capture, CodedPicture, Scene
from liveedge.camera.description import PICTURES, SOUND, describe
from liveedge.camera.encoder import Encoder
from liveedge.camera.moments import now
from liveedge.camera.picture import Picture
from liveedge.camera.rtp import PictureStream, SoundStream
from liveedge.camera.settings import MIN_HEIGHT, CameraSettings
from liveedge.camera.sound import record
from liveedge.camera.sound_codecs import SoundCodec
from liveedge.camera.stamp import WIDTH as STAMP_WIDTH
from liveedge.camera.tamper import Tamper
from liveedge.camera.tracks import PictureTrack, SoundTrack
from liveedge.clock import Clock

_REPORT_SECONDS = 1.0


class VirtualCamera:
    """A stream that an RTSP server can offer (`liveedge.rtsp.server_session.Media`)."""

    def __init__(
        self, settings: CameraSettings, clock: Clock, tamper: Tamper | None = None
    ) -> None:
        """Draw the background and open the encoders, which takes some tenths of a second."""
        scene = _make_scene(settings, settings.width, settings.height, settings.gop, settings.kbps)
        self._settings = settings
        self._clock = clock
        cname = f"camera@{settings.host}"
        self._capture = Capture(*scene, settings.fps, clock, self._publish)
        self._scenes = [scene]
        tamper = tamper or Tamper()
        self._pictures = PictureTrack(
            PICTURES,
            lambda overflow_in: PictureStream(
                clock.monotonic(), cname, overflow_in, settings.coding
            ),
            clock,
            tamper,
            self._capture,
        )
        self._sound = _sound_track(settings.sound_codec, cname, clock, tamper)
        self.tracks = (self._pictures, *(() if self._sound is None else (self._sound,)))
        self.sdp = describe(settings, scene.encoder.parameter_sets)

    @property
    def joined_at(self) -> float | None:
        """When a client last began to play, monotonic."""
        return max((t.joined_at for t in self.tracks if t.joined_at is not None), default=None)

    def playing(self) -> int:
        """Return how many clients play."""
        return max(len(track.audience) for track in self.tracks)

    # --- what faults do

    def begin_stream(self, overflow_in: float | None = None) -> None:
        """Number and stamp packets anew, as after a reboot."""
        for track in self.tracks:
            track.begin_stream(overflow_in)

    def shift(self, seconds: float) -> None:
        """Let RTP time jump."""
        for track in self.tracks:
            track.stream.shift(seconds)

    @asynccontextmanager
    async def frozen(self) -> AsyncIterator[None]:
        """Take one picture again and again, as of a scene in which nothing moves.

        At constant quality, for at a constant rate the bits that are left over would refine it.
        """
        settings = self._settings
        async with self._other_scene(settings.width, settings.height, settings.gop, kbps=None):
            self._capture.frozen = True
            try:
                yield
            finally:
                self._capture.frozen = False

    @asynccontextmanager
    async def other_scene(
        self, *, scale: float = 1.0, gop: int | None = None
    ) -> AsyncIterator[None]:
        """Take pictures of another size, or with another GOP; go back when left."""
        settings = self._settings
        width = max(STAMP_WIDTH, round(settings.width * scale / 2) * 2)
        height = max(MIN_HEIGHT, round(settings.height * scale / 2) * 2)
        async with self._other_scene(width, height, gop or settings.gop, settings.kbps):
            yield

    @asynccontextmanager
    async def _other_scene(
        self, width: int, height: int, gop: int, kbps: int | None
    ) -> AsyncIterator[None]:
        scene = await asyncio.to_thread(_make_scene, self._settings, width, height, gop, kbps)
        # Before it is shown, for a frozen picture should not lack its clock.
        scene.picture.draw(self._clock.wall(), 0)
        self._scenes.append(scene)
        self._capture.scene = scene
        try:
            yield
        finally:
            self._scenes.remove(scene)
            self._capture.scene = self._scenes[-1]

    # --- how it goes on

    async def run(self) -> None:
        """Take pictures, hear and send until cancelled; then say good-bye."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._capture.run())
                tasks.create_task(self._send_reports())
                if self._sound is not None:
                    tasks.create_task(self._sound.microphone.run())
        finally:
            moment = now(self._clock)
            for track in self.tracks:
                track.end(moment)

    def _publish(self, coded: CodedPicture) -> None:
        """Send one picture to everybody; all that leaves the encoder passes here."""
        self._pictures.send(coded)

    async def _send_reports(self) -> None:
        while True:
            await asyncio.sleep(_REPORT_SECONDS)
            moment = now(self._clock)
            for track in self.tracks:
                track.report(moment)


def _sound_track(
    codec: SoundCodec | None, cname: str, clock: Clock, tamper: Tamper
) -> SoundTrack | None:
    if codec is None:
        return None
    return SoundTrack(
        record(codec),
        SOUND,
        lambda overflow_in: SoundStream(codec, clock.monotonic(), cname, overflow_in),
        clock,
        tamper,
    )


def _make_scene(
    settings: CameraSettings, width: int, height: int, gop: int, kbps: int | None
) -> Scene:
    encoder = Encoder(width, height, settings.fps, gop, kbps, settings.coding)
    note = f"{width}x{height}  {settings.fps} fps  GOP {gop}"
    flashes = settings.audio is not None
    return Scene(encoder, Picture(encoder.planes, settings.name, note, flashes=flashes))
