"""Which quality a player shows by itself and when somebody asks, and what is seen in between."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from liveedge.bench.link import Link
from liveedge.children import Child
from tests.pages.site import PICTURE_MS, START_SECONDS, chromium

pytestmark = pytest.mark.browser

KBPS = 900
CAMERA = ["camera", "--port", "0", "--fps", "15", "--gop", "8", "--kbps", str(KBPS)]
NOTE_WIDTHS = """(player) => {
  window.widths = [];
  const { widths } = window;
  player.onframe = ({ width }) => { if (width !== widths.at(-1)) widths.push(width); };
}"""


@contextmanager
def serving(**sizes: str) -> Iterator[str]:
    """A server with a camera whose `url`, and perhaps `low_url`, sends pictures of a size."""
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        patch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
        config = "[server]\nport = 0\n[streams.door]\n"
        for name, size in sizes.items():
            camera = Child([*CAMERA, "--size", size, "--die-with-parent"])
            url = stack.enter_context(camera).wait_ready(START_SECONDS)
            config += f"{name} = {json.dumps(url)}\n"
        server = Child(["serve", "--config", "-", "--die-with-parent"], stdin=config)
        yield stack.enter_context(server).wait_ready(START_SECONDS)


def expect_quality(page: Page, quality: str) -> None:
    page.wait_for_function(
        """(quality) => {
          const { stats } = document.querySelector('live-edge-player');
          return stats.state === 'live' && stats.quality === quality;
        }""",
        arg=quality,
        timeout=PICTURE_MS,
    )


def test_it_follows_the_size_and_the_choice_and_shows_nothing_else_in_between() -> None:
    with serving(url="640x360", low_url="512x288") as site, chromium() as browser:
        page = browser.new_page()
        page.goto(f"{site}watch/door?transport=mse")
        expect_quality(page, "high")
        page.locator("live-edge-player").evaluate(NOTE_WIDTHS)
        page.set_viewport_size({"width": 400, "height": 225})
        expect_quality(page, "low")
        page.set_viewport_size({"width": 1200, "height": 675})
        expect_quality(page, "high")
        page.get_by_label("Quality").select_option("low")
        expect_quality(page, "low")
        assert page.url.endswith("?transport=mse&quality=low")
        expect(page.locator("live-edge-player .badge")).to_contain_text("low")
        page.wait_for_function("window.widths.length === 4")
        assert page.evaluate("window.widths") == [640, 512, 640, 512]


def test_a_viewer_whose_bandwidth_drops_to_a_third_gets_the_small_picture() -> None:
    with serving(url="960x540") as site, chromium() as browser:
        link = Link(urlsplit(site).port or 0, 10 * KBPS)
        with link.laid() as port:
            page = browser.new_page()
            page.goto(f"http://127.0.0.1:{port}/watch/door")
            expect_quality(page, "high")
            link.kbps = KBPS / 3
            expect_quality(page, "low")
            page.close()
