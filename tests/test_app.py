"""How the server is put together, where no part of it can show it alone."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from liveedge import app
from liveedge.api import pages
from liveedge.config.settings import ServerSettings, parse_settings
from tests.support import FakeClock


async def whoami(scope: Any, receive: Any, send: Any) -> None:
    """Answer with the client's address as the server takes it."""
    del receive
    body = json.dumps([scope["client"][0], scope["scheme"]]).encode()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def listening(settings: ServerSettings) -> AsyncIterator[int]:
    """Serve `whoami` as `liveedge serve` would serve its application."""
    with app.listen("127.0.0.1", 0) as sock:
        server = uvicorn.Server(app.uvicorn_config(whoami, settings))
        task = asyncio.create_task(server.serve(sockets=[sock]))
        try:
            yield sock.getsockname()[1]
        finally:
            server.should_exit = True
            await task


async def ask(port: int) -> Any:
    """Ask through a proxy that says for whom."""
    async with asyncio.timeout(10):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(
            b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n"
            b"x-forwarded-for: 203.0.113.7\r\nx-forwarded-proto: https\r\n\r\n"
        )
        answer = await reader.read()
        writer.close()
    body = answer.partition(b"\r\n\r\n")[2]
    return json.loads(body[body.index(b"[") : body.index(b"]") + 1])


async def test_by_default_nobody_is_believed_about_addresses() -> None:
    async with listening(ServerSettings()) as port:
        assert await ask(port) == ["127.0.0.1", "http"]


@pytest.mark.parametrize(
    ("trusted", "address"),
    [("127.0.0.1", "203.0.113.7"), ("127.0.0.0/8", "203.0.113.7"), ("10.0.0.1", "127.0.0.1")],
)
async def test_a_proxy_that_is_named_is_believed(trusted: str, address: str) -> None:
    async with listening(ServerSettings(trusted_proxies=(trusted,))) as port:
        assert (await ask(port))[0] == address


async def test_a_page_that_may_embed_may_read_everything_a_player_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("index.html", "watch.html"):
        (tmp_path / name).touch()
    monkeypatch.setattr(pages, "STATIC", tmp_path)
    text = """
        [server]
        embed_origins = ["https://home.example"]
        [hls]
        cors_origins = ["https://other.example"]
    """
    settings = parse_settings(text, "test")
    clock = FakeClock()
    application = app.build_application(app.build_registry(settings, clock), clock, settings)

    async def allowed(path: str, origin: str) -> bool:
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "GET", "path": path, "query_string": b""}
        headers = [(b"host", b"cameras.local"), (b"origin", origin.encode())]
        await application(scope | {"headers": headers}, receive, send)
        given = dict(sent[0]["headers"]).get(b"access-control-allow-origin", b"")
        return bool(given.decode() == origin)

    assert await allowed("/hls/door/index.m3u8", "https://home.example")
    assert await allowed("/api/clock", "https://home.example")
    assert await allowed("/hls/door/index.m3u8", "https://other.example")
    assert not await allowed("/api/clock", "https://other.example")
