"""What an RTSP client says, and what it makes of the answers (RFC 2326 §10, Appendix A.1).

No I/O: a dialogue is a generator that yields each request to send, is sent the response, and
raises a `SourceError` if the camera cannot be shown. The caller matches responses by their CSeq
and keeps the deadlines.
"""

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass

from liveedge.config.url import CameraUrl
from liveedge.errors import ProtocolError, Reason, SourceError
from liveedge.rtsp.audio import AudioTrack, choose_audio
from liveedge.rtsp.auth import Authenticator
from liveedge.rtsp.messages import Headers, Request, Response, shown
from liveedge.rtsp.sdp import SessionDescription, is_absolute, parse_sdp, resolve_control
from liveedge.rtsp.transport import (
    DEFAULT_SESSION_TIMEOUT,
    INTERLEAVED,
    Transport,
    agree,
    parse_session,
)
from liveedge.rtsp.video import VideoTrack, choose_video

Dialogue = Generator[Request, Response, None]
_Exchange = Generator[Request, Response, Response]

USER_AGENT = "liveedge"
MAX_TRIES = 3
"""Times that one request is sent: without an answer to a challenge, with one, with a new nonce."""

_FROM_NOW = ("Range", "npt=0.000-")
_AGGREGATE_NOT_ALLOWED = 459
_LAST_CHANNEL = 255
_UNSUPPORTED_TRANSPORT = 461
_ANOTHER_WAY_MAY_HELP = frozenset({Reason.UNSUPPORTED, Reason.PROTOCOL})
"""461, and what cameras answer that do not know it: 400, 406, 500, …"""

_ANSWERED = frozenset({"OPTIONS", "GET_PARAMETER", "SET_PARAMETER", "ANNOUNCE"})
_ENDING = frozenset({"TEARDOWN", "REDIRECT"})


@dataclass(frozen=True, slots=True)
class SetUp:
    """A track, and the way that it comes."""

    track: VideoTrack
    transport: Transport
    """What was agreed on: with `interleaved`, or else with `client_port`."""


@dataclass(frozen=True, slots=True)
class SoundSetUp:
    """An audio track, and the way that it comes: the same as that of the video."""

    track: AudioTrack
    transport: Transport


