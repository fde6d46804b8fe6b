"""A whole site for tests of the pages: a virtual camera, a server, and Chromium."""

import json
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Final, Self
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Frame, Page, expect, sync_playwright

from liveedge.bench.requirements import find_chromium
from liveedge.children import Child

CAMERA: Final = ["--fps", "15", "--gop", "8", "--size", "512x288", "--kbps", "300"]
START_SECONDS: Final = 60
PICTURE_MS: Final = 30_000
"""For the first picture, on a busy machine."""
TEN_PICTURES: Final = """(player) => new Promise((resolve) => {
  let pictures = 0;
  player.onframe = () => { pictures += 1; if (pictures === 10) resolve(pictures); };
})"""
"""Waits for so many, in the page."""


class Site:
    """A camera and a server that can be ended and started again, each on its port."""

    def __init__(self, camera: Sequence[str] = (), **server: Any) -> None:
        """`camera` is more of its options, `server` more of the section of that name."""
        self.port = 0
        self._camera_options = [*CAMERA, *camera]
        self._settings = "".join(
            f"{name} = {json.dumps(value)}\n" for name, value in server.items()
        )
        self._url = ""
        self._camera, self._server = ExitStack(), ExitStack()

    def __enter__(self) -> Self:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
            self.start_camera()
            self.start_server()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop_server()
        self.stop_camera()

    def start_camera(self) -> None:
        """Start the camera, on the port that it had before."""
        port = str(urlsplit(self._url).port or 0)
        child = Child(["camera", "--port", port, "--die-with-parent", *self._camera_options])
        self._url = self._camera.enter_context(child).wait_ready(START_SECONDS)

    def stop_camera(self) -> None:
        self._camera.close()

    def start_server(self) -> None:
        """Start the server, on the port that it had before."""
        config = (
            f"[server]\nport = {self.port}\n{self._settings}"
            f'[streams.door]\nname = "Front door"\nurl = "{self._url}"'
        )
        child = Child(["serve", "--config", "-", "--die-with-parent"], stdin=config)
        self.address = self._server.enter_context(child).wait_ready(START_SECONDS)
        self.port = urlsplit(self.address).port or 0

    def stop_server(self) -> None:
        self._server.close()


@contextmanager
def serving(camera: Sequence[str] = (), **server: Any) -> Iterator[str]:
    """A server with one camera called `door`; more options of both."""
    with Site(camera, **server) as site:
        yield site.address


@contextmanager
def chromium() -> Iterator[BrowserContext]:
    """A browser of one's own, with nothing in its cache."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(None),
            args=["--no-sandbox"] if os.geteuid() == 0 else [],
        )
        try:
            yield browser.new_context(viewport={"width": 900, "height": 506})
        finally:
            browser.close()


def expect_state(page: Page | Frame, state: str) -> None:
    """Wait until the page's player is in a state."""
    player = page.locator("live-edge-player")
    expect(player).to_have_js_property("state", state, timeout=PICTURE_MS)


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def other_origin(folder: Path) -> Iterator[str]:
    """Serve a folder's files from an origin of its own; yields that origin."""
    handler = partial(_Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join(timeout=10)
            shutil.rmtree(folder, ignore_errors=True)
