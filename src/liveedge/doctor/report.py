"""What was found about a camera, in plain words and as one JSON object."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final

from liveedge.doctor.delay import Delay
from liveedge.doctor.facts import Facts, Track
from liveedge.doctor.finding import Advice, Level, counted
from liveedge.doctor.video_rules import varies

_DIGITS: Final = 3


@dataclass(frozen=True, slots=True)
class Report:
    """All of it."""

    camera: str
    """Its address, without credentials."""
    facts: Facts
    delays: tuple[Delay, ...]
    advice: tuple[Advice, ...]
    error: str | None = None
    """Why it failed, a sentence; None if it did not."""


def as_json(report: Report) -> dict[str, Any]:
    """The report for programs; numbers rounded, `null` for what is not known."""
    return {
        "camera": report.camera,
        "error": report.error,
        **_rounded(asdict(report.facts)),
        "expected_delay_ms": {delay.transport: round(delay.ms) for delay in report.delays},
        "expected_delay": [
            _rounded(asdict(delay)) | {"ms": round(delay.ms, 1)} for delay in report.delays
        ],
        "advice": [asdict(advice) for advice in report.advice],
    }


def as_text(report: Report) -> str:
    """The report for people."""
    facts = report.facts
    sections = [
        ("How it was opened", list(_opening(facts))),
        ("What it sends", list(_media(facts))),
        ("Its clock", list(_clock(facts))),
        ("Delay to expect (median)", list(_delays(report.delays))),
        ("What to change", [a.message for a in report.advice if a.level is Level.CHANGE]),
        ("Worth knowing", [a.message for a in report.advice if a.level is Level.NOTE]),
    ]
    lines = [report.camera]
    for title, said in sections:
        if said:
            lines += ["", title, *(f"  {line}" for line in said)]
    if report.error is None and not report.advice:
        lines += ["", "There is nothing to change."]
    return "\n".join(lines)


def _opening(facts: Facts) -> Iterator[str]:
    if facts.connect_ms is None:
        return
    way = [f"over {facts.transport}"] if facts.transport else []
    way.append("encrypted" if facts.encrypted else "not encrypted")
    way.append(facts.authentication or "without a password")
    yield ", ".join(way) + (f"; it calls itself {facts.server}" if facts.server else "")
    steps = [
        ("connection", facts.connect_ms),
        ("DESCRIBE", facts.describe_ms),
        ("SETUP", facts.setup_ms),
        ("PLAY", facts.play_ms),
    ]
    yield ", ".join(f"{name} {ms:.0f} ms" for name, ms in steps if ms is not None)
    if facts.first_packet_ms is not None and facts.first_keyframe_ms is not None:
        yield (
            f"first packet after {facts.first_packet_ms:.0f} ms,"
            f" first keyframe after {facts.first_keyframe_ms:.0f} ms"
        )


def _media(facts: Facts) -> Iterator[str]:
    video, figures = facts.video, facts.figures
    if video is not None:
        size = f"{video.width}x{video.height}" if video.width else "size not known"
        profile = f"{video.profile} level {video.level}, " if video.profile else ""
        name = f" ({video.name})" if video.name else ""
        yield f"video: {video.codec.upper()} {profile}{size}{name}"
    if figures.fps:
        late = f", up to {figures.jitter_ms:.0f} ms late" if figures.jitter_ms is not None else ""
        yield f"{figures.fps:.1f} pictures a second{late}"
        yield _keyframes(facts)
        pictures = counted(figures.reordered, "picture")
        yield f"B-frames, {pictures} out of order" if figures.reordered else "no B-frames"
    if figures.kbps is not None:
        peak = f", {_mbit(figures.peak_kbps)} in the busiest second" if figures.peak_kbps else ""
        yield f"{_mbit(figures.kbps)}{peak}; largest keyframe {figures.keyframe_kilobytes:.0f} kB"
    for track in facts.tracks:
        if not track.used:
            yield _track(track)
    if facts.packets:
        total = counted(facts.packets + facts.lost, "packet")
        damaged = f", {counted(facts.damaged, 'picture')} damaged" if facts.damaged else ""
        yield f"{facts.lost or 'none'} of {total} lost{damaged}"


def _keyframes(facts: Facts) -> str:
    shortest, longest = facts.figures.gop_shortest, facts.figures.gop_longest
    if shortest is None or longest is None:
        return f"one keyframe, and none in the {longest or 0:.1f} s after it"
    if varies(shortest, longest):
        return f"a keyframe every {shortest:.1f} to {longest:.1f} s"
    return f"a keyframe every {(shortest + longest) / 2:.1f} s"


def _track(track: Track) -> str:
    kind = "sound" if track.kind == "audio" else track.kind
    rate = (
        f", {track.clock_rate / 1000:g} kHz" if track.kind == "audio" and track.clock_rate else ""
    )
    channels = f", {track.channels} channels" if track.channels > 1 else ""
    return f"{kind}: {track.codec or 'of no known kind'}{rate}{channels}"


def _clock(facts: Facts) -> Iterator[str]:
    if facts.clock_behind_ms is None:
        return
    behind = facts.clock_behind_ms
    way = "behind" if behind >= 0 else "ahead of"
    yield (
        f"{counted(facts.reports, 'sender report')}; it is {_duration(abs(behind))} {way} ours,"
        " the time on the network included"
    )
    if facts.age_ms is not None:
        yield f"pictures arrive {facts.age_ms:.0f} ms after they were taken, if both are right"
    else:
        yield "nothing is known of when pictures were taken"


def _delays(delays: tuple[Delay, ...]) -> Iterator[str]:
    for delay in delays:
        shares = " + ".join(f"{share.what} {share.ms:.0f}" for share in delay.shares)
        more = "at least " if delay.at_least else ""
        yield f"{delay.transport:9}  {more}{_duration(delay.ms)}  ({shares})"
    if any(delay.at_least for delay in delays):
        yield "at least: there is more to it that could not be measured"


def _mbit(kbps: float) -> str:
    return f"{kbps / 1000:.1f} Mbit/s" if kbps >= 1000 else f"{kbps:.0f} kbit/s"


def _duration(ms: float) -> str:
    return f"{ms:.0f} ms" if ms < 1000 else f"{ms / 1000:.1f} s"


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, _DIGITS)
    if isinstance(value, dict):
        return {key: _rounded(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(inner) for inner in value]
    return value