class Session:
    """One session with a camera; `opening` comes first, then `keeping_alive` now and then."""

    def __init__(self, url: CameraUrl) -> None:
        self.media: SetUp | None = None
        """Known after SETUP."""
        self.wants_sound = False
        """Whether to ask for an audio track too."""
        self.sound: SoundSetUp | None = None
        """Known after its SETUP; None without a track that can be received."""
        self.timeout = DEFAULT_SESSION_TIMEOUT
        """Seconds that the camera keeps the session without a sign of life."""
        self.credentials_sent = False
        """True once a request has carried an answer to a challenge."""
        self.offers: Callable[[], Iterable[Transport]] = lambda: (INTERLEAVED,)
        """Ways for a track to come, the best first; the next one is asked for only when the camera
        has refused all before it."""
        self.offer_sound: Callable[[], Transport | None] = lambda: None
        """A way for sound to come beside video over UDP; None if there is none."""
        self._url = url
        self._auth: Authenticator | None = None
        if url.username is not None:
            self._auth = Authenticator(url.username, url.password or "")
        self._cseq = 0
        self._id: str | None = None
        self._aggregate = url.request
        self._ping: str | None = None
        """The method that keeps this camera's session alive, None while that is not known."""

    def opening(self) -> Dialogue:
        """DESCRIBE, SETUP of the first tracks that can be received, PLAY."""
        described = yield from self._ask(
            "DESCRIBE", self._url.request, [("Accept", "application/sdp")]
        )
        base = _base(described.headers, self._url.request)
        description = parse_sdp(described.body)
        track = choose_video(description)
        self._aggregate = resolve_control(base, description.control)
        if description.control and is_absolute(description.control):
            base = self._aggregate
        control = resolve_control(base, track.control)
        self.media = SetUp(track, (yield from self._set_up(control)))
        if self.wants_sound:
            yield from self._set_up_sound(base, description)
        played = yield from self._exchange("PLAY", self._aggregate, [_FROM_NOW])
        if played.status == _AGGREGATE_NOT_ALLOWED:
            self._aggregate = control
            played = yield from self._exchange("PLAY", control, [_FROM_NOW])
        self._demand("PLAY", played)

    def _set_up(self, control: str) -> Generator[Request, Response, Transport]:
        """Set a track up in the first way that the camera takes; return what was agreed on."""
        error: SourceError | None = None
        for wanted in self.offers():
            answer = yield from self._exchange("SETUP", control, [("Transport", str(wanted))])
            error = self._failure("SETUP", answer)
            if error is None:
                self._id, self.timeout = parse_session(answer.headers.get("Session") or "")
                agreed = agree(wanted, answer.headers.get("Transport"))
                if agreed is not None:
                    return agreed
                error = _other_way(wanted)
            elif answer.status == _UNSUPPORTED_TRANSPORT:
                error = _refused_way(wanted)
            elif error.reason not in _ANOTHER_WAY_MAY_HELP:
                break
        raise error or _other_way(INTERLEAVED)

    def _set_up_sound(self, base: str, description: SessionDescription) -> Dialogue:
        """Set the audio track up beside the video; a camera that does not want to sends none.

        It comes by the way that the video comes.
        """
        track = choose_audio(description)
        if track is None or self.media is None:
            return
        video = self.media.transport.interleaved
        wanted = _beside(video) if video else self.offer_sound()
        if wanted is None:
            return
        control = resolve_control(base, track.control)
        answer = yield from self._exchange("SETUP", control, [("Transport", str(wanted))])
        if not 200 <= answer.status < 300:
            return
        agreed = agree(wanted, answer.headers.get("Transport"))
        if agreed is not None and not set(agreed.interleaved or ()) & set(video or ()):
            self.sound = SoundSetUp(track, agreed)

    def keeping_alive(self) -> Dialogue:
        """One sign of life. Whatever the answer is: while video comes, all is well."""
        if self._ping is None:
            answer = yield from self._exchange("OPTIONS", self._aggregate)
            methods = {word.strip() for word in (answer.headers.get("Public") or "").split(",")}
            self._ping = "GET_PARAMETER" if "GET_PARAMETER" in methods else "OPTIONS"
            if self._ping == "OPTIONS":
                return
        # OPTIONS "does not influence server state" (RFC 2326 §10.1), so some do not count it.
        answer = yield from self._exchange(self._ping, self._aggregate)
        if answer.status >= 400 and answer.status != 401:
            self._ping = "OPTIONS"

    def teardown(self) -> Request | None:
        """Return the request that ends the session, None if there is no session."""
        return None if self._id is None else self._request("TEARDOWN", self._aggregate)

    def answer(self, request: Request) -> Response:
        """Return the response to a camera's own request."""
        known = request.method in _ANSWERED | _ENDING
        response = Response(200, "OK") if known else Response(501, "Not Implemented")
        if request.cseq is not None:
            response.headers.add("CSeq", str(request.cseq))
        if request.method == "OPTIONS":
            response.headers.add("Public", ", ".join(sorted(_ANSWERED | _ENDING)))
        return response

    def _ask(self, method: str, url: str, headers: Iterable[tuple[str, str]] = ()) -> _Exchange:
        """Exchange a request for its response; raise a `SourceError` unless it is a success."""
        response = yield from self._exchange(method, url, headers)
        self._demand(method, response)
        return response

    def _demand(self, method: str, response: Response) -> None:
        if error := self._failure(method, response):
            raise error

    def _failure(self, method: str, response: Response) -> SourceError | None:
        return None if 200 <= response.status < 300 else self._refusal(method, response)

    def _exchange(
        self, method: str, url: str, headers: Iterable[tuple[str, str]] = ()
    ) -> _Exchange:
        """Exchange a request for its response, answering challenges where that makes sense."""
        for _ in range(MAX_TRIES):
            response = yield self._request(method, url, headers)
            if self._auth is None:
                break
            if response.status != 401:
                self._auth.accepted()
                break
            if not self._auth.challenged(response.headers.get_all("WWW-Authenticate")):
                break
        return response

    def _request(self, method: str, url: str, headers: Iterable[tuple[str, str]] = ()) -> Request:
        self._cseq += 1
        fields = [("CSeq", str(self._cseq)), ("User-Agent", USER_AGENT), *headers]
        if self._id is not None:
            fields.append(("Session", self._id))
        authorization = self._auth.authorization(method, url) if self._auth is not None else None
        if authorization is not None:
            fields.append(("Authorization", authorization))
            self.credentials_sent = True
        return Request(method, url, Headers(fields))

    def _refusal(self, method: str, response: Response) -> SourceError:
        status = response.status
        if status == 401 and self._auth is None:
            return SourceError(
                Reason.UNAUTHORIZED,
                "The camera asks for a user name and a password; put them into its address.",
            )
        if status == 401 and not self.credentials_sent:
            return SourceError(
                Reason.UNAUTHORIZED,
                "The camera asks for a way of authentication that is not known;"
                " set it to Digest or Basic.",
            )
        if 300 <= status < 400:
            return SourceError(
                Reason.REDIRECT,
                f"The camera redirects to another address ({status}), and redirects are never"
                " followed; enter the address itself.",
            )
        if status in _REFUSALS:
            reason, sentence = _REFUSALS[status]
            return SourceError(reason, f"{sentence} ({status}).")
        words = f"{status} {response.reason}".strip()
        return ProtocolError(f"The camera answered {method} with {shown(words)}.")


