import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveedge.rtsp.auth import MAX_CHALLENGES, Authenticator, parse_challenges

DIGEST = 'Digest realm="cam", nonce="{}"'


def authenticator(user: str = "Mufasa", password: str = "Circle of Life") -> Authenticator:
    return Authenticator(
        user, password, new_cnonce=lambda: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
    )


def response_of(value: str | None) -> str:
    found = re.search(r'response="([0-9a-f]+)"', value or "")
    assert found
    return found[1]


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_example_of_rfc_7616(algorithm: str, response: str) -> None:
    auth = authenticator()
    assert auth.challenged(
        [
            (
                'Digest realm="http-auth@example.org", qop="auth, auth-int", '
                f"algorithm={algorithm}, "
                'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", '
                'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
            )
        ]
    )
    value = auth.authorization("GET", "/dir/index.html")
    assert response_of(value) == response
    assert value is not None
    assert value.startswith('Digest username="Mufasa", realm="http-auth@example.org", nonce="7ypf/')
    assert f"algorithm={algorithm}, opaque=" in value
    assert "qop=auth, nc=00000001, cnonce=" in value


def test_the_example_of_rfc_2069_as_its_erratum_corrects_it() -> None:
    auth = authenticator(password="CircleOfLife")
    auth.challenged(
        ['Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"']
    )
    value = auth.authorization("GET", "/dir/index.html")
    assert response_of(value) == "1949323746fe6a43ef61f9606e7febea"
    assert value is not None
    assert "nc=" not in value
    assert "cnonce" not in value


def test_the_nonce_count_grows_with_each_request_and_begins_anew_with_a_nonce() -> None:
    auth = authenticator()
    auth.challenged([DIGEST.format("a") + ', qop="auth"'])
    assert "nc=00000001" in (auth.authorization("DESCRIBE", "rtsp://c/") or "")
    assert "nc=00000002" in (auth.authorization("SETUP", "rtsp://c/") or "")
    auth.accepted()
    auth.challenged([DIGEST.format("b") + ', qop="auth"'])
    assert "nc=00000001" in (auth.authorization("PLAY", "rtsp://c/") or "")


def test_basic_is_used_only_where_there_is_no_digest() -> None:
    auth = authenticator("Aladdin", "open sesame")
    assert auth.authorization("DESCRIBE", "rtsp://c/") is None
    assert auth.challenged(['Basic realm="WallyWorld"'])
    assert auth.authorization("DESCRIBE", "x") == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
    both = authenticator()
    assert both.challenged(['Basic realm="a"', DIGEST.format("n")])
    assert (both.authorization("DESCRIBE", "x") or "").startswith("Digest ")


def test_several_challenges_may_stand_in_one_header() -> None:
    challenges = parse_challenges(
        ['Basic realm="a, b", Digest realm="say \\"x\\"", nonce=unquoted,stale=TRUE , Negotiate']
    )
    assert [c.scheme for c in challenges] == ["basic", "digest", "negotiate"]
    assert challenges[0].parameters == {"realm": "a, b"}
    assert challenges[1].parameters == {"realm": 'say "x"', "nonce": "unquoted", "stale": "TRUE"}
    assert challenges[1].stale


@pytest.mark.parametrize(
    "value",
    [
        "",
        "Negotiate",
        'Digest realm="no nonce"',
        'Digest realm="r", nonce="n", algorithm=SHA-512-256',
        'Digest realm="r", nonce="n", qop="auth-int"',
    ],
)
def test_a_challenge_without_an_answer_is_not_tried(value: str) -> None:
    auth = authenticator()
    assert not auth.challenged([value])
    assert auth.authorization("DESCRIBE", "x") is None


def test_the_first_algorithm_that_is_understood_is_taken() -> None:
    auth = authenticator()
    offers = [
        f'Digest realm="r", nonce="n", algorithm={name}' for name in ("SHA-512-256", "SHA-256")
    ]
    assert auth.challenged([*offers, DIGEST.format("n")])
    assert len(response_of(auth.authorization("DESCRIBE", "x"))) == 64


