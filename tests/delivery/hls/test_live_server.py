"""What only a real server and real connections show."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from liveedge.config.hls import HlsSettings
from liveedge.delivery.hls import response
from liveedge.media.chunk import HEADER
from tests.delivery.hls.camera import Camera
from tests.delivery.hls.crowd import Connection, Tally, play
from tests.delivery.hls.live_server import LiveServer, live_server
from tests.delivery.hls.watcher import Watcher

WAITING = 2000


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


async def playlist_name(server: LiveServer) -> str:
    connection = await Connection.open("127.0.0.1", server.port)
    answer = await connection.get("/hls/door/index.m3u8")
    await connection.close()
    return answer.body.decode().splitlines()[-1]


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what nothing announces."""
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def until_waiting(server: LiveServer, count: int) -> None:
    await until(lambda: server.endpoint.waiting == count)


@contextmanager
def not_reading(port: int, path: str) -> Iterator[socket.socket]:
    """A client with the smallest buffer there is, which reads only what a test reads."""
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        client.connect(("127.0.0.1", port))
        client.sendall(f"GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n".encode())
        yield client


async def test_players_follow_the_live_edge_part_by_part() -> None:
    async with live_server() as server:
        await server.begun()
        tally, ends = Tally(), asyncio.Event()
        playing = [
            asyncio.create_task(play("127.0.0.1", server.port, "/hls/door", tally, ends))
            for _ in range(20)
        ]
        await until(lambda: tally.parts >= 400 or bool(tally.problems))
        ends.set()
        await asyncio.gather(*playing)
    assert tally.problems == []


async def test_a_strict_client_that_reads_every_version_has_nothing_to_say() -> None:
    async with live_server() as server:
        await server.begun()
        name = await playlist_name(server)
        connection = await Connection.open("127.0.0.1", server.port)
        watcher = Watcher()
        for _ in range(25):
            opened = server.segments.open
            msn = server.segments.next_msn - (0 if opened is None else 1)
            part = 0 if opened is None else len(opened.parts)
            answer = await connection.get(f"/hls/door/{name}?_HLS_msn={msn}&_HLS_part={part}")
            assert answer.status == 200
            watcher.observe(answer.body.decode())
        await connection.close()


async def test_2000_waiting_requests_are_held_and_nobody_else_is_delayed() -> None:
    camera = Camera()
    camera.gops(4)
    async with live_server(HlsSettings(max_waiting=WAITING), segments=camera.segments) as server:
        connections = [await Connection.open("127.0.0.1", server.port) for _ in range(WAITING)]
        path = f"/hls/door/0123abcd.live-1-105.m3u8?_HLS_msn={camera.segments.next_msn - 1}"
        waiting = [asyncio.create_task(each.get(path)) for each in connections]
        await until_waiting(server, WAITING)
        other = await Connection.open("127.0.0.1", server.port)
        assert (await other.get("/hls/door/0123abcd.live-1-105.m3u8")).status == 200
        assert (await other.get(path)).status == 503
        camera.gop()
        assert {(await answer).status for answer in waiting} == {200}
        await asyncio.gather(*(each.close() for each in [*connections, other]))


async def test_clients_that_leave_are_forgotten_at_once() -> None:
    camera = Camera()
    camera.gops(4)
    async with live_server(segments=camera.segments) as server:
        leaving = [await Connection.open("127.0.0.1", server.port) for _ in range(50)]
        path = f"/hls/door/0123abcd.live-1-105.m3u8?_HLS_msn={camera.segments.next_msn - 1}"
        asked = [asyncio.create_task(each.get(path)) for each in leaving]
        await until_waiting(server, 50)
        for task in asked:
            task.cancel()
        await asyncio.gather(*(each.close() for each in leaving))
        await until_waiting(server, 0)


async def test_clients_that_do_not_read_cost_no_memory_and_delay_nobody() -> None:
    camera = Camera()
    camera.padding = 300_000
    camera.gops(4)
    segment = camera.segments.listed[-1]
    path = f"/hls/door/{camera.segments.token}.s{segment.msn}.m4s"
    async with live_server(segments=camera.segments) as server:
        before = resident_bytes()
        with ExitStack() as clients:
            slow = [clients.enter_context(not_reading(server.port, path)) for _ in range(40)]
            connection = await Connection.open("127.0.0.1", server.port)
            for _ in range(20):
                answer = await connection.get(path)
                assert len(answer.body) == segment.size - 15 * HEADER.size
            # 180 MB are on their way to those who read one byte.
            assert all(len(client.recv(1)) == 1 for client in slow)
            assert resident_bytes() - before < 40 * 2**20
            await connection.close()


async def test_a_client_that_does_not_read_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(response, "SEND_DEADLINE", 0.05)
    camera = Camera()
    camera.padding = 600_000
    camera.gops(4)
    segment = camera.segments.listed[-1]
    path = f"/hls/door/{camera.segments.token}.s{segment.msn}.m4s"
    async with live_server(segments=camera.segments) as server:
        with not_reading(server.port, path) as client, capture_logs() as logs:
            await until(lambda: bool(logs))
            assert logs[0]["event"] == "viewer_dropped"
            client.settimeout(10)
            received = 0
            with suppress(ConnectionError):
                while data := await asyncio.to_thread(client.recv, 2**20):
                    received += len(data)
    assert received < segment.size
