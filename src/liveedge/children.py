"""Processes of our own that commands start beside themselves: cameras, and the server."""

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Final, Self

from liveedge.errors import LiveEdgeError

READY: Final = "ready "
_START_DEADLINE: Final = 20.0
_STOP_DEADLINE: Final = 5.0


class Child:
    """A `liveedge` command in a process of its own; a context manager that always ends it.

    The command says `ready URL` on its standard output once it serves. Text for its standard
    input goes through a pipe, so that credentials in it are in no process list. It gets its own
    session: Ctrl-C reaches only the command that started it, which then ends it in order.
    """

    def __init__(self, arguments: Sequence[str], *, stdin: str | None = None) -> None:
        self._name = f"liveedge {arguments[0]}"
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and package
            [sys.executable, "-m", "liveedge", *arguments],
            stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        if stdin is not None and self._process.stdin is not None:
            self._process.stdin.write(stdin.encode())
            self._process.stdin.close()

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    def is_running(self) -> bool:
        """True until the process has ended."""
        return self._process.poll() is None

    def wait_ready(self, deadline: float = _START_DEADLINE) -> str:
        """The URL that the command serves; raise `LiveEdgeError` if it ends or says nothing."""
        line = self.read_line(deadline)
        if not line.startswith(READY):
            self.stop()
            raise LiveEdgeError(f"{self._name} did not start; what it wrote above says why.")
        return line.removeprefix(READY).strip()

    def read_line(self, deadline: float) -> str:
        """The next line that it writes to its standard output; empty if none comes in time."""
        end = time.monotonic() + deadline
        out = self._process.stdout
        if out is None:
            return ""
        text = b""
        with selectors.DefaultSelector() as selector:
            selector.register(out, selectors.EVENT_READ)
            while not text.endswith(b"\n"):
                if not selector.select(max(0.0, end - time.monotonic())):
                    return ""
                data = os.read(out.fileno(), 1)
                if not data:
                    return ""
                text += data
        return text.decode(errors="replace")

    def stop(self) -> None:
        """Ask the process to end, then make it."""
        if self.is_running():
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_STOP_DEADLINE)
        if self.is_running():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()
