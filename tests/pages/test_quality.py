"""Which quality a player shows by itself and when somebody asks, and what is seen in between."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect

from liveedge.children import Child
from tests.pages.site import PICTURE_MS, START_SECONDS, chromium

pytestmark = pytest.mark.browser

CAMERA = ["camera", "--port", "0", "--fps", "15", "--gop", "8", "--kbps", "300"]
NOTE_WIDTHS = """(player) => {
  window.widths = [];
  const { widths } = window;
  player.onframe = ({ width }) => { if (width !== widths.at(-1)) widths.push(width); };
}"""


@contextmanager
def serving() -> Iterator[str]:
    """A server with a camera that has a sub-stream."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
        with (
            Child([*CAMERA, "--size", "640x360", "--die-with-parent"]) as main,
            Child([*CAMERA, "--size", "512x288", "--die-with-parent"]) as sub,
        ):
            urls = [json.dumps(camera.wait_ready(START_SECONDS)) for camera in (main, sub)]
            config = f"[server]\nport = 0\n[streams.door]\nurl = {urls[0]}\nlow_url = {urls[1]}"
            with Child(["serve", "--config", "-", "--die-with-parent"], stdin=config) as server:
                yield server.wait_ready(START_SECONDS)


def expect_quality(page: Page, quality: str) -> None:
    page.wait_for_function(
        """(quality) => {
          const { stats } = document.querySelector('live-edge-player');
          return stats.state === 'live' && stats.quality === quality;
        }""",
        arg=quality,
        timeout=PICTURE_MS,
    )


def follow(page: Page) -> None:
    """Make the place smaller and larger, and ask for the small picture by hand."""
    expect_quality(page, "high")
    page.locator("live-edge-player").evaluate(NOTE_WIDTHS)
    page.set_viewport_size({"width": 400, "height": 225})
    expect_quality(page, "low")
    page.set_viewport_size({"width": 1200, "height": 675})
    expect_quality(page, "high")
    page.get_by_label("Quality").select_option("low")
    expect_quality(page, "low")
    assert page.url.endswith("&quality=low")
    expect(page.locator("live-edge-player .badge")).to_contain_text("low")
    page.wait_for_function("window.widths.length === 4")
    assert page.evaluate("window.widths") == [640, 512, 640, 512]


def test_it_follows_the_size_and_the_choice_and_shows_nothing_else_in_between() -> None:
    with serving() as site, chromium() as browser:
        for transport in ("webcodecs", "mse"):
            page = browser.new_page()
            page.goto(f"{site}watch/door?transport={transport}")
            follow(page)
            page.close()
