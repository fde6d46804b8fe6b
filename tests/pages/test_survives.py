"""What a page survives by itself, without being loaded again, in each way to the screen."""

import asyncio
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from typing import Any, Final

import pytest
from playwright.sync_api import Page, expect

from tests.pages.site import PICTURE_MS, TEN_PICTURES, Site, chromium

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

TRANSPORTS: Final = ["webcodecs", "mse", "llhls", "hls"]
FAULT_SECONDS: Final = 4.0
ADD_PLAYERS: Final = """(transports) => {
  document.body.replaceChildren(...transports.map((transport) => {
    const player = document.createElement('live-edge-player');
    player.setAttribute('stream', 'door');
    player.setAttribute('transport', transport);
    player.style.width = '300px';
    return player;
  }));
  window.sinceTheBeginning = true;
}"""


class Cable:
    """A connection to a server that can be cut: what is sent meanwhile comes later, as with TCP."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._ready: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event, int]] = Future()
        self._whole = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop

    @contextmanager
    def laid(self) -> Iterator[int]:
        """Forward connections; yields the port to connect to."""
        thread = threading.Thread(target=asyncio.run, args=(self._forward(),))
        thread.start()
        self._loop, ended, port = self._ready.result(timeout=10)
        try:
            yield port
        finally:
            self._loop.call_soon_threadsafe(ended.set)
            thread.join()

    def cut(self) -> None:
        """Let nothing through."""
        self._loop.call_soon_threadsafe(self._whole.clear)

    def mend(self) -> None:
        """Let everything through."""
        self._loop.call_soon_threadsafe(self._whole.set)

    async def _forward(self) -> None:
        self._whole.set()
        ended = asyncio.Event()
        server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        self._ready.set_result((asyncio.get_running_loop(), ended, port))
        await ended.wait()
        server.close()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._whole.wait()
        there, here = await asyncio.open_connection("127.0.0.1", self._port)
        await asyncio.gather(self._pump(reader, here), self._pump(there, writer))

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(1 << 16):
                await self._whole.wait()
                sink.write(data)
                await sink.drain()
        except ConnectionError:
            pass
        finally:
            sink.close()


@contextmanager
def wall(site: Site, port: int) -> Iterator[Page]:
    """A page with a player for each transport, all of them showing pictures."""
    with chromium() as browser:
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{port}/")
        page.evaluate(ADD_PLAYERS, TRANSPORTS)
        expect_pictures(page)
        yield page
        assert page.evaluate("window.sinceTheBeginning"), "the page was loaded again"


def players(page: Page) -> list[Any]:
    return [page.locator(f'live-edge-player[transport="{name}"]') for name in TRANSPORTS]


def expect_pictures(page: Page) -> None:
    """Every player shows new pictures, and says so."""
    for player in players(page):
        assert player.evaluate(TEN_PICTURES, timeout=PICTURE_MS) == 10
    for player in players(page):
        expect(player).to_have_js_property("state", "live", timeout=PICTURE_MS)


def test_an_outage_of_the_camera() -> None:
    with ExitStack() as stack:
        site = stack.enter_context(Site())
        page = stack.enter_context(wall(site, site.port))
        site.stop_camera()
        for player in players(page):
            expect(player).to_have_js_property("state", "offline", timeout=PICTURE_MS)
        site.start_camera()
        expect_pictures(page)


def test_a_restart_of_the_server() -> None:
    with ExitStack() as stack:
        site = stack.enter_context(Site())
        page = stack.enter_context(wall(site, site.port))
        site.stop_server()
        site.start_server()
        expect_pictures(page)


def test_a_cut_of_the_network() -> None:
    with ExitStack() as stack:
        site = stack.enter_context(Site())
        cable = Cable(site.port)
        page = stack.enter_context(wall(site, stack.enter_context(cable.laid())))
        cable.cut()
        time.sleep(FAULT_SECONDS)
        cable.mend()
        expect_pictures(page)


def test_a_tab_that_sleeps() -> None:
    with ExitStack() as stack:
        site = stack.enter_context(Site())
        page = stack.enter_context(wall(site, site.port))
        devtools = page.context.new_cdp_session(page)
        devtools.send("Page.setWebLifecycleState", {"state": "frozen"})
        time.sleep(FAULT_SECONDS)
        devtools.send("Page.setWebLifecycleState", {"state": "active"})
        expect_pictures(page)