_REFUSALS = {
    401: (Reason.UNAUTHORIZED, "The camera refuses this user name or password"),
    403: (Reason.UNAUTHORIZED, "The camera does not allow this user to see this stream"),
    404: (Reason.NOT_FOUND, "The camera does not know this path; check it"),
    453: (Reason.BUSY, "The camera has no bandwidth left for another viewer"),
    454: (Reason.SESSION_LOST, "The camera does not know the session that it has just opened"),
    461: (
        Reason.UNSUPPORTED,
        "The camera does not send RTP in the way that was asked for; allow TCP in its settings",
    ),
    503: (Reason.BUSY, "The camera is too busy; it may allow no further viewer"),
}


def _base(headers: Headers, url: str) -> str:
    """Return the URL that controls are relative to (RFC 2326 §C.1.1)."""
    for name in ("Content-Base", "Content-Location"):
        value = headers.get(name) or ""
        # Cameras also write `/`, or a host without a scheme; the URL that was asked for is better.
        if is_absolute(value):
            return value
    return url


def _beside(video: tuple[int, int]) -> Transport | None:
    """The next two channels behind those of the video; None if there are no more."""
    last = max(video)
    if last > _LAST_CHANNEL - 2:
        return None
    return Transport(INTERLEAVED.protocol, interleaved=(last + 1, last + 2))


def _refused_way(wanted: Transport) -> SourceError:
    way = "UDP" if wanted.interleaved is None else "TCP"
    return SourceError(
        Reason.UNSUPPORTED,
        f"The camera does not send RTP over {way} ({_UNSUPPORTED_TRANSPORT}); allow that in its"
        " settings, or try another transport.",
    )


def _other_way(wanted: Transport) -> SourceError:
    way, setting = ("UDP", "tcp") if wanted.interleaved is None else ("TCP", "auto")
    return SourceError(
        Reason.UNSUPPORTED,
        f"The camera wants to send RTP another way than over {way}; allow {way} in its settings,"
        f' or try transport = "{setting}".',
    )
