"""What a browser without H.265 shows of a camera that sends it."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from liveedge.children import Child

pytestmark = [
    pytest.mark.browser,
    pytest.mark.real("chromium"),
    pytest.mark.timeout(100),
]

PLAYS = """MediaSource.isTypeSupported('video/mp4; codecs="hvc1.1.6.L63.90"')"""
SENTENCE = re.compile(
    r"This browser does not play H\.265 \(hvc1\.\S+\); set the camera to H\.264\."
)
PLAYED = """() => {
  const stats = document.querySelector('live-edge-player')?.stats;
  return stats && stats.quality === 'h264' && stats.state === "live" && stats.fps > 3;
}"""


@contextmanager
def watching(transcodes: int) -> Iterator[Page]:
    """A page that shows a camera of H.265."""
    arguments = ["camera", "--codec", "h265", "--size", "640x360", "--port", "0"]
    serve = ["serve", "--config", "-", "--die-with-parent", "--log-level", "error"]
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with Child([*arguments, "--die-with-parent"]) as camera:
        config = f"[server]\nport = 0\ntranscodes = {transcodes}\n"
        config += f'[streams.door]\nurl = "{camera.wait_ready()}"\n'
        with Child(serve, stdin=config) as server, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path="/usr/bin/chromium", args=sandbox, handle_sigint=False
            )
            try:
                page = browser.new_page()
                page.goto(f"{server.wait_ready()}watch/door")
                if page.evaluate(PLAYS):
                    pytest.skip("this browser plays H.265")
                yield page
            finally:
                browser.close()


def test_it_is_converted() -> None:
    with watching(transcodes=1) as page:
        page.wait_for_function(PLAYED, timeout=40_000)


def test_where_nothing_is_converted_the_overlay_says_why_there_is_no_picture() -> None:
    with watching(transcodes=0) as page:
        message = page.locator("live-edge-player .message")
        expect(message).to_have_text(SENTENCE, timeout=40_000)
