"""What one opened page presented, as the figures that are printed."""

from dataclasses import asdict
from typing import Any

from liveedge.bench.browser import View
from liveedge.bench.stats import viewing

Figures = dict[str, Any]


def latency_figures(view: View, begin: float, seconds: float, fps: float) -> Figures:
    """The figures of one page by their names, from `begin` (page clock, ms) on."""
    seen = asdict(viewing(view.pictures, begin, seconds, fps))
    return {
        **{name: rounded(value) for name, value in seen.items()},
        "ttff_ms": rounded(view.time_to_first_frame),
        "ttff_live_ms": rounded(view.time_to_first_live_frame),
        "target_ms": rounded(view.stats["target_ms"]),
        "player_stalls": view.stats["stalls"],
        "player_dropped": view.stats["dropped"],
        "page_errors": view.errors,
    }


def rounded(value: float | None) -> float | None:
    """A number as it is printed, in tenths."""
    return round(value, 1) if isinstance(value, float) else value
