"""Who may open a live socket."""

import asyncio
from typing import Any

import pytest
from structlog.testing import capture_logs

from liveedge.delivery.live.endpoint import LiveEndpoint
from liveedge.streams.registry import StreamRegistry
from tests.support import FakeClock

HOST = (b"host", b"cameras.local")
REFUSED = ["websocket.close"]


async def answers(endpoint: LiveEndpoint, *headers: tuple[bytes, bytes]) -> list[str]:
    """What one client is sent that leaves once something has been said to it."""
    sent: list[str] = []
    spoken = asyncio.Event()
    messages = iter([{"type": "websocket.connect"}])

    async def receive() -> dict[str, Any]:
        for message in messages:
            return message
        await spoken.wait()
        return {"type": "websocket.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message["type"])
        if message["type"] != "websocket.accept":
            spoken.set()

    async with asyncio.timeout(5):
        await endpoint({"type": "websocket", "headers": [HOST, *headers]}, receive, send)
    return sent


def endpoint(*embed_origins: str) -> LiveEndpoint:
    clock = FakeClock()
    return LiveEndpoint(StreamRegistry(clock), clock, frozenset(embed_origins))


@pytest.mark.parametrize("origin", [b"http://cameras.local", b"https://home.example"])
async def test_our_own_pages_and_named_ones_are_served(origin: bytes) -> None:
    served = await answers(endpoint("https://home.example"), (b"origin", origin))
    assert served[:2] == ["websocket.accept", "websocket.send"]


async def test_a_program_that_names_no_origin_is_served() -> None:
    assert (await answers(endpoint()))[0] == "websocket.accept"


async def test_a_page_of_another_origin_is_refused_before_it_is_accepted() -> None:
    assert await answers(endpoint(), (b"origin", b"https://evil.example")) == REFUSED


async def test_the_log_says_once_what_could_be_set_and_does_not_grow_without_end() -> None:
    one = endpoint()
    with capture_logs() as lines:
        for number in range(40):
            for _ in range(2):
                page = b"https://p%d.example" % number
                assert await answers(one, (b"origin", page)) == REFUSED
    assert len(lines) == 16
    assert lines[0]["origin"] == "https://p0.example"
    assert "embed_origins" in lines[0]["message"]