def test_an_empty_qop_means_none() -> None:
    auth = authenticator()
    assert auth.challenged([DIGEST.format("n") + ', qop=""'])
    assert "qop" not in (auth.authorization("DESCRIBE", "x") or "")


def test_a_session_key_depends_on_the_client_nonce() -> None:
    plain, keyed = authenticator(), authenticator()
    plain.challenged([DIGEST.format("n")])
    keyed.challenged([DIGEST.format("n") + ", algorithm=MD5-sess"])
    value = keyed.authorization("DESCRIBE", "x")
    assert "algorithm=MD5-sess" in (value or "")
    assert "cnonce=" in (value or "")
    assert response_of(value) != response_of(plain.authorization("DESCRIBE", "x"))


@pytest.mark.parametrize("challenge", ['Basic realm="r"', DIGEST.format("n")])
def test_a_wrong_password_is_tried_once(challenge: str) -> None:
    auth = authenticator()
    assert auth.challenged([challenge])
    assert not auth.challenged([challenge])


def test_a_new_nonce_alone_is_no_reason_to_try_a_refused_password_again() -> None:
    auth = authenticator()
    assert auth.challenged([DIGEST.format("a")])
    assert not auth.challenged([DIGEST.format("b")])


def test_a_stale_nonce_is_replaced() -> None:
    auth = authenticator()
    assert auth.challenged([DIGEST.format("a")])
    assert auth.challenged([DIGEST.format("b") + ", stale=true"])
    assert 'nonce="b"' in (auth.authorization("PLAY", "x") or "")
    assert not auth.challenged([DIGEST.format("b") + ", stale=true"])


def test_a_nonce_that_was_good_may_be_replaced_without_being_called_stale() -> None:
    auth = authenticator()
    assert auth.challenged([DIGEST.format("a")])
    auth.accepted()
    assert auth.challenged([DIGEST.format("b")])
    assert not auth.challenged([DIGEST.format("c")])


def test_a_reply_cannot_break_out_of_its_quotes() -> None:
    auth = authenticator(user='a"b\\c')
    auth.challenged(['Digest realm="x\\"y", nonce="n"'])
    value = auth.authorization("PLAY", "u") or ""
    assert value.startswith('Digest username="a\\"b\\\\c", realm="x\\"y", nonce="n"')


@given(st.lists(st.text(), max_size=4))
def test_any_header_is_read_without_an_error(values: list[str]) -> None:
    assert len(parse_challenges(values)) <= MAX_CHALLENGES
    auth = authenticator()
    if auth.challenged(values):
        assert auth.authorization("PLAY", "u")


@given(
    st.lists(st.sampled_from(["Digest ", "Basic ", "realm=", '"x"', "nonce=", ",", '"', " ", "="]))
)
def test_any_mixture_of_header_parts_is_read_without_an_error(parts: list[str]) -> None:
    auth = authenticator()
    assert auth.challenged(["".join(parts)]) == (auth.authorization("PLAY", "u") is not None)


@pytest.mark.parametrize(
    "value", [" " * 60000 + "x", "a" * 60000 + "=", 'Digest a="' + "\\" * 60000]
)
def test_long_headers_are_read_in_linear_time(value: str) -> None:
    assert len(parse_challenges([value])) <= MAX_CHALLENGES


def test_the_strongest_of_several_challenges_is_answered() -> None:
    auth = authenticator()
    weak, strong = DIGEST.format("weak"), DIGEST.format("strong") + ", algorithm=SHA-256"
    assert auth.challenged(["Basic realm=cam, algorithm=none", weak, strong, weak])
    value = auth.authorization("DESCRIBE", "rtsp://cam/")
    assert value is not None
    assert 'nonce="strong"' in value
    assert len(response_of(value)) == 64
