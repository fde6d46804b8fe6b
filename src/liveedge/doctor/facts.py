"""What is known of a camera after listening to it: plain values for rules and reports."""

from dataclasses import dataclass
from statistics import median

from liveedge.doctor.codec import VideoFacts, describe_video
from liveedge.doctor.listen import Heard
from liveedge.doctor.opening import Opening
from liveedge.doctor.pictures import NOTHING, Figures, measure
from liveedge.errors import Reason
from liveedge.rtsp.sdp import PayloadFormat
from liveedge.rtsp.transport import parse_transports

_CLOCK_RATE = 90_000


@dataclass(frozen=True, slots=True)
class Track:
    """One medium that the camera offers."""

    kind: str
    """`video`, `audio` or another word of the session description."""
    codec: str
    """Upper case, as in `a=rtpmap`; empty if the camera does not say."""
    clock_rate: int
    channels: int
    used: bool = False
    """Whether this is the track that was listened to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that is known; durations of the opening in milliseconds, None for what did not happen."""

    # How it was opened.
    transport: str | None = None
    """`TCP` (interleaved in the RTSP connection) or `UDP`."""
    encrypted: bool = False
    authentication: str | None = None
    server: str | None = None
    connect_ms: float | None = None
    describe_ms: float | None = None
    setup_ms: float | None = None
    play_ms: float | None = None
    first_packet_ms: float | None = None
    """From the beginning of all, like the next one."""
    first_keyframe_ms: float | None = None

    # What it sends.
    tracks: tuple[Track, ...] = ()
    video: VideoFacts | None = None
    fps_declared: float | None = None
    seconds: float = 0.0
    """From the first picture to the last."""
    figures: Figures = NOTHING
    parameter_changes: int = 0

    # Its clock.
    reports: int = 0
    clock_behind_ms: float | None = None
    """Our clock minus the camera's, and the time that its quickest report took."""
    age_ms: float | None = None
    """Median time from capture to arrival, if the camera's clock can be believed."""

    # What was missing.
    packets: int = 0
    lost: int = 0
    damaged: int = 0

    reason: Reason | None = None
    """Why it failed, None if it did not."""

    @property
    def clock_believed(self) -> bool:
        """Whether the measured delay can begin at the capture rather than at the arrival."""
        return self.age_ms is not None


def gather(heard: Heard, *, encrypted: bool = False) -> Facts:
    """Make facts of what was heard."""
    opening, pictures = heard.opening, heard.pictures
    clock_rate = heard.video.clock_rate if heard.video else _CLOCK_RATE
    first = pictures[0].arrival if pictures else None
    return Facts(
        transport=_transport(opening.transport),
        encrypted=encrypted,
        authentication=opening.authentication,
        server=opening.server,
        connect_ms=_since(opening, opening.connected),
        describe_ms=_ms(opening.seconds("DESCRIBE")),
        setup_ms=_ms(opening.seconds("SETUP")),
        play_ms=_ms(opening.seconds("PLAY")),
        first_packet_ms=_since(opening, _earliest(heard.first_packet, first)),
        first_keyframe_ms=_since(opening, first),
        tracks=_tracks(heard),
        video=describe_video(heard.video.codec, heard.parameter_sets) if heard.video else None,
        fps_declared=heard.video.framerate if heard.video else None,
        seconds=pictures[-1].arrival - pictures[0].arrival if pictures else 0.0,
        figures=measure(pictures, clock_rate),
        parameter_changes=heard.parameter_changes,
        reports=len(heard.behind_ms),
        clock_behind_ms=min(heard.behind_ms, default=None),
        age_ms=median(heard.ages_ms) if heard.ages_ms else None,
        packets=heard.stats.packets,
        lost=heard.stats.lost,
        damaged=heard.stats.damaged,
        reason=heard.failure.reason if heard.failure else None,
    )


def _tracks(heard: Heard) -> tuple[Track, ...]:
    description = heard.opening.description
    if description is None:
        return ()
    used = heard.video.codec.upper() if heard.video else None
    tracks: list[Track] = []
    for media in description.media:
        for offered in media.formats[:1] or (PayloadFormat(-1, "", 0),):
            name = _plain(offered.encoding)
            is_used = media.kind == "video" and used == name
            is_used = is_used and not any(track.used for track in tracks)
            kind = _plain(media.kind) or "unknown"
            tracks.append(Track(kind, name, offered.clock_rate, offered.channels, is_used))
    return tuple(tracks)


def _transport(header: str | None) -> str | None:
    if header is None:
        return None
    offers = parse_transports(header)
    if offers and offers[0].protocol in ("RTP/AVP", "RTP/AVP/UDP"):
        return "UDP"
    return "TCP"


def _plain(text: str) -> str:
    """A camera's word, if it can be one of a session description."""
    plain = text.isascii() and text.replace("-", "").replace(".", "").isalnum()
    return text if plain and len(text) <= 32 else ""


def _earliest(first: float | None, second: float | None) -> float | None:
    known = [moment for moment in (first, second) if moment is not None]
    return min(known, default=None)


def _since(opening: Opening, moment: float | None) -> float | None:
    return None if moment is None else (moment - opening.began) * 1000


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else seconds * 1000
