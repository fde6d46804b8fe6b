"""Starting, stopping and restarting a camera by hand, on its page."""

import re

import pytest
from playwright.sync_api import expect

from tests.pages.site import PICTURE_MS, chromium, expect_state, serving


@pytest.mark.browser
@pytest.mark.parametrize("transport", ["auto", "llhls"])
def test_a_camera_is_switched_off_and_on_by_keyboard(transport: str) -> None:
    with serving() as site, chromium() as browser:
        page, sent = browser.new_page(), []
        page.on("request", lambda request: sent.append((request.method, request.url)))
        page.goto(f"{site}watch/door?transport={transport}")
        stop = page.get_by_role("button", name="Stop", exact=True)
        start = page.get_by_role("button", name="Start", exact=True)
        restart = page.get_by_role("button", name="Restart", exact=True)
        expect_state(page, "live")
        expect(start).to_be_hidden()

        stop.focus()
        page.keyboard.press("Enter")
        expect(start).to_be_focused(timeout=PICTURE_MS)
        expect(stop).to_be_hidden()
        expect(restart).to_be_hidden()
        expect_state(page, "stopped")
        page.reload()
        expect(start).to_be_visible(timeout=PICTURE_MS)

        start.focus()
        page.keyboard.press("Enter")
        expect(restart).to_be_focused(timeout=PICTURE_MS)
        expect_state(page, "live")
        page.keyboard.press("Enter")
        expect_state(page, "live")
        expect(restart).to_have_attribute("aria-busy", "false", timeout=PICTURE_MS)
        acts = [url.rpartition("/")[2] for method, url in sent if method == "POST"]
        assert acts == ["stop", "start", "restart"]


@pytest.mark.browser
def test_what_the_server_says_against_it_is_shown_and_can_be_tried_again() -> None:
    with serving() as site, chromium() as browser:
        page = browser.new_page()
        page.route(
            re.compile("/api/streams/door/stop"),
            lambda route: route.fulfill(status=503, json={"detail": "Others are at it."}),
            times=1,
        )
        page.goto(f"{site}watch/door")
        stop = page.get_by_role("button", name="Stop", exact=True)
        stop.click(timeout=PICTURE_MS)
        expect(page.get_by_role("alert")).to_have_text("Others are at it.")
        stop.click()
        expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible(
            timeout=PICTURE_MS
        )
        expect(page.get_by_role("alert")).to_have_text("")


@pytest.mark.browser
def test_without_a_camera_or_with_controls_off_there_is_nothing_to_switch() -> None:
    with serving() as site, chromium() as browser:
        page = browser.new_page()
        page.goto(f"{site}watch/attic")
        expect_state(page, "failed")
        expect(page.get_by_role("button", name="Stop", exact=True)).to_be_hidden()
        page.goto(f"{site}watch/door?controls=off")
        expect_state(page, "live")
        expect(page.get_by_role("button", name="Stop", exact=True)).to_be_hidden()
