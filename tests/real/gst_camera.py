#!/usr/bin/python3
"""An independent RTSP camera on GStreamer's gst-rtsp-server, with a clock burned into the picture.

Run by the system's Python, which has the bindings; `tests/real/gst.py` starts and ends it. Prints
`ready PORT` once it listens, then a line for each sign of life, each farewell and each session that
has expired, and ends when its standard input does.

The clock: 32 squares of 16 by 16 pixels from the top left corner, most significant bit first,
light is 1. The value is the Unix time in milliseconds, modulo 2**32, when the picture was drawn.
"""

import argparse
import itertools
import os
import struct
import sys
import threading
import time
from pathlib import Path
from typing import Any

import gi  # type: ignore[import-not-found]

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import (  # type: ignore[import-not-found]  # noqa: E402
    Gio,
    GLib,
    Gst,
    GstRtsp,
    GstRtspServer,
)

SQUARE = 16
BITS = 32
LIGHT, DARK = b"\xeb", b"\x10"
ROLE = "viewer"
SOUND_RATE = 48000
AUDIO = {
    "aac": "audio/x-raw,rate=48000,channels=2 ! avenc_aac bitrate=64000 ! aacparse ! rtpmp4gpay",
    "latm": "audio/x-raw,rate=48000,channels=2 ! avenc_aac bitrate=64000 ! aacparse ! rtpmp4apay",
    "opus": "audio/x-raw,rate=48000,channels=2 ! opusenc ! rtpopuspay",
    "pcmu": "audio/x-raw,rate=8000,channels=1 ! mulawenc ! rtppcmupay",
    "pcma": "audio/x-raw,rate=8000,channels=1 ! alawenc ! rtppcmapay",
}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--path", default="/cam")
    parser.add_argument("--size", default="640x360", help="WIDTHxHEIGHT")
    parser.add_argument("--fps", type=int, default=30)
    parser.add_argument("--gop", type=int, default=30, help="frames from keyframe to keyframe")
    parser.add_argument("--kbps", type=int, default=2000)
    parser.add_argument("--codec", choices=["h264", "h265", "jpeg"], default="h264")
    parser.add_argument("--audio", choices=sorted(AUDIO))
    parser.add_argument("--slices", type=int, default=1, help="of one picture")
    parser.add_argument("--user")
    parser.add_argument("--password")
    parser.add_argument("--certificate", type=Path, help="speak TLS; its key is beside it, .key")
    parser.add_argument("--session-timeout", type=int, help="seconds, without grace")
    parser.add_argument("--refuse-get-parameter", action="store_true")
    parser.add_argument("--auth", choices=["basic", "digest"], default="digest")
    return parser.parse_args()


