"""The server's side of authentication: Basic (RFC 7617) and Digest (RFC 7616, RFC 2069)."""

import secrets
from base64 import b64decode
from binascii import Error as Base64Error
from hmac import compare_digest

from liveedge.rtsp.auth import Challenge, digest_response, parse_challenges
from liveedge.rtsp.messages import Request

REALM = "liveedge"


class Gate:
    """Asks for one user name and password; holds the nonce of one connection.

    A digest is offered without qop, the form of RFC 2069 that every RTSP client knows, and taken
    with or without. Its `uri` is not compared with the URL of the request: RTSP clients disagree
    on which of the URLs of a session they sign.
    """

    def __init__(self, username: str, password: str) -> None:
        self._username = username
        self._password = password
        self._nonce = secrets.token_hex(16)

    def challenges(self) -> list[str]:
        """Return the values for WWW-Authenticate headers, the safer one first."""
        return [f'Digest realm="{REALM}", nonce="{self._nonce}"', f'Basic realm="{REALM}"']

    def admits(self, request: Request) -> bool:
        """Return whether a request proves the password."""
        authorization = request.headers.get("Authorization", "") or ""
        scheme, _, rest = authorization.partition(" ")
        if scheme.lower() == "basic":
            return self._admits_basic(rest.strip())
        if scheme.lower() == "digest":
            return self._admits_digest(request.method, authorization)
        return False

    def _admits_basic(self, token: str) -> bool:
        try:
            given = b64decode(token, validate=True)
        except (Base64Error, ValueError):
            return False
        return compare_digest(given, f"{self._username}:{self._password}".encode())

    def _admits_digest(self, method: str, authorization: str) -> bool:
        given = next(iter(parse_challenges([authorization])), None)
        if given is None:
            return False
        fields = given.parameters
        known = fields.get("nonce") == self._nonce and fields.get("realm") == REALM
        if not known or fields.get("username") != self._username or given.algorithm != "MD5":
            return False
        asked = {"realm": REALM, "nonce": self._nonce}
        if "qop" in fields:
            asked["qop"] = "auth"
        expected = digest_response(
            Challenge("digest", asked),
            self._username,
            self._password,
            method,
            fields.get("uri", ""),
            nonce_count=fields.get("nc", ""),
            cnonce=fields.get("cnonce", ""),
        )
        response = fields.get("response", "").lower()
        return compare_digest(response.encode("utf-8", "surrogateescape"), expected.encode())
