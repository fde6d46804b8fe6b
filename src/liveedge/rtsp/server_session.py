"""What an RTSP server answers (RFC 2326 §10), without I/O: one session of one connection.

Media goes over the same TCP connection (RFC 2326 §10.12) or over UDP to the host that it came
from. The session ends with its connection, and nothing is ever sent to a host that did not connect.
"""

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from enum import Enum, auto
from typing import NamedTuple, Protocol
from urllib.parse import unquote, urlsplit

from liveedge.rtsp.messages import Headers, Request, Response
from liveedge.rtsp.server_audience import Listener
from liveedge.rtsp.server_auth import Gate
from liveedge.rtsp.server_transport import client_ports, interleaved_channels
from liveedge.rtsp.transport import Transport

SESSION_TIMEOUT = 60
"""Seconds without any octet from the client after which its session ends."""

_REASONS = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    451: "Parameter Not Understood",
    454: "Session Not Found",
    455: "Method Not Valid in This State",
    459: "Aggregate Operation Not Allowed",
    461: "Unsupported Transport",
    501: "Not Implemented",
    503: "Service Unavailable",
    551: "Option not supported",
}
_METHODS = (
    "OPTIONS",
    "DESCRIBE",
    "SETUP",
    "PLAY",
    "PAUSE",
    "TEARDOWN",
    "GET_PARAMETER",
    "SET_PARAMETER",
)
_PUBLIC = ", ".join(_METHODS)
_NOT_OFFERED = frozenset({"ANNOUNCE", "RECORD", "REDIRECT"})
_CREDENTIALS = re.compile(r"//[^/]*@")


class Track(Protocol):
    """One medium of a stream: its pictures, or its sound."""

    @property
    def control(self) -> str:
        """Its control URL, relative to that of the stream."""
        ...

    @property
    def ssrc(self) -> int:
        """The SSRC of its packets."""
        ...

    def rtp_time(self) -> int:
        """Return the RTP timestamp of this moment; no packet sent from now on has an older one."""
        ...

    def join(self, listener: Listener) -> None:
        """Send to a client from now on, beginning with a sender report."""
        ...

    def leave(self, listener: Listener) -> None:
        """Send to a client no longer; no harm if it did not join."""
        ...


class Media(Protocol):
    """What a server offers at one path: a stream of at least one track."""

    @property
    def sdp(self) -> str:
        """Its description (RFC 2327); control URLs are relative."""
        ...

    @property
    def tracks(self) -> Sequence[Track]:
        """Its tracks; a client takes those that it wants."""
        ...


class SetUp(NamedTuple):
    """A track that a client wants, and how it gets it."""

    track: Track
    transport: Transport
    """What was agreed on: channels or ports chosen by the client."""


class State(Enum):
    """States of a session (RFC 2326 §A.2)."""

    INIT = auto()
    READY = auto()
    PLAYING = auto()


