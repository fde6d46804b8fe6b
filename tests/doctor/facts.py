"""A camera with nothing to change."""

from dataclasses import replace
from typing import Any

from liveedge.doctor.codec import VideoFacts
from liveedge.doctor.facts import Facts, Track
from liveedge.doctor.pictures import Figures

VIDEO = VideoFacts(
    codec="h264",
    name="avc1.640028",
    profile="High",
    level="4.0",
    width=1920,
    height=1080,
    fps=25.0,
)
FIGURES = Figures(
    pictures=126,
    keyframes=6,
    fps=25.0,
    jitter_ms=8.0,
    longest_gap_ms=52.0,
    gop_shortest=1.0,
    gop_longest=1.0,
    reordered=0,
    kbps=3000.0,
    peak_kbps=3300.0,
    keyframe_kilobytes=90.0,
)
WELL = Facts(
    transport="TCP",
    authentication="Digest MD5",
    server="Camera 1.0",
    connect_ms=2.0,
    describe_ms=14.0,
    setup_ms=6.0,
    play_ms=7.0,
    first_packet_ms=40.0,
    first_keyframe_ms=70.0,
    tracks=(
        Track("video", "H264", 90_000, 1, used=True),
        Track("audio", "MPEG4-GENERIC", 16_000, 1),
    ),
    video=VIDEO,
    fps_declared=25.0,
    seconds=5.0,
    figures=FIGURES,
    reports=2,
    clock_behind_ms=12.0,
    age_ms=60.0,
    packets=1500,
)


def figures(**changes: Any) -> Facts:
    return replace(WELL, figures=replace(FIGURES, **changes))


def video(**changes: Any) -> Facts:
    return replace(WELL, video=replace(VIDEO, **changes))
