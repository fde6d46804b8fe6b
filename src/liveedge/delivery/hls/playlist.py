"""Media playlists as text (RFC 8216bis §4). What is said here is read from a `SegmentList`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from liveedge.media.bmff import VIDEO_TIMESCALE
from liveedge.window.segment import Part, Segment, Targets
from liveedge.window.segments import SegmentList

VERSION: Final = 6
"""§8: EXT-X-MAP in a playlist that is not I-frames only. Nothing here needs more."""


@dataclass(frozen=True, slots=True)
class Report:
    """How far another rendition goes (§4.4.5.4)."""

    uri: str
    msn: int
    part: int | None
    """None if that segment has no parts."""


def media_name(token: str, targets: Targets) -> str:
    """The name of a run's media playlist with these promises.

    They must never change (§6.2.1), so they are in the name: a playlist with others is another one.
    So is that of another run, whose media has nothing in common with that of this one.
    """
    return f"{token}.live-{targets.duration}-{targets.part}.m3u8"


def sound_name(token: str, targets: Targets, epoch: int) -> str:
    """The name of the media playlist of the sound beside pictures of which that is promised.

    Another configuration is another playlist too.
    """
    return f"{token}.sound-{targets.duration}-{targets.beside}-{epoch}.m3u8"


def part_name(token: str, serial: int) -> str:
    """A part's name: its serial is known before it is known to which segment it belongs."""
    return f"{token}.p{serial}.m4s"


def segment_name(token: str, msn: int) -> str:
    """A segment's name."""
    return f"{token}.s{msn}.m4s"


def init_name(token: str, epoch: int) -> str:
    """The name of an epoch's media initialization section."""
    return f"{token}.i{epoch}.mp4"


def media_playlist(stream: SegmentList, reports: Sequence[Report] = ()) -> str:
    """The media playlist: one for players that know parts and for those that do not.

    `reports` are those of the other renditions.
    """
    targets = stream.targets
    segments = stream.segments
    if targets is None or not segments:
        raise AssertionError("there is nothing to list before there is a part")
    token = stream.token
    lines = _header(targets, segments[0])
    epoch = None
    for segment in segments:
        # §4.4.4.9: tags that apply to a segment come before its first part.
        if segment.discontinuity:
            lines.append("#EXT-X-DISCONTINUITY")
        if segment.epoch is not epoch:
            epoch = segment.epoch
            lines.append(f'#EXT-X-MAP:URI="{init_name(token, epoch.number)}"')
        lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{_date(segment.program_us)}")
        if segment.msn >= stream.parts_from:
            lines += [_part(part, token) for part in segment.parts]
        if segment.gap:
            lines.append("#EXT-X-GAP")
        if segment.duration is not None:
            lines.append(f"#EXTINF:{segment.duration / VIDEO_TIMESCALE:.5f},")
            lines.append(segment_name(token, segment.msn))
    lines += map(_report, reports)
    hint = part_name(token, stream.next_serial)
    lines.append(f'#EXT-X-PRELOAD-HINT:TYPE=PART,URI="{hint}"\n')
    return "\n".join(lines)


def _header(targets: Targets, first: Segment) -> list[str]:
    part_target, hold_back = targets.part / 1000, targets.hold_back / 1000
    return [
        "#EXTM3U",
        f"#EXT-X-VERSION:{VERSION}",
        f"#EXT-X-TARGETDURATION:{targets.duration}",
        f"#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK={hold_back:.3f}",
        f"#EXT-X-PART-INF:PART-TARGET={part_target:.3f}",
        f"#EXT-X-MEDIA-SEQUENCE:{first.msn}",
        f"#EXT-X-DISCONTINUITY-SEQUENCE:{first.discontinuity_sequence - first.discontinuity}",
        "#EXT-X-INDEPENDENT-SEGMENTS",
    ]


def _part(part: Part, token: str) -> str:
    independent = ",INDEPENDENT=YES" if part.independent else ""
    seconds = part.duration / VIDEO_TIMESCALE
    uri = part_name(token, part.serial)
    return f'#EXT-X-PART:DURATION={seconds:.5f},URI="{uri}"{independent}'


def _report(report: Report) -> str:
    part = "" if report.part is None else f",LAST-PART={report.part}"
    return f'#EXT-X-RENDITION-REPORT:URI="{report.uri}",LAST-MSN={report.msn}{part}'


def _date(unix_us: int) -> str:
    date = datetime.fromtimestamp(unix_us / 1_000_000, UTC)
    return f"{date:%Y-%m-%dT%H:%M:%S}.{date.microsecond // 1000:03d}Z"
