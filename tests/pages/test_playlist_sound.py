"""Sound on a page that no socket comes through to: fetched when a person wants it."""

import re

import pytest
from playwright.sync_api import expect

from tests.pages.site import TEN_PICTURES, chromium, expect_state, serving

pytestmark = pytest.mark.browser

SOUND = re.compile(r"/[0-9a-f]{8}\.(sound-|a1\.)")
NO_SOCKET = """globalThis.WebSocket = class extends WebSocket {
  constructor() { super("ws://127.0.0.1:9/"); }
}"""
"""As behind a proxy that lets plain requests through only."""
DECODED = """(player) => new Promise((resolve) => {
  const look = () => {
    const bytes = player.video?.webkitAudioDecodedByteCount ?? 0;
    if (bytes > 0) resolve(bytes); else setTimeout(look, 20);
  };
  look();
})"""
"""Waits for bytes of sound that the browser has decoded."""


def test_where_no_socket_comes_through_sound_is_that_of_the_playlist() -> None:
    with serving(camera=["--audio", "aac"]) as site, chromium() as browser:
        page = browser.new_page()
        page.add_init_script(NO_SOCKET)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{site}watch/door?transport=llhls")
        player = page.locator("live-edge-player")
        expect_state(page, "live")
        assert player.evaluate(TEN_PICTURES) == 10
        assert not [url for url in asked if SOUND.search(url)]
        page.mouse.click(5, 5)
        player.evaluate("(player) => { player.muted = false; }")
        assert player.evaluate(DECODED) > 0
        assert player.evaluate(TEN_PICTURES) == 10
        assert [url for url in asked if SOUND.search(url)]
        expect(player).to_have_js_property("muted", False)
        expect_state(page, "live")
