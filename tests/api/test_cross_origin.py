"""What pages of other origins may read, and that they may do nothing."""

from pathlib import Path

import httpx
import pytest

from liveedge.api.application import make_api
from tests.api.application import Served

HOME = {"Origin": "https://home.example"}
ALLOW = "access-control-allow-origin"


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Served:
    (tmp_path / "live-edge-player.js").write_text("1")
    return Served(tmp_path, monkeypatch)


def client(served: Served, *embed_origins: str) -> httpx.AsyncClient:
    api = make_api(served.registry, served.clock, embed_origins=frozenset(embed_origins))
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=api), base_url="http://camera.test", headers=HOME
    )


READABLE = ["/api/streams/status", "/api/clock", "/api/nothing", "/static/live-edge-player.js"]


@pytest.mark.parametrize("path", READABLE)
async def test_a_named_page_may_read(served: Served, path: str) -> None:
    answer = await client(served, "https://home.example").get(path)
    assert answer.headers[ALLOW] == "https://home.example"
    assert "origin" in answer.headers["vary"].lower()
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("path", READABLE)
async def test_others_may_not(served: Served, path: str) -> None:
    assert ALLOW not in (await client(served).get(path)).headers
    assert ALLOW not in (await client(served, "https://other.example").get(path)).headers


async def test_with_a_star_everybody_may_read(served: Served) -> None:
    answer = await client(served, "*").get("/api/clock")
    assert answer.headers[ALLOW] == "*"


@pytest.mark.parametrize("named", ["*", "https://home.example"])
async def test_nobody_may_do_anything(served: Served, named: str) -> None:
    embedding = client(served, named)
    path = "/api/streams/door/stop"
    preflight = {"Access-Control-Request-Method": "POST"}
    asked = await embedding.options(path, headers=preflight)
    done = await embedding.post(path, headers={"X-Liveedge": "1"})
    assert (done.status_code, ALLOW in done.headers, ALLOW in asked.headers) == (403, False, False)


@pytest.mark.parametrize("path", ["/", "/metrics", "/healthz", "/openapi.json"])
async def test_what_a_player_does_not_need_is_not_readable(served: Served, path: str) -> None:
    assert ALLOW not in (await client(served, "*").get(path)).headers


async def test_only_named_pages_may_frame_ours(served: Served) -> None:
    async def ancestors(*named: str) -> str:
        policy = (await client(served, *named).get("/watch/door")).headers[
            "content-security-policy"
        ]
        return str(policy).rpartition("; ")[2]

    assert await ancestors() == "frame-ancestors 'self'"
    assert await ancestors("https://home.example", "http://10.0.0.5:8123") == (
        "frame-ancestors 'self' http://10.0.0.5:8123 https://home.example"
    )