class Painter:
    """Draws the pictures: a grey one with the clock, a moving bar and some noise."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.picture = bytearray(b"\x60" * (width * height) + b"\x80" * (width * height // 2))
        self.bar_rows = range(height // 4, height // 4 + 32)
        self.noise_at = height * 3 // 4 * width
        # A flat picture would compress to nothing and be no test of fragments.
        self.noise = [os.urandom(width * 8) for _ in range(16)]

    def draw(self, number: int) -> bytes:
        picture, width = bytearray(self.picture), self.width
        left = number * 8 % (width - 64)
        for row in self.bar_rows:
            picture[row * width + left : row * width + left + 64] = b"\xd0" * 64
        noise = self.noise[number % len(self.noise)]
        picture[self.noise_at : self.noise_at + len(noise)] = noise
        now = int(time.time() * 1000)
        bits = [LIGHT if now >> BITS - 1 - bit & 1 else DARK for bit in range(BITS)]
        line = b"".join(bit * SQUARE for bit in bits)
        for row in range(SQUARE):
            picture[row * width : row * width + len(line)] = line
        return bytes(picture)


class Factory(GstRtspServer.RTSPMediaFactory):  # type: ignore[misc]
    """One pipeline for all viewers, made when the first one comes."""

    def __init__(self, options: argparse.Namespace) -> None:
        super().__init__()
        self.options = options
        self.set_shared(True)
        self.connect("media-configure", self.on_media)

    def do_create_element(self, _url: Any) -> Any:
        o = self.options
        width, height = o.size.split("x")
        return Gst.parse_launch(
            "( appsrc name=source is-live=true format=time"
            f" caps=video/x-raw,format=I420,width={width},height={height},framerate={o.fps}/1"
            f" {self.encoder()} {self.audio()} )"
        )

    def audio(self) -> str:
        """A tone, and how it is sent."""
        kind = self.options.audio
        tone = (
            "appsrc name=sound is-live=true format=time"
            f" caps=audio/x-raw,format=S16LE,layout=interleaved,rate={SOUND_RATE},channels=1"
            " ! audioconvert ! audioresample"
        )
        return f"{tone} ! {AUDIO[kind]} name=pay1 pt=97" if kind else ""

    def encoder(self) -> str:
        """Encoder and payloader."""
        o = self.options
        if o.codec == "jpeg":
            return " ! jpegenc ! rtpjpegpay name=pay0 pt=26"
        if o.codec == "h265":
            return (
                " ! x265enc tune=zerolatency speed-preset=ultrafast"
                f" bitrate={o.kbps} key-int-max={o.gop}"
                " option-string=bframes=0:frame-threads=1:pools=none:scenecut=0:log-level=none"
                " ! h265parse ! rtph265pay name=pay0 pt=96 config-interval=-1"
                " aggregate-mode=zero-latency"
            )
        return (
            " ! x264enc tune=zerolatency speed-preset=ultrafast bframes=0 threads=1"
            f" byte-stream=true bitrate={o.kbps} key-int-max={o.gop}"
            f" option-string=slices={o.slices}:scenecut=0"
            " ! video/x-h264,profile=constrained-baseline"
            " ! rtph264pay name=pay0 pt=96 config-interval=-1 aggregate-mode=zero-latency"
        )

    def on_media(self, _factory: Any, media: Any) -> None:
        ended = threading.Event()
        media.connect("unprepared", lambda _media: ended.set())
        source = media.get_element().get_by_name("source")
        threading.Thread(target=self.feed, args=(source, ended), daemon=True).start()
        sound = media.get_element().get_by_name("sound")
        if sound is not None:
            threading.Thread(target=self.speak, args=(sound, ended), daemon=True).start()

    @staticmethod
    def push(source: Any, data: bytes) -> None:
        """Push what was made at this moment.

        `do-timestamp` would stamp what comes before the pipeline plays with the time since the
        machine was started, and the sinks would wait for that moment.
        """
        buffer = Gst.Buffer.new_wrapped(data)
        clock, base = source.get_clock(), source.get_base_time()
        buffer.pts = clock.get_time() - base if clock is not None and base else 0
        source.emit("push-buffer", buffer)

    def speak(self, sound: Any, ended: threading.Event) -> None:
        """A tenth of a second of a tone each second, 20 ms at a time."""
        begin = time.monotonic()
        samples = SOUND_RATE // 50
        tone = struct.pack(f"<{samples}h", *(8000 * (-1) ** (i // 24) for i in range(samples)))
        for number in itertools.count():
            if ended.wait(max(0.0, begin + number / 50 - time.monotonic())):
                return
            loud = number % 50 < 5
            self.push(sound, tone if loud else bytes(len(tone)))

    def feed(self, source: Any, ended: threading.Event) -> None:
        width, height = map(int, self.options.size.split("x"))
        painter = Painter(width, height)
        due = time.monotonic()
        number = 0
        while not ended.wait(max(0.0, due - time.monotonic())):
            self.push(source, painter.draw(number))
            number += 1
            due = max(due + 1 / self.options.fps, time.monotonic() - 0.1)


def authentication(options: argparse.Namespace, factory: Factory) -> Any:
    """One way at a time: the bindings take no combination of methods."""
    auth = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string(GstRtspServer.RTSP_TOKEN_MEDIA_FACTORY_ROLE, ROLE)
    if options.auth == "basic":
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic(options.user, options.password), token)
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.BASIC)
    else:
        auth.add_digest(options.user, options.password, token)
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
    permit(factory)
    return auth


def encryption(certificate: Path, factory: Factory) -> Any:
    """TLS for everybody: GStreamer's server takes it as a part of authentication."""
    auth = GstRtspServer.RTSPAuth()
    key = certificate.with_suffix(".key")
    auth.set_tls_certificate(Gio.TlsCertificate.new_from_files(str(certificate), str(key)))
    token = GstRtspServer.RTSPToken()
    token.set_string(GstRtspServer.RTSP_TOKEN_MEDIA_FACTORY_ROLE, ROLE)
    auth.set_default_token(token)
    permit(factory)
    return auth


def permit(factory: Factory) -> None:
    """Let the role see and open the media."""
    permissions = GstRtspServer.RTSPPermissions()
    permissions.add_permission_for_role(ROLE, GstRtspServer.RTSP_PERM_MEDIA_FACTORY_ACCESS, True)
    permissions.add_permission_for_role(ROLE, GstRtspServer.RTSP_PERM_MEDIA_FACTORY_CONSTRUCT, True)
    factory.set_permissions(permissions)


def follow(server: Any, options: argparse.Namespace) -> None:
    """Say what clients do to keep their sessions, and end those that do nothing."""

    def say(word: str) -> None:
        print(word, flush=True)  # noqa: T201 - what a test reads

    def refuse(*_: Any) -> Any:
        refused = options.refuse_get_parameter
        return GstRtsp.RTSPStatusCode(405 if refused else 200)

    def opened(_client: Any, session: Any) -> None:
        if options.session_timeout is not None:
            session.set_timeout(options.session_timeout)
            session.set_property("extra-timeout", 0)

    def connected(_server: Any, client: Any) -> None:
        client.connect("new-session", opened)
        client.connect("pre-get-parameter-request", refuse)
        for method in ("options", "get-parameter", "teardown"):
            client.connect(f"{method}-request", lambda *_, method=method: say(method))

    def end_sessions() -> bool:
        if server.get_session_pool().cleanup():
            say("expired")
        return True

    server.connect("client-connected", connected)
    GLib.timeout_add(100, end_sessions)


def main() -> None:
    options = arguments()
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(str(options.port))
    factory = Factory(options)
    if options.user is not None:
        server.set_auth(authentication(options, factory))
    elif options.certificate is not None:
        server.set_auth(encryption(options.certificate, factory))
    server.get_mount_points().add_factory(options.path, factory)
    follow(server, options)
    if server.attach(None) == 0:
        raise SystemExit("the port is taken")
    loop = GLib.MainLoop()
    GLib.io_add_watch(
        sys.stdin, GLib.PRIORITY_DEFAULT, GLib.IOCondition.HUP, lambda *_: loop.quit()
    )
    print("ready", server.get_bound_port(), flush=True)  # noqa: T201 - what the starter waits for
    loop.run()


if __name__ == "__main__":
    main()
