"""Playlists as text (RFC 8216bis §4). What is said here is read from a `SegmentList`."""

from collections.abc import Iterable
from datetime import UTC, datetime
from math import ceil
from typing import Final

from liveedge.media.bmff import VIDEO_TIMESCALE
from liveedge.window.segment import Part, Rate, Segment, Targets
from liveedge.window.segments import SegmentList

VERSION: Final = 6
"""§8: EXT-X-MAP in a playlist that is not I-frames only. Nothing here needs more."""
PART_HOLD_BACK: Final = 3
"""Part targets; §4.4.3.8 demands two and advises three, Apple's authoring rules demand three."""


def media_name(token: str, targets: Targets) -> str:
    """The name of a run's media playlist with these promises.

    They must never change (§6.2.1), so they are in the name: a playlist with others is another one.
    So is that of another run, whose media has nothing in common with that of this one.
    """
    return f"{token}.live-{targets.duration}-{targets.part}.m3u8"


def part_name(token: str, serial: int) -> str:
    """A part's name: its serial is known before it is known to which segment it belongs."""
    return f"{token}.p{serial}.m4s"


def segment_name(token: str, msn: int) -> str:
    """A segment's name."""
    return f"{token}.s{msn}.m4s"


def init_name(token: str, epoch: int) -> str:
    """The name of an epoch's media initialization section."""
    return f"{token}.i{epoch}.mp4"


def media_playlist(stream: SegmentList) -> str:
    """The media playlist: one for players that know parts and for those that do not."""
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
    hint = part_name(token, stream.next_serial)
    lines.append(f'#EXT-X-PRELOAD-HINT:TYPE=PART,URI="{hint}"\n')
    return "\n".join(lines)


def _header(targets: Targets, first: Segment) -> list[str]:
    part_target = targets.part / 1000
    hold_back = PART_HOLD_BACK * part_target
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


def multivariant_playlist(stream: SegmentList) -> str:
    """The multivariant playlist: what a player needs to know before it asks for media."""
    targets = stream.targets
    segments = stream.segments
    if targets is None or not segments:
        raise AssertionError("there is nothing to describe before there is a part")
    config = segments[-1].epoch.config
    size = config.parameters
    return (
        f"#EXTM3U\n#EXT-X-VERSION:{VERSION}\n#EXT-X-INDEPENDENT-SEGMENTS\n"
        f"#EXT-X-STREAM-INF:{_rates(stream.recent or [_so_far(segments)])},"
        f'CODECS="{config.codec}",RESOLUTION={size.width}x{size.height}\n'
        f"{media_name(stream.token, targets)}\n"
    )


def _rates(recent: Iterable[Rate]) -> str:
    """Peak and average bit rate in bit/s (§4.4.6.2), and pictures a second, as measured."""
    rates = list(recent)
    seconds = sum(rate.duration for rate in rates) / VIDEO_TIMESCALE
    peak = max(8 * rate.size * VIDEO_TIMESCALE / rate.duration for rate in rates)
    average = 8 * sum(rate.size for rate in rates) / seconds
    frame_rate = sum(rate.pictures for rate in rates) / seconds
    return f"BANDWIDTH={ceil(peak)},AVERAGE-BANDWIDTH={ceil(average)},FRAME-RATE={frame_rate:.3f}"


def _so_far(segments: list[Segment]) -> Rate:
    """What the first segment of a stream has taken until now."""
    segment = segments[-1]
    return Rate(segment.size, sum(1 for _ in segment.chunks), segment.length)


def _date(unix_us: int) -> str:
    date = datetime.fromtimestamp(unix_us / 1_000_000, UTC)
    return f"{date:%Y-%m-%dT%H:%M:%S}.{date.microsecond // 1000:03d}Z"
