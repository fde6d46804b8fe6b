from base64 import b64encode

import pytest

from liveedge.rtsp.auth import Authenticator
from liveedge.rtsp.messages import Headers, Request
from liveedge.rtsp.server_auth import Gate

URL = "rtsp://h/cam"


def request(authorization: str | None, method: str = "DESCRIBE") -> Request:
    fields = [] if authorization is None else [("Authorization", authorization)]
    return Request(method, URL, Headers(fields))


def digest(
    gate: Gate, user: str = "anna", password: str = "geheim", method: str = "DESCRIBE"
) -> str:
    client = Authenticator(user, password)
    assert client.challenged(gate.challenges()[:1])
    authorization = client.authorization(method, URL)
    assert authorization is not None
    return authorization


def basic(text: str) -> str:
    return "Basic " + b64encode(text.encode()).decode()


def test_a_digest_of_the_password_opens() -> None:
    gate = Gate("anna", "geheim")
    assert gate.admits(request(digest(gate)))


def test_umlauts_quotes_and_colons_open_too() -> None:
    gate = Gate("änna", 'ge"he\\im:ß')
    assert gate.admits(request(digest(gate, "änna", 'ge"he\\im:ß')))
    assert gate.admits(request(basic('änna:ge"he\\im:ß')))


def test_a_digest_with_qop_opens() -> None:
    gate = Gate("anna", "geheim")
    client = Authenticator("anna", "geheim")
    assert client.challenged([gate.challenges()[0] + ', qop="auth"'])
    assert gate.admits(request(client.authorization("DESCRIBE", URL)))


@pytest.mark.parametrize(("user", "password"), [("anna", "falsch"), ("otto", "geheim"), ("", "")])
def test_another_password_or_user_does_not(user: str, password: str) -> None:
    gate = Gate("anna", "geheim")
    assert not gate.admits(request(digest(gate, user, password)))
    assert not gate.admits(request(basic(f"{user}:{password}")))


def test_a_digest_is_good_for_one_connection_and_one_method() -> None:
    gate = Gate("anna", "geheim")
    answer = digest(gate)
    assert not Gate("anna", "geheim").admits(request(answer))
    assert not gate.admits(request(answer, "SETUP"))


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Basic",
        "Basic !!!",
        "Basic YW5uYQ",
        "Digest",
        "Digest x",
        'Digest username="anna"',
        "Bearer abc",
        "Digest response=\udcff",
    ],
)
def test_everything_else_stays_outside(authorization: str | None) -> None:
    assert not Gate("anna", "geheim").admits(request(authorization))


def test_a_digest_of_another_algorithm_stays_outside() -> None:
    gate = Gate("anna", "geheim")
    assert not gate.admits(request(digest(gate) + ", algorithm=SHA-256"))
