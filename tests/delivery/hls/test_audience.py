"""Which requests make their client a viewer."""

import pytest

from tests.delivery.hls.server import LIVE, Server

PHONE, SCREEN = ("user-agent", "phone"), ("user-agent", "screen")


def viewers(server: Server) -> dict[str, int]:
    return server.registry.streams["door"].viewers.by_transport()


async def test_a_player_of_segments_is_one_viewer_however_much_it_asks() -> None:
    server = Server()
    for target in (LIVE, "/hls/door/0123abcd.s5005.m4s", LIVE):
        await server.get(target, PHONE)
    assert viewers(server) == {"hls": 1}


@pytest.mark.parametrize("target", ["/hls/door/0123abcd.p30.m4s", f"{LIVE}?_HLS_msn=5005"])
async def test_who_asks_for_parts_or_waits_is_a_viewer_of_llhls(target: str) -> None:
    server = Server()
    await server.get(LIVE, PHONE)
    await server.get(target, PHONE)
    await server.get(LIVE, SCREEN)
    assert viewers(server) == {"llhls": 1, "hls": 1}


@pytest.mark.parametrize(
    "target",
    ["/hls/door/index.m3u8", "/hls/door/ffffffff.s1.m4s", "/hls/door/x", "/hls/attic/index.m3u8"],
)
async def test_who_looks_what_there_is_or_guesses_is_none(target: str) -> None:
    server = Server()
    await server.get(target, PHONE)
    assert viewers(server) == {}
