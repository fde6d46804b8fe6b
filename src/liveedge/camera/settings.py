"""What a virtual camera can be told."""

import re
from dataclasses import dataclass, field

from liveedge.camera.codecs import CODECS, Codec
from liveedge.camera.sound_codecs import SOUND_CODECS, SoundCodec
from liveedge.camera.stamp import WIDTH as STAMP_WIDTH
from liveedge.errors import ConfigError

TRANSPORTS = ("any", "tcp", "udp")

MIN_HEIGHT = 240
MAX_WIDTH, MAX_HEIGHT = 4096, 2304


@dataclass(frozen=True, slots=True)
class CameraSettings:
    """Settings of one virtual camera; raises `ConfigError` where they make no camera."""

    host: str = "127.0.0.1"
    port: int = 8554
    """0 picks a free one."""
    path: str = "/cam"
    fps: int = 30
    """Pictures a second, 1 to 120."""
    gop: int = 15
    """Pictures from one IDR picture to the next."""
    width: int = 1280
    """Pixels; even, and wide enough for the stamp of 512."""
    height: int = 720
    """Pixels; even."""
    kbps: int = 2000
    """Bit rate in 1000 bit/s."""
    codec: str = "h264"
    """`h264` or `h265`."""
    audio: str | None = None
    """`aac`, `opus`, `pcmu` or `pcma`: a beep at each full second, and a flash beside it; None is
    a camera without a microphone."""
    name: str = "Camera"
    """Shown in the picture; also chooses its colours."""
    transport: str = "any"
    """The ways that RTP may take: over the RTSP connection, over UDP, or as the client likes."""
    tls: bool = False
    """RTSP over TLS with a certificate of its own, and RTP over the same connection."""
    username: str | None = None
    """With a password: clients have to prove both, by Digest or Basic."""
    password: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        _check(0 <= self.port <= 0xFFFF, "The port must be 0 to 65535.")
        _check(
            self.path.startswith("/") and self.path.strip("/") != "" and self.path.isascii(),
            "The path must begin with a slash and name something, such as /cam.",
        )
        _check(
            not any(letter in self.path for letter in " ?#") and self.path.isprintable(),
            "The path must hold no blank, no ? and no #.",
        )
        _check(1 <= self.fps <= 120, "The camera takes 1 to 120 pictures a second.")
        _check(1 <= self.gop <= 3600, "The GOP must be 1 to 3600 pictures.")
        _check(
            STAMP_WIDTH <= self.width <= MAX_WIDTH and MIN_HEIGHT <= self.height <= MAX_HEIGHT,
            f"The size must be between {STAMP_WIDTH}x{MIN_HEIGHT} and {MAX_WIDTH}x{MAX_HEIGHT}.",
        )
        _check(
            self.width % 2 == 0 and self.height % 2 == 0, "Width and height must be even numbers."
        )
        _check(self.codec in CODECS, f"The codec must be {' or '.join(CODECS)}.")
        _check(
            self.audio is None or self.audio in SOUND_CODECS,
            f"The sound is one of {', '.join(SOUND_CODECS)}.",
        )
        _check(50 <= self.kbps <= 100_000, "The bit rate must be 50 to 100000 kbit/s.")
        _check(
            self.transport in TRANSPORTS,
            f"The transport is one of {', '.join(TRANSPORTS)}.",
        )
        _check(
            not self.tls or self.transport != "udp",
            "What goes over UDP is not encrypted; leave out either --tls or --transport udp.",
        )
        _check(0 < len(self.name) <= 60, "The name must have 1 to 60 letters.")
        _check(
            (self.username is None) == (self.password is None),
            "User name and password go together: give both, or neither.",
        )

    @property
    def coding(self) -> Codec:
        """How pictures are encoded."""
        return CODECS[self.codec]

    @property
    def sound_codec(self) -> SoundCodec | None:
        """How sound is coded, None if there is none."""
        return None if self.audio is None else SOUND_CODECS[self.audio]

    @property
    def credentials(self) -> tuple[str, str] | None:
        """User name and password, None if everybody may watch."""
        if self.username is None or self.password is None:
            return None
        return self.username, self.password


def parse_size(text: str) -> tuple[int, int]:
    """Read a size such as `1280x720`; raise `ConfigError` if it is none."""
    found = re.fullmatch(r"(\d{1,5})x(\d{1,5})", text, re.ASCII | re.IGNORECASE)
    if found is None:
        raise ConfigError("The size must be width x height in pixels, such as 1280x720.")
    return int(found[1]), int(found[2])


def _check(holds: bool, message: str) -> None:
    if not holds:
        raise ConfigError(message)
