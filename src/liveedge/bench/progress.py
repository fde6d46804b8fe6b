"""How far a long benchmark has come, on standard error."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn


class Steps:
    """A line that moves on a terminal; a line a step in a file or a pipe. A context manager."""

    def __init__(self, total: float | None = None, console: Console | None = None) -> None:
        """`total` is how many times `done` will be called, None if that is not known."""
        self._console = console or Console(stderr=True)
        # Standard output is the benchmark's own: JSON must reach it whole.
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._task = self._progress.add_task("", total=total)

    def say(self, text: str) -> None:
        """What is being done now."""
        if self._console.is_terminal:
            self._progress.update(self._task, description=text)
        else:
            self._console.print(text, markup=False, highlight=False, soft_wrap=True)

    def done(self, by: float = 1.0) -> None:
        """So many of `total` are done."""
        self._progress.advance(self._task, by)

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._progress.stop()
