"""How a camera was opened: a session that writes down what it asks and what it is answered."""

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Final

from liveedge.clock import Clock
from liveedge.config.url import CameraUrl
from liveedge.errors import SourceError
from liveedge.rtsp.messages import Request, Response
from liveedge.rtsp.sdp import SessionDescription, parse_sdp
from liveedge.rtsp.session import Session

MAX_EXCHANGES: Final = 64
_LONGEST_NAME: Final = 60


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer."""

    method: str
    status: int
    seconds: float
    """From sending the request to having the whole answer."""


@dataclass(slots=True)
class Opening:
    """Everything that was said until the camera agreed to play, or did not."""

    began: float
    """Monotonic seconds; name resolution and the TCP connection come first."""
    connected: float | None = None
    exchanges: list[Exchange] = field(default_factory=list)
    authentication: str | None = None
    """The scheme that was used, such as `Basic` or `Digest MD5`; None if nothing was asked for."""
    server: str | None = None
    """What the camera calls itself."""
    transport: str | None = None
    """The Transport header of the answer to SETUP."""
    description: SessionDescription | None = None

    def seconds(self, method: str) -> float | None:
        """Time for a request, with all its repetitions; None if it was never answered well."""
        asked = [exchange for exchange in self.exchanges if exchange.method == method]
        if not any(200 <= exchange.status < 300 for exchange in asked):
            return None
        return sum(exchange.seconds for exchange in asked)


class ListeningSession(Session):
    """A session that fills in an `Opening`; what it says to the camera is what any other says."""

    def __init__(self, url: CameraUrl, opening: Opening, clock: Clock) -> None:
        super().__init__(url)
        self._heard = opening
        self._clock = clock

    def opening(self) -> Generator[Request, Response, None]:
        """The dialogue of `Session.opening`, listened to."""
        dialogue = super().opening()
        request = next(dialogue)
        self._heard.connected = self._clock.monotonic()
        while True:
            asked = self._clock.monotonic()
            response = yield request
            self._note(request, response, self._clock.monotonic() - asked)
            try:
                request = dialogue.send(response)
            except StopIteration:
                return

    def _note(self, request: Request, response: Response, seconds: float) -> None:
        heard = self._heard
        if len(heard.exchanges) < MAX_EXCHANGES:
            heard.exchanges.append(Exchange(request.method, response.status, seconds))
        # What was sent a password can put it into any words of its own.
        if heard.server is None and "Authorization" not in request.headers:
            heard.server = _plain(response.headers.get("Server") or "") or None
        if not 200 <= response.status < 300:
            return
        if authorization := request.headers.get("Authorization"):
            heard.authentication = _scheme(authorization)
        if request.method == "DESCRIBE":
            heard.description = _parsed(response.body)
        elif request.method == "SETUP":
            heard.transport = response.headers.get("Transport")


def _scheme(authorization: str) -> str:
    scheme, _, rest = authorization.partition(" ")
    if scheme != "Digest":
        return scheme
    return "Digest SHA-256" if "algorithm=SHA-256" in rest else "Digest MD5"


def _parsed(body: bytes) -> SessionDescription | None:
    try:
        return parse_sdp(body)
    except SourceError:  # the session itself says what is wrong with it
        return None


def _plain(text: str) -> str:
    return "".join(c for c in text if c.isprintable())[:_LONGEST_NAME].strip()
