"""The `[hls]` section of the configuration file."""

import pytest

from liveedge.config.hls import HlsSettings
from liveedge.config.settings import parse_settings
from liveedge.errors import ConfigError


def test_everything_may_be_left_out() -> None:
    assert parse_settings("", "test").hls == HlsSettings()


def test_every_setting_can_be_written() -> None:
    text = """
        [hls]
        segment_seconds = 1
        part_seconds = 0.2
        segments = 3
        cdn = true
        cors_origins = ["https://example.org"]
        max_bytes = 1000000
        max_waiting = 10
    """
    assert parse_settings(text, "test").hls == HlsSettings(
        segment_seconds=1.0,
        part_seconds=0.2,
        segments=3,
        cdn=True,
        cors_origins=frozenset({"https://example.org"}),
        max_bytes=1_000_000,
        max_waiting=10,
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("segment = 3", '"hls.segment" is not a setting'),
        ("segments = 1", "segments must be at least 2"),
        ("segments = 'many'", "hls.segments"),
        ("segment_seconds = 0.1", "segment_seconds must be from 0.3 to 10 seconds"),
        ("segment_seconds = nan", "segment_seconds must be"),
        ("part_seconds = 0.01", "part_seconds must be at least 0.03"),
        ("part_seconds = 1", "at most segment_seconds"),
        ("max_bytes = 0", "max_bytes must be at least"),
        ("max_waiting = -1", "max_waiting must be"),
    ],
)
def test_mistakes_are_named(text: str, words: str) -> None:
    with pytest.raises(ConfigError, match=r"^test: ") as caught:
        parse_settings(f"[hls]\n{text}", "test")
    assert words in str(caught.value)