class ServerSession:
    """Answers the requests of one connection; whoever owns it acts on `state` and `set_up`."""

    def __init__(self, paths: Mapping[str, Media], gate: Gate | None) -> None:
        """`paths` begin with a slash and do not end with one; no `gate` lets everybody in."""
        self._paths = paths
        self._gate = gate
        self._id = ""
        self._media: Media | None = None
        self._base = ""
        self.state = State.INIT
        self.set_up: tuple[SetUp, ...] = ()
        """The tracks that were set up; none in state INIT."""
        self.offers_tcp = True
        """Whether media may go over the connection itself."""
        self.udp_ports: tuple[int, int] | None = None
        """Ports that RTP and RTCP are sent from over UDP; None if that is not offered."""

    def answer(self, request: Request) -> Response:
        """Return the answer to a request, and change state accordingly."""
        response = self._answer(request)
        response.reason = _REASONS[response.status]
        response.headers.set("CSeq", request.headers.get("CSeq", "0") or "0")
        response.headers.set("Server", "liveedge")
        return response

    def _answer(self, request: Request) -> Response:
        handlers: dict[str, Callable[[Request, Media, Track | None], Response]] = {
            "DESCRIBE": self._describe,
            "SETUP": self._set_up_track,
            "PLAY": self._play,
            "PAUSE": self._pause,
            "TEARDOWN": self._tear_down,
        }
        if request.cseq is None:
            return Response(400)
        if unknown := request.headers.get("Require"):
            return Response(551, headers=Headers([("Unsupported", unknown)]))
        if request.method == "OPTIONS":
            return Response(200, headers=Headers([("Public", _PUBLIC)]))
        if request.method not in _METHODS:
            status = 405 if request.method in _NOT_OFFERED else 501
            return Response(status, headers=Headers([("Allow", _PUBLIC)]))
        if self._gate is not None and not self._gate.admits(request):
            challenges = [("WWW-Authenticate", value) for value in self._gate.challenges()]
            return Response(401, headers=Headers(challenges))
        if request.method in ("GET_PARAMETER", "SET_PARAMETER"):
            return self._parameter(request)
        found = self._find(request.url)
        return Response(404) if found is None else handlers[request.method](request, *found)

    def _describe(self, request: Request, media: Media, _: Track | None) -> Response:
        accept = request.headers.get("Accept", "application/sdp") or ""
        if "application/sdp" not in accept.lower() and "*/*" not in accept:
            return Response(406)
        headers = Headers(
            [("Content-Type", "application/sdp"), ("Content-Base", _stream_url(request.url, media))]
        )
        return Response(200, headers=headers, body=media.sdp.encode())

    def _set_up_track(self, request: Request, media: Media, track: Track | None) -> Response:
        if "Session" in request.headers and not self._is_ours(request):
            return Response(454)
        if self.state is State.PLAYING:
            return Response(455)
        if track is None and len(media.tracks) == 1:
            track = media.tracks[0]
        if track is None or self._media not in (None, media):
            return Response(459)
        others = tuple(each for each in self.set_up if each.track is not track)
        agreed = self._choose(request.headers.get("Transport", "") or "", others)
        if agreed is None:
            return Response(461)
        self._id = self._id or secrets.token_hex(8)
        self._base = _stream_url(request.url, media)
        self._media, self.set_up = media, (*others, SetUp(track, agreed))
        self.state = State.READY
        return self._in_session([("Transport", str(replace(agreed, ssrc=track.ssrc)))])

    def _play(self, request: Request, _: Media, __: Track | None) -> Response:
        if not self._is_ours(request):
            return Response(454)
        self.state = State.PLAYING
        # Without `seq`: the client's first packet is that of the next sync frame, whose number is
        # not known yet.
        info = ",".join(
            f"url={self._base}{track.control};rtptime={track.rtp_time()}"
            for track, _ in self.set_up
        )
        return self._in_session([("Range", "npt=0.000-"), ("RTP-Info", info)])

    def _pause(self, request: Request, _: Media, __: Track | None) -> Response:
        if not self._is_ours(request):
            return Response(454)
        if self.state is not State.PLAYING:
            return Response(455)
        self.state = State.READY
        return self._in_session([])

    def _tear_down(self, request: Request, _: Media, __: Track | None) -> Response:
        if not self._is_ours(request):
            return Response(454)
        self.state, self._media, self.set_up, self._id = State.INIT, None, (), ""
        return Response(200)

    def _parameter(self, request: Request) -> Response:
        """Keep the session alive, which is all that these methods are used for here."""
        if "Session" in request.headers and not self._is_ours(request):
            return Response(454)
        return Response(451) if request.body.strip() else self._in_session([])

    def _choose(self, transport: str, others: tuple[SetUp, ...]) -> Transport | None:
        """Return the first of a client's ways that is offered here, None if there is none."""
        taken = {channel for each in others for channel in each.transport.interleaved or ()}
        for offer in transport.split(","):
            if self.offers_tcp and (channels := interleaved_channels(offer, taken)):
                return Transport("RTP/AVP/TCP", interleaved=channels)
            if self.udp_ports and (ports := client_ports(offer)):
                return Transport("RTP/AVP", client_port=ports, server_port=self.udp_ports)
        return None

    def _in_session(self, fields: list[tuple[str, str]]) -> Response:
        if self._id:
            fields = [("Session", f"{self._id};timeout={SESSION_TIMEOUT}"), *fields]
        return Response(200, headers=Headers(fields))

    def _is_ours(self, request: Request) -> bool:
        given = (request.headers.get("Session", "") or "").partition(";")[0].strip()
        return bool(self._id) and given == self._id

    def _find(self, url: str) -> tuple[Media, Track | None] | None:
        """Return the stream that a URL is of, and the track if it is that of one."""
        path = _path(url)
        if path in self._paths:
            return self._paths[path], None
        stream, _, control = path.rpartition("/")
        media = self._paths.get(stream)
        for track in media.tracks if media is not None else ():
            if media is not None and track.control == control:
                return media, track
        return None


def _path(url: str) -> str:
    try:
        return unquote(urlsplit(url).path).rstrip("/")
    except ValueError:
        return ""


def _stream_url(url: str, media: Media) -> str:
    """Return the URL of the stream as the client calls it, with the slash that makes it a base."""
    base = _CREDENTIALS.sub("//", url.partition("?")[0].rstrip("/"))
    for track in media.tracks:
        base = base.removesuffix("/" + track.control)
    return base + "/"
