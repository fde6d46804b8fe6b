"""Answers to authentication challenges: Basic (RFC 7617) and Digest (RFC 7616, RFC 2069)."""

import hashlib
import re
import secrets
from base64 import b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass

MAX_CHALLENGES = 16

_HASHES = {"MD5": "md5", "SHA-256": "sha256"}
_STRENGTH = {"MD5": 0, "SHA-256": 1}
_SCHEME = re.compile(r"[\s,]*([A-Za-z0-9!#$%&'*+.^_`|~-]+)(?=[\s,]|\Z)")
_PARAMETER = re.compile(
    r"[\s,]*([A-Za-z0-9!#$%&'*+.^_`|~-]+)\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"|([^\s,\"]*))"
)
_ESCAPED = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class Challenge:
    """One challenge of a WWW-Authenticate header (RFC 7235 §4.1), names in lower case."""

    scheme: str
    parameters: dict[str, str]

    @property
    def nonce(self) -> str:
        """What a digest is made with; empty for Basic."""
        return self.parameters.get("nonce", "")

    @property
    def algorithm(self) -> str:
        """The digest algorithm without `-sess`, in upper case."""
        return self.parameters.get("algorithm", "MD5").upper().removesuffix("-SESS")

    @property
    def stale(self) -> bool:
        """True if only the nonce was refused, not the password (RFC 7616 §3.3)."""
        return self.parameters.get("stale", "").lower() == "true"

    @property
    def qop(self) -> str | None:
        """`auth`, or None for the form of RFC 2069, which knows no quality of protection."""
        # Some cameras write qop="" where they mean none.
        return "auth" if self.parameters.get("qop") else None

    @property
    def answerable(self) -> bool:
        """True if we know how to answer."""
        if self.scheme == "basic":
            return True
        qop = self.parameters.get("qop") or "auth"
        offered = [word.strip().lower() for word in qop.split(",")]
        return (
            self.scheme == "digest"
            and bool(self.nonce)
            and self.algorithm in _HASHES
            and "auth" in offered
        )


def parse_challenges(values: Iterable[str]) -> list[Challenge]:
    """Read WWW-Authenticate headers, one or more challenges in each; skip what is malformed."""
    challenges: list[Challenge] = []
    for value in values:
        position = 0
        while len(challenges) < MAX_CHALLENGES and (scheme := _SCHEME.match(value, position)):
            position = scheme.end()
            parameters: dict[str, str] = {}
            while parameter := _PARAMETER.match(value, position):
                name, quoted, plain = parameter.groups()
                text = plain if quoted is None else _ESCAPED.sub(r"\1", quoted)
                parameters.setdefault(name.lower(), text)
                position = parameter.end()
            challenges.append(Challenge(scheme[1].lower(), parameters))
    return challenges


def digest_response(
    challenge: Challenge,
    username: str,
    password: str,
    method: str,
    uri: str,
    *,
    nonce_count: str = "",
    cnonce: str = "",
) -> str:
    """Return the `response` of RFC 7616 §3.4.1; without qop, that of RFC 2069 §2.1.2."""

    def digest(text: str) -> str:
        octets = text.encode("utf-8", "surrogateescape")
        name = _HASHES[challenge.algorithm]
        return hashlib.new(name, octets, usedforsecurity=False).hexdigest()

    nonce = challenge.nonce
    secret = digest(f"{username}:{challenge.parameters.get('realm', '')}:{password}")
    if challenge.parameters.get("algorithm", "").upper().endswith("-SESS"):
        secret = digest(f"{secret}:{nonce}:{cnonce}")
    what = digest(f"{method}:{uri}")
    if challenge.qop is None:
        return digest(f"{secret}:{nonce}:{what}")
    return digest(f"{secret}:{nonce}:{nonce_count}:{cnonce}:{challenge.qop}:{what}")


class Authenticator:
    """Credentials, and the challenge they are at present the answer to.

    Ask `authorization` for each request; tell `accepted` when it was not refused, and ask
    `challenged` whether to try again when it was.
    """

    def __init__(
        self,
        username: str,
        password: str,
        *,
        new_cnonce: Callable[[], str] = lambda: secrets.token_hex(8),
    ) -> None:
        self._username = username
        self._password = password
        self._new_cnonce = new_cnonce
        self._challenge: Challenge | None = None
        self._cnonce = ""
        self._nonce_count = 0
        self._proven = False

    def accepted(self) -> None:
        """Note that the camera took what `authorization` gave."""
        self._proven = self._challenge is not None

    def challenged(self, values: Iterable[str]) -> bool:
        """Take the WWW-Authenticate values of a 401; return whether another try makes sense.

        It does not where the password is wrong: tries beyond one a nonce would only lock the
        account. A nonce may be replaced while it is stale, or after it has been good once.
        """
        known = [challenge for challenge in parse_challenges(values) if challenge.answerable]
        digests = [challenge for challenge in known if challenge.scheme == "digest"]
        before, was_proven = self._challenge, self._proven
        # The strongest; the first of equals (RFC 7616 §3.7). Basic only where nothing hides the
        # password.
        self._challenge = max(
            digests or known, key=lambda c: _STRENGTH.get(c.algorithm, 0), default=None
        )
        self._cnonce = self._new_cnonce()
        self._nonce_count = 0
        self._proven = False
        if self._challenge is None or before is None:
            return self._challenge is not None
        renewed = self._challenge.nonce != before.nonce
        return renewed and (was_proven or self._challenge.stale)

    def authorization(self, method: str, uri: str) -> str | None:
        """Return the Authorization value for a request, None before the first challenge."""
        challenge = self._challenge
        if challenge is None:
            return None
        if challenge.scheme == "basic":
            pair = f"{self._username}:{self._password}".encode()
            return f"Basic {b64encode(pair).decode()}"
        self._nonce_count += 1
        count = f"{self._nonce_count:08x}"
        parameters = challenge.parameters
        response = digest_response(
            challenge,
            self._username,
            self._password,
            method,
            uri,
            nonce_count=count,
            cnonce=self._cnonce,
        )
        fields = [
            f"username={_quoted(self._username)}",
            f"realm={_quoted(parameters.get('realm', ''))}",
            f"nonce={_quoted(challenge.nonce)}",
            f"uri={_quoted(uri)}",
            f'response="{response}"',
        ]
        if "algorithm" in parameters:
            fields.append(f"algorithm={parameters['algorithm']}")
        if "opaque" in parameters:
            fields.append(f"opaque={_quoted(parameters['opaque'])}")
        if challenge.qop is not None:
            fields.append(f'qop={challenge.qop}, nc={count}, cnonce="{self._cnonce}"')
        elif challenge.parameters.get("algorithm", "").upper().endswith("-SESS"):
            fields.append(f'cnonce="{self._cnonce}"')
        return "Digest " + ", ".join(fields)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
