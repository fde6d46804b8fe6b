"""The API over a registry of one stream, without a server."""

from pathlib import Path

import httpx
import pytest

from liveedge.api import pages
from liveedge.api.application import make_api
from liveedge.api.event_feed import EventFeed
from liveedge.streams.registry import StreamRegistry
from tests.streams.cameras import Camera
from tests.support import FakeClock


class Served:
    """A registry with one stream called `door`, and a client of its API."""

    def __init__(self, static: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("index.html", "watch.html"):
            (static / name).write_text(f"<title>{name}</title>")
        monkeypatch.setattr(pages, "STATIC", static)
        self.clock = FakeClock()
        self.camera = Camera()
        self.registry = StreamRegistry(self.clock)
        self.stream = self.registry.add("door", "Front door", self.camera.open)
        self.feed = EventFeed(self.registry, self.clock)
        self.api = make_api(self.registry, self.clock, self.feed)
        transport = httpx.ASGITransport(app=self.api)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://camera.test")
