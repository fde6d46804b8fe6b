"""Sound on the page of a camera: wanted by a person, beside the pictures, never in their way."""

import json
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.pages.site import PICTURE_MS, TEN_PICTURES, chromium, expect_state, serving

pytestmark = pytest.mark.browser

SOUND_TRACK = 0x8000
"""Set in the number of a track of sound."""
NO_WEBCODECS_FOR_SOUND = "delete globalThis.AudioDecoder"
"""As on a page without https."""
TAP = """async (player) => {
  const node = await player.tapSound();
  const analyser = node.context.createAnalyser();
  node.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  window.loudness = () => {
    analyser.getFloatTimeDomainData(samples);
    return Math.max(...samples.map(Math.abs));
  };
}"""
BEEP = """() => new Promise((resolve) => {
  const listen = () => window.loudness() > 0.1 ? resolve(true) : setTimeout(listen, 5);
  listen();
})"""
UNMUTE_BY_ITSELF = """addEventListener('DOMContentLoaded', () => {
  const player = document.querySelector('live-edge-player');
  player.muted = false;
  player.addEventListener('volumechange', () => console.log('muted', player.muted));
})"""


@dataclass
class Wire:
    """The page's live socket, from which sound can be kept."""

    asked: list[str] = field(default_factory=list)
    """What was asked for of sound: `subscribe` or `unsubscribe`."""
    sounds: int = 0
    """Messages with sound that came to the page."""
    is_silent: bool = False

    def route(self, page: Page) -> None:
        """Be the socket of a page that is not open yet."""
        page.route_web_socket("**/live", self._connect)

    def _connect(self, socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def send(message: str | bytes) -> None:
            asked = json.loads(message)
            if asked.get("audio"):
                self.asked.append(asked["type"])
            server.send(message)

        def receive(message: str | bytes) -> None:
            is_sound = isinstance(message, bytes) and message[2] << 8 & SOUND_TRACK
            if is_sound and self.is_silent:
                return
            self.sounds += bool(is_sound)
            socket.send(message)

        socket.on_message(send)
        server.on_message(receive)


@pytest.mark.parametrize("transport", ["webcodecs", "mse"])
def test_sound_comes_with_a_click_and_the_picture_goes_on_without_it(transport: str) -> None:
    wire = Wire()
    with serving(camera=["--audio", "aac"]) as site, chromium() as browser:
        page = browser.new_page()
        wire.route(page)
        if transport == "mse":
            page.add_init_script(NO_WEBCODECS_FOR_SOUND)
        page.goto(f"{site}watch/door?transport={transport}")
        expect_state(page, "live")
        player = page.locator("live-edge-player")
        assert player.evaluate(TEN_PICTURES) == 10
        assert (wire.asked, wire.sounds) == ([], 0)

        button = page.get_by_role("button", name="Sound", exact=True)
        button.click(timeout=PICTURE_MS)
        expect(button).to_have_attribute("aria-pressed", "true")
        player.evaluate(TAP)
        assert page.evaluate(BEEP)
        assert wire.asked == ["subscribe"]

        wire.is_silent = True
        stalls = player.evaluate("(player) => player.stats.stalls")
        for _ in range(3):
            assert player.evaluate(TEN_PICTURES) == 10
        assert player.evaluate("(player) => player.stats.stalls") == stalls
        wire.is_silent = False
        assert page.evaluate(BEEP)

        page.keyboard.press("m")
        expect(button).to_have_attribute("aria-pressed", "false")
        assert player.evaluate(TEN_PICTURES) == 10
        assert wire.asked == ["subscribe", "unsubscribe"]


def test_a_browser_that_refuses_sound_leaves_the_player_muted_and_says_so() -> None:
    with serving(camera=["--audio", "aac"]) as site, chromium() as browser:
        page = browser.new_page()
        page.add_init_script(UNMUTE_BY_ITSELF)
        # To ask the page anything counts as a click in it.
        with page.expect_console_message(lambda said: said.text == "muted true"):
            page.goto(f"{site}watch/door")
        expect(page.get_by_text("sound only after a click")).to_be_visible(timeout=PICTURE_MS)
        expect(page.locator("live-edge-player")).to_have_js_property("muted", True)
        button = page.get_by_role("button", name="Sound", exact=True)
        expect(button).to_have_attribute("aria-pressed", "false")
        expect_state(page, "live")
