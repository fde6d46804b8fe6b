"""What faults did, as tables for people."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from rich.console import Group
from rich.table import Table

_NOTHING: Final = "-"
_FAULTS: Final = (
    ("fault", "fault"),
    ("ok", "ok"),
    ("detected s", "detected_s"),
    ("understood s", "understood_s"),
    ("back s", "back_s"),
    ("keyframe s", "keyframe_wait_s"),
    ("others' gap ms", "healthy_gap_ms"),
    ("without ms", "healthy_gap_quiet_ms"),
    ("said", "seen"),
)
_SOAK: Final = (
    ("at s", "at_s"),
    ("camera", "camera"),
    ("fault", "fault"),
    ("recovered", "recovered"),
    ("back s", "back_s"),
)


def faults(results: Sequence[Mapping[str, Any]]) -> Group:
    """One row a fault, then the summary."""
    return _with_summary(_FAULTS, results)


def soak(results: Sequence[Mapping[str, Any]]) -> Group:
    """One row a fault, then the summary."""
    return _with_summary(_SOAK, results)


def _with_summary(
    columns: Iterable[tuple[str, str]], results: Sequence[Mapping[str, Any]]
) -> Group:
    *rows, summary = results
    columns = list(columns)
    table = _table(title for title, _ in columns)
    for figures in rows:
        table.add_row(*(_text(figures.get(name)) for _, name in columns))
    sums = _table(("", ""))
    for name, value in summary.items():
        if name != "fault":
            sums.add_row(name, _text(value))
    return Group(table, "", sums)


def _table(titles: Iterable[str]) -> Table:
    table = Table(box=None, padding=(0, 1), header_style="dim")
    for title in titles:
        table.add_column(title)
    return table


def _text(value: Any) -> str:
    match value:
        case None | []:
            return _NOTHING
        case bool():
            return "yes" if value else "NO"
        case list():
            return ", ".join(map(str, value))
        case _:
            return str(value)
