import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveedge.config.engine import Engine
from liveedge.config.media_url import MediaUrl, is_media_url, parse_media_url
from liveedge.config.settings import StreamSettings, parse_settings
from liveedge.config.url import CameraUrl
from liveedge.errors import ConfigError

CANARY = "S3cr3t-CANARY"


@pytest.mark.parametrize(
    ("text", "display", "address"),
    [
        ("file:///media/a%C3%A9.mp4", "file:///media/aé.mp4", "/media/aé.mp4"),
        ("v4l2:///dev/video0", "v4l2:///dev/video0", "/dev/video0"),
        (f"rtmp://h:1935/live/{CANARY}", "rtmp://h:1935/…", None),
        (f"http://u:{CANARY}@h/a.m3u8?t={CANARY}", "http://h/a.m3u8?…", None),
        (f"srt://[::1]:9000?passphrase={CANARY}", "srt://[::1]:9000?…", None),
        ("https://cam.test", "https://cam.test", None),
    ],
)
def test_an_address_is_shown_without_what_is_secret(
    text: str, display: str, address: str | None
) -> None:
    url = parse_media_url(text)
    assert (str(url), url.display, url.address) == (display, display, address or text)
    assert CANARY not in repr(url)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("file://host/video.mp4", "three slashes"),
        ("file:video.mp4", "three slashes"),
        ("v4l2:///etc/shadow", "v4l2:///dev/video0"),
        (f"rtmp://:{CANARY}@/live", "names no host"),
        (f"http://{CANARY}:x/", "malformed"),
        (f"http://h/{CANARY} -f x", "blank"),
        ("http://h/" + "a" * 3000, "longer"),
    ],
)
def test_an_address_that_cannot_be_is_refused(text: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        parse_media_url(text)
    assert CANARY not in str(caught.value)


@given(st.sampled_from(["file", "http", "rtmp", "v4l2"]), st.text(max_size=30))
def test_any_text_is_an_address_or_an_error(scheme: str, rest: str) -> None:
    text = f"{scheme}://{rest}"
    assert is_media_url(text)
    with contextlib.suppress(ConfigError):
        assert isinstance(parse_media_url(text), MediaUrl)


def stream(lines: str) -> StreamSettings:
    return parse_settings(f"[streams.door]\n{lines}", "test").streams["door"]


def test_a_stream_may_have_such_an_address() -> None:
    settings = stream('url = "file:///media/video.mp4"')
    assert isinstance(settings.url, MediaUrl)
    assert settings.engine is Engine.AUTO


@pytest.mark.parametrize("scheme", ["https", "rtmps"])
def test_its_certificate_may_be_believed(scheme: str) -> None:
    assert not stream(f'url = "{scheme}://h/a"\ntls_verify = false').tls_verify


def test_a_stream_may_have_a_sub_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASSWORD", CANARY)
    settings = stream('url = "rtsp://h/1"\nlow_url = "rtsp://u:${PASSWORD}@h/2"')
    assert isinstance(settings.low_url, CameraUrl)
    assert settings.low_url.password == CANARY
    assert CANARY not in repr(settings)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ('url = "rtsp://h/a"\nlow_url = "rtmp://h/a"\nengine = "native"', "rtmp://"),
        ('url = "rtmp://h/a"\nengine = "native"', 'only engine = "ffmpeg"'),
        ('url = "rtmp://h/a"\ntransport = "udp"', "for RTSP cameras"),
        ('url = "http://h/a"\ntls_verify = false', "for RTSP cameras"),
        (f'url = "rtsps://h/a"\nengine = "ffmpeg"\ntls_fingerprint = "{"0" * 64}"', "fingerprint"),
        ('url = "rtsp://h/a"\nengine = "gstreamer"', "engine"),
        ('url = "concat:/etc/passwd"', "must begin with"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(lines: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        stream(lines)
