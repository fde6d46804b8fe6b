from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from liveedge.api import pages
from liveedge.api.application import make_api
from liveedge.api.dispatch import Dispatch
from liveedge.errors import LiveEdgeError, Reason, SourceError
from liveedge.ingest.source import MediaSink, Source
from liveedge.streams.registry import StreamRegistry
from tests.support import FakeClock


class Nothing:
    async def run_once(self) -> None:
        raise SourceError(Reason.REFUSED, "Nothing listens.")


def source(sink: MediaSink) -> Source:
    del sink
    return Nothing()


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[httpx.AsyncClient]:
    for name in ("index.html", "watch.html"):
        (tmp_path / name).write_text(f"<title>{name}</title>")
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "player-1a2b.js").write_text("1")
    (tmp_path / "live-edge-player.js").write_text("2")
    monkeypatch.setattr(pages, "STATIC", tmp_path)
    clock = FakeClock()
    registry = StreamRegistry(clock)
    registry.add("door", "<img onerror=alert(1)>", source)
    transport = httpx.ASGITransport(app=make_api(registry, clock))
    yield httpx.AsyncClient(transport=transport, base_url="http://test")


async def test_status_of_all_and_of_one(client: httpx.AsyncClient) -> None:
    every = (await client.get("/api/streams/status")).json()
    one = (await client.get("/api/streams/status/door")).json()
    assert every == {"streams": [one]}
    assert one["stream_id"] == "door"
    assert one["is_active"] is False
    required = (
        "stream_id is_active state last_segment_age last_frame_age reconnect_count fps"
        " bitrate_kbps gop_seconds codec audio width height viewers uptime last_error"
    )
    assert set(required.split()) <= set(one)


@pytest.mark.parametrize("stream_id", ["attic", "..", "%2e%2e%2fetc", "a" * 5000])
async def test_an_unknown_stream_is_a_404_in_json(
    client: httpx.AsyncClient, stream_id: str
) -> None:
    answer = await client.get(f"/api/streams/status/{stream_id}")
    assert answer.status_code == 404
    assert isinstance(answer.json()["detail"], str)


async def test_the_clock(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/clock")).json() == {"server_ms": 1_700_000_000_000.0}


@pytest.mark.parametrize(
    ("path", "status"), [("/", 200), ("/watch/door", 200), ("/watch/attic", 404)]
)
async def test_pages_allow_nothing_from_elsewhere(
    client: httpx.AsyncClient, path: str, status: int
) -> None:
    answer = await client.get(path)
    assert answer.status_code == status
    assert answer.headers["cache-control"] == "no-cache"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]


async def test_only_files_with_a_hash_are_cached(client: httpx.AsyncClient) -> None:
    unique = await client.get("/static/assets/player-1a2b.js")
    stable = await client.get("/static/live-edge-player.js")
    assert "immutable" in unique.headers["cache-control"]
    assert stable.headers["cache-control"] == "no-cache"
    assert (await client.get("/static/../pyproject.toml")).status_code == 404
    assert (await client.get("/static/%2e%2e/pyproject.toml")).status_code == 404


async def test_openapi_describes_the_status(client: httpx.AsyncClient) -> None:
    schema = (await client.get("/openapi.json")).json()
    assert "/api/streams/status/{stream_id}" in schema["paths"]


def test_without_its_web_part_the_server_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "STATIC", tmp_path)
    with pytest.raises(LiveEdgeError, match="web part is missing"):
        make_api(StreamRegistry(FakeClock()), FakeClock())


@pytest.mark.parametrize(
    ("kind", "path", "expected"),
    [
        ("websocket", "/live", "live"),
        ("http", "/hls/door/index.m3u8", "hls"),
        ("http", "/snapshot/door.jpg", "snapshot"),
        ("http", "/live", "api"),
        ("http", "/hls", "api"),
        ("http", "/", "api"),
        ("websocket", "/other", "refused"),
    ],
)
async def test_dispatch(kind: str, path: str, expected: str) -> None:
    reached: list[str] = []

    def application(name: str) -> Any:
        async def serve(*_: Any) -> None:
            reached.append(name)

        return serve

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: dict[str, Any]) -> None:
        assert message["type"] == "websocket.close"
        reached.append("refused")

    dispatch = Dispatch(
        live=application("live"),
        hls=application("hls"),
        snapshot=application("snapshot"),
        api=application("api"),
    )
    await dispatch({"type": kind, "path": path}, receive, send)
    assert reached == [expected]
