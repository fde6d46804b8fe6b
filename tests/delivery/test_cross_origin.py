import pytest

from liveedge.delivery.cross_origin import admits, cors_headers

HOME = frozenset({"https://home.example"})
ALLOW = b"access-control-allow-origin"


def test_nothing_is_said_unless_an_origin_is_named() -> None:
    assert cors_headers(frozenset(), b"https://home.example") == ()


def test_a_named_origin_is_echoed_and_caches_are_told() -> None:
    assert cors_headers(HOME, b"https://home.example") == (
        (ALLOW, b"https://home.example"),
        (b"vary", b"origin"),
    )


@pytest.mark.parametrize(
    "origin", [b"", b"null", b"https://evil.example", b"https://home.example.evil", b"\xff"]
)
def test_others_are_not_allowed_and_caches_are_told(origin: bytes) -> None:
    assert cors_headers(HOME, origin) == ((b"vary", b"origin"),)


def test_everybody_is_never_allowed_with_credentials() -> None:
    assert cors_headers(frozenset({"*"}), b"https://home.example") == ((ALLOW, b"*"),)


OWN = {b"host": b"cameras.local:8080"}


@pytest.mark.parametrize(
    ("named", "headers", "admitted"),
    [
        (frozenset(), OWN, True),
        (frozenset(), OWN | {b"origin": b"http://cameras.local:8080"}, True),
        # A proxy speaks https for us and passes the Host header on.
        (frozenset(), OWN | {b"origin": b"https://cameras.local:8080"}, True),
        (frozenset(), {b"origin": b"http://x", b"sec-fetch-site": b"same-origin"}, True),
        (frozenset(), OWN | {b"origin": b"http://cameras.local"}, False),
        (frozenset(), OWN | {b"origin": b"https://home.example"}, False),
        (frozenset(), OWN | {b"origin": b"null"}, False),
        (frozenset(), {b"origin": b"http://cameras.local:8080"}, False),
        (frozenset(), {b"origin": b"http://x", b"sec-fetch-site": b"same-site"}, False),
        (frozenset(), OWN | {b"origin": b"http://[::1"}, False),
        (HOME, OWN | {b"origin": b"https://home.example"}, True),
        (HOME, OWN | {b"origin": b"https://home.example", b"sec-fetch-site": b"cross-site"}, True),
        (HOME, OWN | {b"origin": b"http://home.example"}, False),
        (frozenset({"*"}), OWN | {b"origin": b"null"}, True),
    ],
)
def test_who_may_open_a_socket(
    named: frozenset[str], headers: dict[bytes, bytes], admitted: bool
) -> None:
    assert admits(named, headers) is admitted
