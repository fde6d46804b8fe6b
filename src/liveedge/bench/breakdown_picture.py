"""How the delay is made up, as a picture: one bar a transport, one piece a stage."""

from collections.abc import Sequence
from typing import Any, Final
from xml.sax.saxutils import escape

from liveedge.bench.breakdown import STAGES

COLOURS: Final = ("#7f7f7f", "#1f77b4", "#ff7f0e", "#2ca02c", "#9467bd", "#d62728", "#8c564b")
_WIDTH: Final = 760
_LEFT, _BAR, _ROW = 100, 560, 44
_TOP: Final = 34
_HEIGHT: Final = 26
_LABEL_FROM: Final = 26
"""Pixels that a piece must have to hold its number."""
_NAMES: Final = {"webcodecs": "WebCodecs", "mse": "MSE", "llhls": "LL-HLS"}
_STYLE: Final = (
    "text{font:13px sans-serif;fill:#222}.in{font-size:11px;fill:#fff;text-anchor:middle}"
    "@media(prefers-color-scheme:dark){text{fill:#ddd}.in{fill:#fff}}"
)


def draw(results: Sequence[dict[str, Any]]) -> str:
    """An SVG of the figures that `breakdown_figures` gave; rows without any are left out."""
    rows = [figures for figures in results if figures.get("stages_ms")]
    longest = max((figures["total_ms"] for figures in rows), default=0.0) or 1.0
    height = _TOP + _ROW * len(rows) + 30 * 2
    pieces = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img">',
        f"<title>{escape(_title(rows))}</title><style>{_STYLE}</style>",
        f'<text x="0" y="16">{escape(_title(rows))}</text>',
    ]
    for number, figures in enumerate(rows):
        pieces += _row(figures, _TOP + _ROW * number, _BAR / longest)
    pieces += _legend(_TOP + _ROW * len(rows) + 14)
    return "\n".join([*pieces, "</svg>", ""])


def _title(rows: Sequence[dict[str, Any]]) -> str:
    if not rows:
        return "Nothing was measured"
    facts = rows[0]
    return (
        f"From capture to screen in ms: {facts['size']}, {facts['expected_fps']:g} frames/s,"
        f" keyframe every {facts['gop_s']:g} s"
    )


def _row(figures: dict[str, Any], top: float, scale: float) -> list[str]:
    middle = top + _HEIGHT / 2 + 4
    name = _NAMES.get(figures["transport"], figures["transport"])
    pieces = [f'<text x="0" y="{middle:g}">{escape(name)}</text>']
    left = float(_LEFT)
    for colour, (stage, value) in zip(COLOURS, figures["stages_ms"].items(), strict=True):
        width = max(0.0, value) * scale
        pieces.append(
            f'<rect x="{left:.1f}" y="{top:g}" width="{width:.1f}" height="{_HEIGHT}"'
            f' fill="{colour}"><title>{stage}: {value:g} ms</title></rect>'
        )
        if width >= _LABEL_FROM:
            centre = left + width / 2
            pieces.append(f'<text class="in" x="{centre:.1f}" y="{middle:g}">{value:.0f}</text>')
        left += width
    pieces.append(f'<text x="{left + 8:.1f}" y="{middle:g}">{figures["total_ms"]:.0f} ms</text>')
    return pieces


def _legend(top: float) -> list[str]:
    pieces, step = [], _WIDTH / len(STAGES)
    for number, (colour, stage) in enumerate(zip(COLOURS, STAGES, strict=True)):
        left = number * step
        pieces.append(
            f'<rect x="{left:.1f}" y="{top:g}" width="12" height="12" fill="{colour}"/>'
            f'<text x="{left + 18:.1f}" y="{top + 11:g}">{stage}</text>'
        )
    return pieces
