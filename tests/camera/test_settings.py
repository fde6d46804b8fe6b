from dataclasses import replace

import pytest

from liveedge.camera.settings import CameraSettings, parse_size
from liveedge.errors import ConfigError


@pytest.mark.parametrize(
    "change",
    [
        {"port": 65536},
        {"path": "cam"},
        {"path": "/"},
        {"path": "/a b"},
        {"path": "/a?b"},
        {"path": "/ä"},
        {"path": "/a\r\nb"},
        {"fps": 0},
        {"fps": 121},
        {"gop": 0},
        {"width": 510},
        {"width": 641},
        {"height": 238},
        {"height": 361},
        {"width": 8192},
        {"kbps": 0},
        {"audio": "mp3"},
        {"name": ""},
        {"name": "x" * 61},
        {"username": "anna"},
        {"password": "secret"},
    ],
)
def test_settings_that_make_no_camera_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        replace(CameraSettings(), **change)  # type: ignore[arg-type]


def test_credentials_are_both_or_none_and_never_shown() -> None:
    assert CameraSettings().credentials is None
    settings = CameraSettings(username="anna", password="geheim")
    assert settings.credentials == ("anna", "geheim")
    assert "geheim" not in repr(settings)


def test_a_size_is_two_numbers() -> None:
    assert parse_size("1280x720") == (1280, 720)
    assert parse_size("640X360") == (640, 360)


@pytest.mark.parametrize("text", ["", "1280", "x", "1280x", "axb", "-1x2", "1280x720x2", "١x٢"])  # noqa: RUF001
def test_other_texts_are_no_size(text: str) -> None:
    with pytest.raises(ConfigError):
        parse_size(text)
