"""The player on a page of another origin."""

from pathlib import Path

import pytest

from tests.pages.site import chromium, expect_state, other_origin, serving

PAGE = """<!doctype html><title>Home</title>
<script type="module" src="{site}static/live-edge-player.js"></script>
<live-edge-player stream="door" transport="{transport}"></live-edge-player>
"""
FRAME = '<!doctype html><title>Home</title><iframe src="{site}watch/door?controls=off"></iframe>'


@pytest.mark.browser
def test_a_named_page_plays_in_every_way(tmp_path: Path) -> None:
    with (
        other_origin(tmp_path) as home,
        serving(embed_origins=[home]) as site,
        chromium() as browser,
    ):
        for transport in ("mse", "llhls"):
            (tmp_path / f"{transport}.html").write_text(PAGE.format(site=site, transport=transport))
            page = browser.new_page()
            page.goto(f"{home}/{transport}.html")
            expect_state(page, "live")
            stats = page.evaluate("document.querySelector('live-edge-player').stats")
            assert stats["transport"] == transport
            page.close()
        (tmp_path / "frame.html").write_text(FRAME.format(site=site))
        page = browser.new_page()
        page.goto(f"{home}/frame.html")
        framed = page.frames[1]
        expect_state(framed, "live")


@pytest.mark.browser
def test_a_page_that_is_not_named_gets_nothing(tmp_path: Path) -> None:
    with other_origin(tmp_path) as home, serving() as site, chromium() as browser:
        (tmp_path / "page.html").write_text(PAGE.format(site=site, transport="auto"))
        (tmp_path / "frame.html").write_text(FRAME.format(site=site))
        page, said = browser.new_page(), []
        page.on("console", lambda message: said.append(message.text))
        page.goto(f"{home}/page.html")
        assert page.evaluate("customElements.get('live-edge-player') === undefined")
        assert any("CORS policy" in text for text in said)
        live = site.replace("http:", "ws:") + "live"
        opened = page.evaluate(
            """(address) => new Promise((resolve) => {
              const socket = new WebSocket(address);
              socket.onopen = () => resolve(true);
              socket.onerror = () => resolve(false);
            })""",
            live,
        )
        assert opened is False
        page.goto(f"{home}/frame.html")
        assert any("frame-ancestors" in text for text in said)
