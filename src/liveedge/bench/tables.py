"""The figures as tables, for people."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from rich.console import Group
from rich.table import Table
from rich.text import Text

_NOTHING: Final = "-"

_LATENCY: Final = (
    ("transport", "transport"),
    ("p50", "p50_ms"),
    ("p95", "p95_ms"),
    ("most", "max_ms"),
    ("shown %", "shown_percent"),
    ("frames/s", "fps"),
    ("freezes", "freezes_over_200ms"),
    ("first", "ttff_ms"),
    ("waiting %", "cpu_waiting_percent"),
)

_SOUND: Final = (
    ("beep less flash, p50", "lip_sync_p50_ms"),
    ("either way, p95", "lip_sync_p95_ms"),
    ("either way, most", "lip_sync_max_ms"),
    ("the first beep", "lip_sync_first_ms"),
    ("sound late, p50", "sound_p50_ms"),
    ("sound late, p95", "sound_p95_ms"),
    ("pictures late, p50", "p50_ms"),
    ("the same, muted", "muted_p50_ms"),
    ("pictures late, p95", "p95_ms"),
    ("the same, muted", "muted_p95_ms"),
    ("freezes over 200 ms", "freezes_over_200ms"),
    ("the same, muted", "muted_freezes_over_200ms"),
    ("holes in the sound", "holes"),
    ("waiting %", "cpu_waiting_percent"),
)

_LOSS: Final = (
    ("on loss", "on_loss"),
    ("transport", "transport"),
    ("GOP s", "gop_s"),
    ("shown %", "shown_percent"),
    ("gap ms", "longest_gap_ms"),
    ("damaged %", "damaged_percent"),
    ("wrong %", "wrong_clock_percent"),
    ("clean s", "clean_again_max_s"),
)

_CAPACITY: Final = (
    ("cameras", "cameras", "cameras"),
    ("CPU, % of a core", "cpu_percent", "pyav_cpu_percent"),
    ("CPU a camera, % of a core", "cpu_percent_a_camera", "pyav_cpu_percent_a_camera"),
    ("MB a camera", "mb_a_camera", "pyav_mb_a_camera"),
    ("MB without cameras", "base_mb", "pyav_base_mb"),
    ("frames/s of the slowest camera", "fps_min", "pyav_fps_min"),
    ("event loop late, p50 ms", "loop_lag_p50_ms", None),
    ("event loop late, p99 ms", "loop_lag_p99_ms", None),
    ("event loop late, most ms", "loop_lag_max_ms", None),
)


def latency(
    results: Sequence[dict[str, Any]], ratios: Mapping[str, Mapping[str, float]] | None = None
) -> Group:
    """One row a transport; one that showed no picture has no figures."""
    table = _table([title for title, _ in _LATENCY])
    for figures in results:
        table.add_row(*(_text(figures.get(name)) for _, name in _LATENCY))
    facts = next((figures for figures in results if "error" not in figures), None)
    if facts is None:
        return Group()
    return Group(
        table,
        Text(
            "Delays and time to the first picture in ms; freezes are pauses over 200 ms. Waiting:\n"
            "share of the time in which some process of this machine waited for a processor.\n"
            f"{facts['size']}, {facts['expected_fps']} frames/s, keyframe every {facts['gop_s']} s,"
            f" Chromium {facts['chromium']},\nload average {facts['load_average']} before."
            f"{_clock(facts)}{_ratios(ratios or {})}",
            style="dim",
        ),
    )


def sound(results: Sequence[dict[str, Any]]) -> Group:
    """One row a figure, one column a transport."""
    table = _table(["ms", *(figures["transport"] for figures in results)])
    for title, name in _SOUND:
        table.add_row(title, *(_text(figures.get(name)) for figures in results))
    at_server = _text(results[0]["server_lip_sync_max_ms"]) if results else _NOTHING
    note = (
        "From the camera to the screen, and to what the browser hands to the loudspeakers. When\n"
        f"they left the server, sound and pictures were {at_server} ms apart at most."
    )
    return Group(table, Text(note, style="dim"))


def loss(results: Sequence[dict[str, Any]]) -> Group:
    """One row a way, a GOP and a transport."""
    table = _table([title for title, _ in _LOSS])
    for figures in results:
        table.add_row(*(_text(figures.get(name)) for _, name in _LOSS))
    note = (
        "Gap: the longest without a new picture. Damaged: of those sent, such as refer to a\n"
        "lost one. Wrong: of those shown, such as have faults in the burned-in clock. Clean:\n"
        "the longest from a picture that was right to the next one."
    )
    return Group(table, Text(note, style="dim"))


def breakdown(results: Sequence[dict[str, Any]]) -> Group:
    """One row a stage, one column a transport."""
    rows = [figures for figures in results if figures.get("stages_ms")]
    table = _table(["mean ms", *(figures["transport"] for figures in rows)])
    for stage in rows[0]["stages_ms"] if rows else ():
        table.add_row(stage, *(_text(figures["stages_ms"][stage]) for figures in rows))
    table.add_row("together", *(_text(figures["total_ms"]) for figures in rows))
    note = (
        "Without the 5 % of the pictures that were quickest and the 5 % that were slowest;\n"
        "these means add up."
    )
    return Group(table, Text(note, style="dim"))


def capacity(figures: dict[str, Any]) -> Group:
    """Liveedge beside PyAV."""
    table = _table(["", "liveedge", "PyAV demux"])
    for title, ours, theirs in _CAPACITY:
        table.add_row(title, _text(figures[ours]), _text(figures[theirs] if theirs else None))
    note = (
        f"CPU liveedge / PyAV: {_text(figures['cpu_ratio'])}."
        f" Load average {figures['load_average']} before."
    )
    return Group(table, Text(note, style="dim"))


def frame(results: Sequence[dict[str, Any]]) -> Group:
    """One row a number of viewers."""
    table = _table(["live viewers", "µs a frame", "best µs"])
    for figures in results:
        table.add_row(str(figures["viewers"]), _text(figures["p50_us"]), _text(figures["best_us"]))
    return Group(table, Text(f"Frames of {results[0]['frame_bytes']} bytes.", style="dim"))


def figures(named: Mapping[str, Any]) -> Table:
    """One row a figure, called as in the JSON."""
    table = _table(["figure", "value"])
    for name, value in named.items():
        table.add_row(name, ", ".join(value) if isinstance(value, list) else _text(value))
    return table


def _ratios(ratios: Mapping[str, Mapping[str, float]]) -> str:
    return "".join(
        f"\nThe p50 of the {name} is "
        + ", ".join(f"{ratio} times that of {transport}" for transport, ratio in by.items())
        + "."
        for name, by in ratios.items()
    )


def _clock(facts: dict[str, Any]) -> str:
    offset, uncertainty = facts["camera_clock_offset_ms"], facts["camera_clock_uncertainty_ms"]
    if offset is None:
        return ""
    return f"\nThe camera's clock is {-offset} ms off, give or take {uncertainty} ms; corrected."


def _table(titles: Sequence[str]) -> Table:
    table = Table(box=None, padding=(0, 1), header_style="dim")
    for index, title in enumerate(titles):
        table.add_column(title, justify="right" if index else "left", no_wrap=True)
    return table


def _text(value: float | str | None) -> str:
    return _NOTHING if value is None else str(value)
