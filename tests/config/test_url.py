import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveedge.config.url import parse_camera_url
from liveedge.errors import ConfigError

CANARY = "S3cr3t-CANARY"


@pytest.mark.parametrize(
    ("text", "request_url", "username", "password"),
    [
        ("rtsp://10.0.0.5/stream1", "rtsp://10.0.0.5/stream1", None, None),
        ("rtsp://10.0.0.5:554/a", "rtsp://10.0.0.5/a", None, None),
        ("rtsp://cam:8554", "rtsp://cam:8554/", None, None),
        ("rtsp://u:p%40%3a@cam/x?y=1&z=2", "rtsp://cam/x?y=1&z=2", "u", "p@:"),
        ("rtsp://u@[fe80::1]:8554/x", "rtsp://[fe80::1]:8554/x", "u", None),
        ("RTSP://Cam/X", "rtsp://cam/X", None, None),
        ("rtsps://cam:322/x", "rtsps://cam/x", None, None),
        ("rtsps://cam:554/x", "rtsps://cam:554/x", None, None),
        ("rtsp+http://u:p@cam/x", "rtsp://cam/x", "u", "p"),
        ("rtsp+https://cam:8443/x", "rtsp://cam:8443/x", None, None),
    ],
)
def test_parse(text: str, request_url: str, username: str | None, password: str | None) -> None:
    url = parse_camera_url(text)
    assert (url.request, url.username, url.password) == (request_url, username, password)


@pytest.mark.parametrize(
    ("text", "secure", "tunnelled", "shown"),
    [
        ("rtsp://u:p@cam/x", False, False, "rtsp://cam/x"),
        ("rtsps://u:p@cam/x?y=z", True, False, "rtsps://cam/x?…"),
        ("rtsp+http://u:p@cam/x", False, True, "rtsp+http://cam/x"),
        ("rtsp+https://u:p@cam:99/x", True, True, "rtsp+https://cam:99/x"),
    ],
)
def test_the_scheme_says_how_to_get_there(
    text: str, secure: bool, tunnelled: bool, shown: str
) -> None:
    url = parse_camera_url(text)
    assert (url.secure, url.tunnelled, url.display) == (secure, tunnelled, shown)


@pytest.mark.parametrize(
    "text",
    [
        f"rtsp://user:{CANARY}@host/path",
        f"rtsp://{CANARY}:pass@host/path",
        f"rtsp://host/path?user=admin&password={CANARY}",
        f"rtsp://user:{CANARY}%40x@host:8554/",
    ],
)
def test_credentials_are_never_shown(text: str) -> None:
    url = parse_camera_url(text)
    assert CANARY not in f"{url} {url!r} {url.display}".replace(url.path, "")
    assert CANARY not in str(url)
    assert CANARY not in url.display


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/etc/passwd",
        "file:///etc/passwd",
        "http://host/",
        f"rtsp://u:{CANARY}@",
        f"rtsp://u:{CANARY}@host:port/",
        f"rtsp://u:{CANARY}@host:99999/",
        f"rtsp://u:{CANARY}@[::1/",
        f"rtsp://u:{CANARY}@host/a b",
        f"rtsp://u:{CANARY}@host/a%0d%0aX: y",
        "rtsp://host/" + "a" * 3000,
        " rtsp://host/",
        "concat:rtsp://host/",
    ],
)
def test_what_is_no_camera_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_camera_url(text)
    assert CANARY not in str(caught.value)


@given(st.text(max_size=100))
def test_any_text_is_taken_or_refused(text: str) -> None:
    try:
        url = parse_camera_url("rtsp://" + text)
    except ConfigError:
        return
    assert "\r" not in url.request
    assert "\n" not in url.request
    assert " " not in url.request
