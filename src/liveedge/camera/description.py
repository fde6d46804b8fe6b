"""How the camera describes itself: SDP (RFC 2327) as real cameras write it."""

from collections.abc import Iterator

from liveedge.camera.rtp import CLOCK_RATE, PAYLOAD_TYPE
from liveedge.camera.settings import CameraSettings
from liveedge.camera.sound_codecs import SoundCodec

PICTURES, SOUND = "trackID=0", "trackID=1"
"""Control URLs of the tracks, relative to that of the camera."""


def describe(settings: CameraSettings, parameter_sets: tuple[bytes, ...]) -> str:
    """Return the description of a camera whose pictures have these parameter sets."""
    name = "".join(letter for letter in settings.name if letter.isprintable()) or "-"
    lines = [
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
        f"a=fmtp:{PAYLOAD_TYPE} {';'.join(settings.coding.describe(parameter_sets))}",
        f"a=framerate:{settings.fps}",
        f"a=control:{PICTURES}",
    ]
    if settings.sound_codec is not None:
        lines += _sound(settings.sound_codec)
    return "\r\n".join(lines) + "\r\n"


def _sound(codec: SoundCodec) -> Iterator[str]:
    yield f"m=audio 0 RTP/AVP {codec.payload_type}"
    if codec.kbps is not None:
        yield f"b=AS:{codec.kbps}"
    yield f"a=rtpmap:{codec.payload_type} {codec.rtpmap}"
    if codec.fmtp is not None:
        yield f"a=fmtp:{codec.payload_type} {codec.fmtp}"
    yield f"a=control:{SOUND}"
