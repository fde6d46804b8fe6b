from pathlib import Path

import pytest

from liveedge.config.settings import Settings, make_settings, parse_settings, read_settings
from liveedge.config.url import CameraUrl
from liveedge.errors import ConfigError

CANARY = "S3cr3t-CANARY"
GOOD = """
[server]
port = 9000

[streams.door]
name = "Front door"
url = "rtsp://admin:pw@10.0.0.5/stream1"

[streams.yard]
url = "rtsp://10.0.0.6/"
"""


def password(settings: Settings) -> str | None:
    url = settings.streams["door"].url
    assert isinstance(url, CameraUrl)
    return url.password


def test_a_good_file(tmp_path: Path) -> None:
    path = tmp_path / "liveedge.toml"
    path.write_text(GOOD)
    settings = read_settings(path)
    assert settings.server.host == "127.0.0.1"
    assert settings.server.port == 9000
    assert list(settings.streams) == ["door", "yard"]
    assert password(settings) == "pw"
    assert "pw" not in repr(settings)


def test_the_environment_holds_secrets() -> None:
    data = {"streams": {"door": {"url": "rtsp://u:${DOOR_PASSWORD}@cam/"}}}
    settings = make_settings(data, {"DOOR_PASSWORD": "x"}, "test")
    assert password(settings) == "x"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[server", "not valid TOML"),
        ("[server]\nprot = 1", '"server.prot" is not a setting'),
        ("[server]\nport = 70000", "server.port"),
        ("[streams.Door]\nurl = 'rtsp://cam/'", "cannot be a stream id"),
        ("[streams.'../x']\nurl = 'rtsp://cam/'", "cannot be a stream id"),
        ("[streams.door]\nname = 'x'", "streams.door.url"),
        (f"[streams.door]\nurl = 'ftp://u:{CANARY}@cam/'", "must begin with rtsp://"),
        (f"[streams.door]\nurl = ['{CANARY}']", "a camera URL is text"),
        (f"[streams.door]\nurl = 'rtsp://u:{CANARY}@cam:x/'", "malformed"),
        (
            "[streams.door]\nurl = 'rtsp://u:${NOT_SET_ANYWHERE}@cam/'",
            "NOT_SET_ANYWHERE is not set",
        ),
        ("streams = 5", "streams"),
    ],
)
def test_mistakes_are_named_without_secrets(text: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_settings(text, "liveedge.toml")
    message = str(caught.value)
    assert words in message
    assert message.startswith("liveedge.toml")
    assert CANARY not in message


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: no such file"):
        read_settings(tmp_path / "absent.toml")
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="not UTF-8"):
        read_settings(binary)
    large = tmp_path / "large.toml"
    large.write_bytes(b"#" * 1_100_000)
    with pytest.raises(ConfigError, match="larger than"):
        read_settings(large)
