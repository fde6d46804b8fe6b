import pytest

from liveedge.config.rtsp import OnLoss, RtspSettings, RtspTransport, parse_fingerprint
from liveedge.config.settings import StreamSettings, make_settings
from liveedge.errors import ConfigError

DIGEST = "0123456789abcdef" * 4


def stream(**fields: object) -> StreamSettings:
    return make_settings({"streams": {"door": fields}}, {}, "test").streams["door"]


def test_by_default_the_way_is_found_and_certificates_are_verified() -> None:
    assert stream(url="rtsp://cam/").rtsp == RtspSettings(RtspTransport.AUTO, True, None)


def test_sound_is_asked_for_unless_somebody_says_no() -> None:
    assert stream(url="rtsp://cam/").rtsp.audio
    assert not stream(url="rtsp://cam/", audio=False).rtsp.audio
    assert not stream(url="http://host/live.ts", audio=False).audio, "which has none to ask for"


def test_what_a_loss_left_is_shown_unless_somebody_prefers_to_wait() -> None:
    assert stream(url="rtsp://cam/").rtsp.on_loss is OnLoss.SHOW
    assert stream(url="rtsp://cam/", on_loss="wait").rtsp.on_loss is OnLoss.WAIT
    assert stream(url="http://host/live.ts", on_loss="wait").on_loss is OnLoss.WAIT
    with pytest.raises(ConfigError, match="'show' or 'wait'"):
        stream(url="rtsp://cam/", on_loss="guess")


@pytest.mark.parametrize("text", [DIGEST, f"sha256:{DIGEST}", f"SHA256:{DIGEST.upper()}"])
def test_a_fingerprint(text: str) -> None:
    assert stream(url="rtsps://cam/", tls_fingerprint=text).rtsp.tls_fingerprint == bytes.fromhex(
        DIGEST
    )


def test_a_fingerprint_may_have_colons() -> None:
    pairs = ":".join(DIGEST[at : at + 2] for at in range(0, 64, 2))
    assert parse_fingerprint(pairs) == bytes.fromhex(DIGEST)


@pytest.mark.parametrize("transport", list(RtspTransport))
def test_a_transport(transport: RtspTransport) -> None:
    assert stream(url="rtsp://cam/", transport=transport.value).rtsp.transport is transport


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"transport": "pigeon"}, "streams.door.transport"),
        ({"url": "rtsps://cam/", "tls_fingerprint": "md5:1234"}, "64 hexadecimal digits"),
        ({"url": "rtsps://cam/", "tls_fingerprint": 5}, "64 hexadecimal digits"),
        (
            {"url": "rtsps://cam/", "tls_fingerprint": DIGEST, "tls_verify": False},
            "contradict each other",
        ),
        ({"tls_verify": False}, "rtsps:// is"),
        ({"tls_fingerprint": DIGEST}, "rtsps:// is"),
        ({"url": "rtsps://cam/", "transport": "udp"}, "encrypted connection"),
        ({"url": "rtsp+http://cam/", "transport": "udp"}, "tunnel through HTTP"),
    ],
)
def test_mistakes_are_named(fields: dict[str, object], says: str) -> None:
    with pytest.raises(ConfigError, match=r"test: streams\.door") as caught:
        stream(**{"url": "rtsp://cam/", **fields})
    assert says in str(caught.value)
