"""What measuring in a browser needs beside liveedge, and how to get it."""

import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from liveedge.errors import ConfigError

_NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def require_playwright() -> None:
    """Raise `ConfigError` if Playwright is not installed."""
    if find_spec("playwright") is None:
        raise ConfigError(
            "Measuring in a browser needs Playwright; run: pip install 'liveedge[bench]'"
        )


def find_ffmpeg() -> Path:
    """The FFmpeg of this machine; raise `ConfigError` if there is none."""
    found = shutil.which("ffmpeg")
    if found is None:
        raise ConfigError("There is no ffmpeg on PATH. Install one (Debian: apt install ffmpeg).")
    return Path(found)


def find_chromium(named: str | None) -> Path:
    """The Chromium of this machine; raise `ConfigError` if there is none.

    `named` is a path or a name on PATH. Nothing is ever downloaded.
    """
    if named is not None:
        found = shutil.which(named)
        if found is None:
            raise ConfigError(f"{named} is not a program; give --chromium the path of Chromium.")
        return Path(found)
    for name in _NAMES:
        found = shutil.which(name)
        if found is not None:
            return Path(found)
    raise ConfigError(
        "There is no Chromium on PATH. Install one (Debian: apt install chromium),"
        " or give its path with --chromium."
    )
