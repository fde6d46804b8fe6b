"""The virtual camera: one capture, one RTP stream, any number of clients.

    Picture → Encoder → Capture ─(thread → loop)→ _publish → RtpStream → Audience → clients

The camera takes pictures only while somebody plays. Like a real camera it keeps to its GOP: a
client that joins gets nothing before the next IDR picture, except the first one, whose PLAY
starts the capture with one.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from liveedge.camera.capture import Capture, CodedPicture, Scene
from liveedge.camera.encoder import Encoder
from liveedge.camera.picture import Picture
from liveedge.camera.rtp import CLOCK_RATE, PAYLOAD_TYPE, RtpStream
from liveedge.camera.settings import MIN_HEIGHT, CameraSettings
from liveedge.camera.stamp import WIDTH as STAMP_WIDTH
from liveedge.camera.tamper import Tamper
from liveedge.clock import Clock
from liveedge.rtsp.server_audience import Audience, Listener

_REPORT_SECONDS = 1.0


class VirtualCamera:
    """A stream that an RTSP server can offer (`liveedge.rtsp.server_session.Media`)."""

    track = "trackID=0"

    def __init__(
        self, settings: CameraSettings, clock: Clock, tamper: Tamper | None = None
    ) -> None:
        """Draw the background and open the encoder, which takes some tenths of a second."""
        scene = _make_scene(settings, settings.width, settings.height, settings.gop, settings.kbps)
        self._settings = settings
        self._clock = clock
        self._tamper = tamper
        self._capture = Capture(*scene, settings.fps, clock, self._publish)
        self._scenes = [scene]
        self._stream = self._new_stream(None)
        self._audience = Audience()
        self._latest = 0.0
        self.joined_at: float | None = None
        """When a client last began to play, monotonic."""
        self.sdp = describe(settings, scene.encoder.parameter_sets, self.track)

    @property
    def ssrc(self) -> int:
        """The SSRC of its packets."""
        return self._stream.ssrc

    def rtp_time(self) -> int:
        """Return the RTP timestamp of the newest picture, or of now if none is being taken."""
        return self._stream.rtp_time(self._latest if self._audience else self._clock.monotonic())

    def join(self, listener: Listener) -> None:
        """Send to a client from the next IDR picture on, and a sender report now."""
        self.joined_at = self._clock.monotonic()
        listener.send_report(self._report())
        self._audience.add(listener)
        self._capture.resume()

    def leave(self, listener: Listener) -> None:
        """Send to a client no longer; take no pictures once nobody is left."""
        self._audience.remove(listener)
        if not self._audience:
            self._capture.pause()

    def playing(self) -> int:
        """Return how many clients play."""
        return len(self._audience)

    # --- what faults do

    def begin_stream(self, overflow_in: float | None = None) -> None:
        """Number and stamp packets anew, as after a reboot."""
        self._stream = self._new_stream(overflow_in)

    def shift(self, seconds: float) -> None:
        """Let RTP time jump."""
        self._stream.shift(seconds)

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
        """Take pictures and send them until cancelled; then say good-bye."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._capture.run())
                tasks.create_task(self._send_reports())
        finally:
            moment = self._clock.monotonic(), self._clock.wall()
            self._audience.send_report(self._stream.goodbye(*moment))

    def _publish(self, coded: CodedPicture) -> None:
        """Send one picture to everybody; all that leaves the encoder passes here."""
        self._latest = coded.captured
        stream, tamper = self._stream, self._tamper
        if tamper is None:
            packets = stream.packetize(coded.nals, coded.captured)
        else:
            packets = tamper.packetize(stream, coded.nals, coded.captured)
        self._audience.send_access_unit(packets, self._clock.monotonic(), sync=coded.sync)

    async def _send_reports(self) -> None:
        while True:
            await asyncio.sleep(_REPORT_SECONDS)
            if self._audience:
                self._audience.send_report(self._report())

    def _new_stream(self, overflow_in: float | None) -> RtpStream:
        cname = f"camera@{self._settings.host}"
        codec = self._settings.coding
        return RtpStream(self._clock.monotonic(), cname, overflow_in, codec)

    def _report(self) -> bytes:
        return self._stream.sender_report(self._clock.monotonic(), self._clock.wall())


def describe(settings: CameraSettings, parameter_sets: tuple[bytes, ...], track: str) -> str:
    """Return the SDP (RFC 2327) of a stream with these parameter sets."""
    parameters = settings.coding.describe(parameter_sets)
    name = "".join(letter for letter in settings.name if letter.isprintable()) or "-"
    lines = (
        "v=0",
        "o=- 1 1 IN IP4 0.0.0.0",
        f"s={name}",
        "c=IN IP4 0.0.0.0",
        "t=0 0",
        "a=tool:liveedge",
        "a=control:*",
        "a=range:npt=now-",
        f"m=video 0 RTP/AVP {PAYLOAD_TYPE}",
        f"b=AS:{settings.kbps}",
        f"a=rtpmap:{PAYLOAD_TYPE} {settings.coding.encoding}/{CLOCK_RATE}",
        f"a=fmtp:{PAYLOAD_TYPE} {';'.join(parameters)}",
        f"a=framerate:{settings.fps}",
        f"a=control:{track}",
    )
    return "\r\n".join(lines) + "\r\n"


def _make_scene(
    settings: CameraSettings, width: int, height: int, gop: int, kbps: int | None
) -> Scene:
    encoder = Encoder(width, height, settings.fps, gop, kbps, settings.coding)
    note = f"{width}x{height}  {settings.fps} fps  GOP {gop}"
    return Scene(encoder, Picture(encoder.planes, settings.name, note))
