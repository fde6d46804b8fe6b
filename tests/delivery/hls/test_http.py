"""Methods, ranges, codings, caching and origins of HLS answers (RFC 9110, RFC 9111)."""

import pytest

from liveedge.config.hls import HlsSettings
from tests.delivery.hls.server import LIVE, Server


async def test_head_has_the_headers_of_get_and_no_body() -> None:
    server = Server()
    for target in ("/hls/door/index.m3u8", LIVE, "/hls/door/0123abcd.p30.m4s"):
        whole, head = await server.get(target), await server.get(target, method="HEAD")
        assert (head.status, head.headers, head.body) == (200, whole.headers, b"")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE"])
async def test_other_methods_are_not_allowed(method: str) -> None:
    answer = await Server().get(LIVE, method=method)
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")


@pytest.mark.parametrize("uri", ["0123abcd.p30.m4s", "0123abcd.p36.m4s", "0123abcd.s5005.m4s"])
async def test_a_range_of_media_can_be_had(uri: str) -> None:
    server = Server()
    whole = await server.get(f"/hls/door/{uri}")
    assert whole.headers["accept-ranges"] == "bytes"
    size = len(whole.body)
    some = await server.get(f"/hls/door/{uri}", ("range", "bytes=90-400"))
    assert (some.status, some.body) == (206, whole.body[90:401])
    assert some.headers["content-range"] == f"bytes 90-400/{size}"
    none = await server.get(f"/hls/door/{uri}", ("range", f"bytes={size}-"))
    assert (none.status, none.headers["content-range"]) == (416, f"bytes */{size}")


@pytest.mark.parametrize(
    ("accepted", "zipped"),
    [
        ("gzip", True),
        ("gzip, deflate, br", True),
        ("br;q=1.0, gzip;q=0.5", True),
        ("GZIP", True),
        ("*", True),
        ("gzip;q=0", False),
        ("gzip;q=0.0, br", False),
        ("br", False),
        ("identity", False),
        ("xgzip", False),
    ],
)
async def test_6_2_1_playlists_are_gzipped_for_who_accepts_it(accepted: str, zipped: bool) -> None:
    server = Server()
    plain = await server.get(LIVE)
    answer = await server.get(LIVE, ("accept-encoding", accepted))
    assert ("content-encoding" in answer.headers) is zipped
    assert answer.text == plain.text
    assert answer.headers["vary"] == "accept-encoding"
    assert len(answer.body) < len(plain.body) or not zipped


async def test_media_is_not_gzipped() -> None:
    answer = await Server().get("/hls/door/0123abcd.p30.m4s", ("accept-encoding", "gzip"))
    assert "content-encoding" not in answer.headers


async def test_nothing_may_be_kept_by_default() -> None:
    server = Server()
    for target in ("/hls/door/index.m3u8", LIVE, "/hls/door/0123abcd.p30.m4s"):
        answer = await server.get(target)
        assert answer.headers["cache-control"] == "no-cache"
        assert "age" not in answer.headers


async def test_pages_of_other_servers_may_not_read_unless_they_are_named() -> None:
    target = "/hls/door/index.m3u8"
    origin = ("origin", "https://example.org")
    assert "access-control-allow-origin" not in (await Server().get(target, origin)).headers
    named = Server(HlsSettings(cors_origins=frozenset({"https://example.org"})))
    answer = await named.get(target, origin)
    assert answer.headers["access-control-allow-origin"] == "https://example.org"
    assert answer.headers["vary"] == "accept-encoding, origin"
    other = await named.get(target, ("origin", "https://evil.example"))
    assert "access-control-allow-origin" not in other.headers
    everybody = Server(HlsSettings(cors_origins=frozenset({"*"})))
    assert (await everybody.get(target)).headers["access-control-allow-origin"] == "*"
    preflight = await named.get(target, origin, method="OPTIONS")
    assert preflight.headers["access-control-allow-methods"] == "GET, HEAD, OPTIONS"
