"""The original description of this project, as it asks to be run: FFmpeg, files, hls.js.

What had to be corrected, for nothing plays otherwise: comments behind the backslashes of the
command are left out, and the time-outs of hls.js are 1000 ms, not 1.
"""

from dataclasses import dataclass, replace
from typing import Any, Final

from liveedge.bench.baseline_server import ffmpeg_hls, serve_baseline
from liveedge.bench.browser import Viewer
from liveedge.bench.camera_clock import ClockOffset, by_our_clock
from liveedge.bench.latency_plan import LatencyPlan
from liveedge.bench.view_figures import Figures, latency_figures
from liveedge.errors import LiveEdgeError

_INPUT: Final = (
    "-rtsp_transport", "tcp", "-fflags", "nobuffer+flush_packets", "-flags", "low_delay",
)  # fmt: skip
_CODECS: Final = ("-c:v", "copy", "-c:a", "aac", "-b:a", "64k", "-f", "hls")
_FLAGS: Final = ("-hls_flags", "delete_segments+independent_segments+omit_endlist+temp_file")
_REST: Final = ("-movflags", "+faststart+empty_moov", "-g", "15", "output.m3u8")
_EVENT: Final = ("-hls_playlist_type", "event")


@dataclass(frozen=True, slots=True)
class Baseline:
    """One way to follow the description."""

    name: str
    """What stands for the transport in the figures."""
    settings: str
    """Of hls.js; see web/src/baseline.ts."""
    segment_seconds: str
    segments: int
    event: bool
    """An event playlist, which it has introduced with the shorter segments."""

    def ffmpeg(self, url: str) -> list[str]:
        """The arguments of FFmpeg, in the description's order."""
        length = ("-hls_time", self.segment_seconds, "-hls_list_size", str(self.segments))
        event = _EVENT if self.event else ()
        return [*_INPUT, "-i", url, *_CODECS, *length, *_FLAGS, *event, *_REST]


BASELINES: Final = (
    Baseline("description", "now", "0.5", 3, event=True),
    Baseline("description before", "before", "1", 6, event=False),
    Baseline("description as written", "written", "0.5", 3, event=True),
)


def measure_baseline(
    viewer: Viewer,
    plan: LatencyPlan,
    baseline: Baseline,
    url: str,
    fps: float,
    offset: ClockOffset | None,
) -> Figures:
    """Watch the camera at `url` in that way; the figures by their names.

    Raises `LiveEdgeError` if FFmpeg writes nothing, or if the page shows nothing.
    """
    if plan.ffmpeg is None:
        raise AssertionError("a baseline needs FFmpeg")
    with ffmpeg_hls(plan.ffmpeg, baseline.ffmpeg(url)) as folder:
        with serve_baseline(folder, baseline.settings) as address:
            view = viewer.view(address, plan.warmup + plan.seconds)
        playlist = (folder / "output.m3u8").read_text()
        files = len(list(folder.glob("*.ts")))
    if offset:
        view = replace(view, pictures=by_our_clock(view.pictures, offset))
    begin = view.pictures[0].at + plan.warmup * 1000
    return latency_figures(view, begin, plan.seconds, fps) | {
        "expected_fps": fps,
        "edge_jumps": view.stats["jumps"],
        "segments_listed": playlist.count("#EXTINF:"),
        "segments_kept": files,
    }


def ratios_of_p50(results: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """The median delay of each baseline as a multiple of that of each of our transports."""
    names = {baseline.name for baseline in BASELINES}
    medians = {row["transport"]: row["p50_ms"] for row in results if row.get("p50_ms")}
    ours = {name: p50 for name, p50 in medians.items() if name not in names}
    return {
        name: {transport: round(p50 / own, 1) for transport, own in ours.items()}
        for name, p50 in medians.items()
        if name in names
    }


def as_expected(baseline: Baseline, error: LiveEdgeError) -> Figures:
    """The figures of a baseline that shows nothing: for one of them that is the finding."""
    if baseline.settings == "written":
        return {"frames": 0, "why": str(error)}
    return {"error": str(error)}
