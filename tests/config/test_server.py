"""What the `[server]` section says of pages of other origins and of proxies."""

import pytest

from liveedge.config.origins import check_origins
from liveedge.config.settings import parse_settings
from liveedge.errors import ConfigError


def test_by_default_nobody_else_is_trusted() -> None:
    server = parse_settings("", "test").server
    assert server.embed_origins == frozenset()
    assert server.trusted_proxies == ()


def test_both_can_be_written() -> None:
    text = """
        [server]
        embed_origins = ["https://home.example", "http://10.0.0.5:8123", "http://[fd00::5]"]
        trusted_proxies = ["127.0.0.1", "10.0.0.0/24", "::1"]
    """
    server = parse_settings(text, "test").server
    assert server.embed_origins == {
        "https://home.example",
        "http://10.0.0.5:8123",
        "http://[fd00::5]",
    }
    assert server.trusted_proxies == ("127.0.0.1", "10.0.0.0/24", "::1")


@pytest.mark.parametrize(
    "origin", ["*", "http://localhost", "https://a.example:8443", "http://xn--bcher-kva.example"]
)
def test_origins_as_browsers_spell_them_are_taken(origin: str) -> None:
    check_origins([origin], "embed_origins")


@pytest.mark.parametrize(
    ("origin", "proper"),
    [
        ("https://home.example/", "https://home.example"),
        ("https://Home.Example", "https://home.example"),
        ("HTTPS://home.example", "https://home.example"),
        ("https://home.example:443", "https://home.example"),
        ("http://home.example:80/cameras?x=1", "http://home.example"),
        ("http://bücher.example", "http://xn--bcher-kva.example"),
    ],
)
def test_one_that_would_never_match_is_corrected(origin: str, proper: str) -> None:
    with pytest.raises(ConfigError, match="embed_origins") as caught:
        check_origins([origin], "embed_origins")
    assert f'write "{proper}" instead of' in str(caught.value)


@pytest.mark.parametrize(
    "origin",
    [
        *("", "null", "home.example", "ftp://home.example", "https://", "https://home.example:x"),
        *("https://u:p@home.example", "http://[::1", "http://" + "a" * 70 + ".example"),
        # These would say something else in a Content-Security-Policy.
        *("https://*.home.example", "https://a.example; script-src *", "https://a.example,b"),
    ],
)
def test_what_is_no_origin_is_refused(origin: str) -> None:
    with pytest.raises(ConfigError, match="is not the origin of a page"):
        check_origins(["https://home.example", origin], "embed_origins")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[server]\nembed_origins = ['home.example']", "embed_origins"),
        ("[server]\nembed_origins = 'https://home.example'", "server.embed_origins"),
        ("[hls]\ncors_origins = ['https://home.example/']", "cors_origins"),
        ("[server]\ntrusted_proxies = ['*']", "trusted_proxies"),
        ("[server]\ntrusted_proxies = ['localhost']", "trusted_proxies"),
        ("[server]\ntrusted_proxies = ['10.0.0.1/24']", "trusted_proxies"),
    ],
)
def test_mistakes_are_named(text: str, words: str) -> None:
    with pytest.raises(ConfigError, match=r"^liveedge\.toml: ") as caught:
        parse_settings(text, "liveedge.toml")
    assert words in str(caught.value)
