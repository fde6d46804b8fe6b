"""The recipe of docs/nginx.md, run by a real nginx."""

import asyncio
import json
import os
import re
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from liveedge.config.hls import HlsSettings
from tests.delivery.hls.crowd import Connection, Tally
from tests.delivery.hls.live_server import LiveServer, live_server
from tests.delivery.hls.reader import read

ROOT = Path(__file__).parents[3]
RECIPE = ROOT / "docs" / "nginx.md"
JOINING = 1.2
SECONDS = 2.0

MAIN = """
daemon off;
worker_processes 2;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 2048; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    keepalive_requests 100000;
    {recipe}
}}
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def configuration(folder: Path, port: int, origin: int) -> str:
    """What the document says, with the places of this test."""
    block = re.search(r"```nginx\n(.*?)```", RECIPE.read_text(), re.DOTALL)
    assert block is not None
    recipe = block[1]
    for said, meant in {
        "/dev/shm/liveedge": f"{folder}/cache",
        "127.0.0.1:8000": f"127.0.0.1:{origin}",
        "listen 8080": f"listen 127.0.0.1:{port}",
    }.items():
        assert recipe.count(said) == 1
        recipe = recipe.replace(said, meant)
    user = "user root;\n" if os.geteuid() == 0 else ""
    return user + MAIN.format(folder=folder, recipe=recipe)


@asynccontextmanager
async def behind_nginx(folder: Path) -> AsyncIterator[tuple[LiveServer, int]]:
    """A server and the port of an nginx in front of it."""
    async with live_server(HlsSettings(cdn=True)) as server:
        await server.begun()
        port = free_port()
        written = folder / "nginx.conf"
        written.write_text(configuration(folder, port, server.port))
        nginx = await asyncio.create_subprocess_exec(
            *("/usr/sbin/nginx", "-p", str(folder), "-c", str(written)),
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            await _answers(port)
            yield server, port
        finally:
            nginx.terminate()
            _, errors = await nginx.communicate()
        assert errors == b""


async def _answers(port: int) -> None:
    async with asyncio.timeout(10):
        while True:
            try:
                connection = await Connection.open("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.02)
            else:
                return await connection.close()


async def crowd(port: int, players: int, server: LiveServer) -> tuple[Tally, float]:
    """What so many players were given, and how often a second the server was asked."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.delivery.hls.crowd", str(port), str(players)),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    loop = asyncio.get_running_loop()
    await asyncio.sleep(JOINING)
    asked, began = server.requests, loop.time()
    await asyncio.sleep(SECONDS)
    rate = (server.requests - asked) / (loop.time() - began)
    async with asyncio.timeout(30):
        told, _ = await process.communicate(b"")
    return Tally(**json.loads(told)), rate


@pytest.mark.real("nginx")
async def test_200_players_cost_the_server_about_as_much_as_one(tmp_path: Path) -> None:
    async with behind_nginx(tmp_path) as (server, port):
        alone, one = await crowd(port, 1, server)
        together, many = await crowd(port, 200, server)
    assert alone.problems == together.problems == []
    assert together.parts > 20 * alone.parts
    # Three times as much on an idle machine; on a busy one nginx' short waits are over too early.
    assert many < 10 * one


@pytest.mark.real("nginx")
async def test_no_playlist_is_ever_stale(tmp_path: Path) -> None:
    async with behind_nginx(tmp_path) as (server, port):
        through = await Connection.open("127.0.0.1", port)
        name = (await through.get("/hls/door/index.m3u8")).body.decode().splitlines()[-1]
        for _ in range(100):
            newest = server.segments.next_serial - 1
            answer = await through.get(f"/hls/door/{name}", "accept-encoding: identity")
            assert answer.headers["cache-control"] == "no-cache"
            parts = [part.uri for part in read(answer.body.decode()).parts]
            assert f"{server.segments.token}.p{newest}.m4s" in parts
            await asyncio.sleep(0.01)
        await through.close()


@pytest.mark.real("nginx")
async def test_media_comes_from_the_cache_and_is_the_same(tmp_path: Path) -> None:
    async with behind_nginx(tmp_path) as (server, port):
        through = await Connection.open("127.0.0.1", port)
        direct = await Connection.open("127.0.0.1", server.port)
        segment = server.segments.listed[-1]
        path = f"/hls/door/{server.segments.token}.s{segment.msn}.m4s"
        first, asked = await through.get(path), server.requests
        again, part = await through.get(path), await through.get(path, "range: bytes=10-99")
        assert server.requests == asked
        assert first.headers["cache-control"] == "public, max-age=60, immutable"
        assert first.body == again.body == (await direct.get(path)).body
        assert (part.status, part.body) == (206, first.body[10:100])
        missing = f"/hls/door/{server.segments.token}.s1.m4s"
        assert [(await through.get(missing)).status for _ in range(2)] == [404, 404]
        await through.close()
        await direct.close()
