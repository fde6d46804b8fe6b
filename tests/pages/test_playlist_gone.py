"""A player whose media playlist has become another one (410) asks for its name again."""

import re
from threading import Event

import pytest
from playwright.sync_api import Route

from tests.pages.site import PICTURE_MS, TEN_PICTURES, chromium, expect_state, serving

MEDIA = re.compile(r"/hls/door/[0-9a-f]{8}\.live-.*\.m3u8")


@pytest.mark.browser
@pytest.mark.parametrize("transport", ["llhls", "hls"])
def test_it_plays_on_without_a_reload(transport: str) -> None:
    with serving() as site, chromium() as browser:
        page, gone = browser.new_page(), Event()

        def answer(route: Route) -> None:
            if gone.is_set():
                route.fulfill(status=410, body="This playlist has become another one.")
            else:
                route.continue_()

        def begin(route: Route) -> None:
            gone.clear()
            route.continue_()

        page.route(MEDIA, answer)
        page.route("**/hls/door/single.m3u8", begin)
        page.goto(f"{site}watch/door?transport={transport}")
        expect_state(page, "live")
        with page.expect_request("**/hls/door/single.m3u8", timeout=PICTURE_MS):
            gone.set()
        assert page.locator("live-edge-player").evaluate(TEN_PICTURES, timeout=PICTURE_MS) == 10
        expect_state(page, "live")
        assert page.evaluate("document.querySelector('live-edge-player').stats.transport") == (
            transport
        )
