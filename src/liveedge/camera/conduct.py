"""How the camera answers, where that is not how it should."""

from collections.abc import Callable, Mapping
from http import HTTPStatus

from liveedge.camera.rtp import PAYLOAD_TYPE
from liveedge.rtsp.messages import Headers, Request, Response
from liveedge.rtsp.server_auth import Gate
from liveedge.rtsp.server_session import Media, ServerSession

_OWN_STATUS = {
    451: "Parameter Not Understood",
    453: "Not Enough Bandwidth",
    454: "Session Not Found",
    461: "Unsupported Transport",
}
"""Where RTSP (RFC 2326 §7.1.1) goes its own way."""
_REFUSED_AT = {453: "SETUP", 454: "PLAY", 461: "SETUP"}
_HUGE = 1 << 20
_TRACKS = 1500


class Conduct:
    """Answers as it should at first; faults set its attributes and put them back."""

    def __init__(self) -> None:
        self.status: int | None = None
        """With what sessions are refused, at the method where cameras do so."""
        self.redirect = False
        """DESCRIBE is answered with the address that was asked for."""
        self.sdp: Callable[[str], str] | None = None
        """What is made of the session description."""
        self.one_viewer: Callable[[], int] | None = None
        """If set, says how many play; while anybody does, SETUP is refused."""

    def make_session(self, paths: Mapping[str, Media], gate: Gate | None) -> ServerSession:
        """A session that behaves like this."""
        return _Session(paths, gate, self)


class _Session(ServerSession):
    def __init__(self, paths: Mapping[str, Media], gate: Gate | None, conduct: Conduct) -> None:
        super().__init__(paths, gate)
        self._conduct = conduct

    def answer(self, request: Request) -> Response:
        """Answer as the conduct says."""
        conduct, method = self._conduct, request.method
        status = conduct.status
        if status is not None and method == _REFUSED_AT.get(status, "DESCRIBE"):
            return _refusal(status, request)
        if conduct.redirect and method == "DESCRIBE":
            return _refusal(302, request, ("Location", request.url))
        if conduct.one_viewer is not None and method == "SETUP" and conduct.one_viewer():
            return _refusal(453, request)
        response = super().answer(request)
        if conduct.sdp is not None and method == "DESCRIBE" and response.status == 200:
            response.body = conduct.sdp(response.body.decode()).encode()
        return response


def without_video(sdp: str) -> str:
    """Offer sound only."""
    head, _, media = sdp.partition("m=video")
    sound = media.partition("m=audio")[2] or " 0 RTP/AVP 0\r\na=control:trackID=0\r\n"
    return f"{head}m=audio{sound}"


def broken(sdp: str) -> str:
    """Be no session description."""
    return "<html><body>" + sdp.replace("=", " ") + "</body></html>"


def huge(sdp: str) -> str:
    """Be a description of a megabyte."""
    line = "a=x-note:" + "x" * 1000 + "\r\n"
    return sdp + line * (_HUGE // len(line) + 1)


def many_tracks(sdp: str) -> str:
    """Offer more tracks than anybody wants."""
    track = "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:trackID=9\r\n"
    return sdp.partition("m=video")[0] + track * _TRACKS


def without_sets(sdp: str) -> str:
    """Leave out the parameter sets; they come in band."""
    fmtp = f"a=fmtp:{PAYLOAD_TYPE} "
    kept = [line for line in sdp.split("\r\n") if not line.startswith(fmtp)]
    return "\r\n".join(kept)


def _refusal(status: int, request: Request, *fields: tuple[str, str]) -> Response:
    known = status in set(HTTPStatus)
    reason = _OWN_STATUS.get(status) or (HTTPStatus(status).phrase if known else "Refused")
    headers = Headers([("CSeq", request.headers.get("CSeq", "0") or "0"), *fields])
    if status == 401:
        headers.add("WWW-Authenticate", 'Basic realm="camera"')
    return Response(status, reason, headers)
