"""What a bench prints: progress on standard error, figures on standard output."""

import json
from collections.abc import Callable
from typing import Any

import typer


def say(text: str) -> None:
    """Tell the person who waits."""
    typer.echo(text, err=True)


def collector(results: list[dict[str, Any]], *, as_json: bool) -> Callable[[dict[str, Any]], None]:
    """Takes the figures as they come: to `results`, and `as_json` to standard output at once."""

    def take(figures: dict[str, Any]) -> None:
        results.append(figures)
        if as_json:
            typer.echo(json.dumps(figures))

    return take
