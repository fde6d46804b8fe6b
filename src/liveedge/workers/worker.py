"""The parent's end of a worker: starts it, talks to it, ends it."""

import asyncio
import os
import re
import socket
import subprocess
import sys
from contextlib import suppress
from typing import Final, Self

from liveedge.errors import WorkerError
from liveedge.workers import messages
from liveedge.workers.messages import Message
from liveedge.workers.tasks import Task

START_DEADLINE: Final = 15.0
"""Seconds from starting the process until it is ready; a busy machine takes its time to load."""
_REAP_DEADLINE: Final = 2.0
_ENVIRONMENT: Final = re.compile(
    r"PATH|HOME|LANG|LC_.*|TZ|TMPDIR|VIRTUAL_ENV|PYTHON.*|LD_LIBRARY_PATH|SSL_CERT_(?:FILE|DIR)"
)
"""What a worker inherits. Passwords of cameras may be in our environment, and it needs none."""


class Worker:
    """One process that does one task. `start` makes one; whoever has it must `close` it."""

    def __init__(
        self,
        process: "subprocess.Popen[bytes]",
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._process = process
        self._reader = reader
        self._writer = writer

    @classmethod
    async def start(cls, task: Task) -> Self:
        """Start a process and wait until it is ready; raise `WorkerError` if it is not."""
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                ours.setblocking(False)
                process = _spawn(task, theirs)
            except OSError as error:
                ours.close()
                why = (error.strerror or "unknown error").lower()
                raise WorkerError(f"A worker process could not be started: {why}.") from None
        try:
            reader, writer = await asyncio.open_unix_connection(sock=ours)
        except BaseException:
            ours.close()
            await _reap(process)
            raise
        worker = cls(process, reader, writer)
        try:
            await worker.receive(START_DEADLINE)
        except BaseException:
            await worker.close()
            raise
        return worker

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """False once the process has ended, or has closed its end."""
        return not self._reader.at_eof() and self._process.poll() is None

    async def send(self, message: Message, deadline: float) -> None:
        """Hand over a message; raise `WorkerError` if it is not taken within `deadline` seconds."""
        self.post(message)
        try:
            async with asyncio.timeout(deadline):
                await self._writer.drain()
        except TimeoutError:
            raise WorkerError(f"A worker process took nothing for {deadline:g} s.") from None
        except OSError:
            raise self._crashed() from None

    def post(self, message: Message) -> None:
        """Hand over a message without waiting; `unsent` says how much has piled up."""
        self._writer.write(messages.encode(message))

    @property
    def unsent(self) -> int:
        """Octets that the worker has not taken yet."""
        return self._writer.transport.get_write_buffer_size()

    async def receive(self, deadline: float) -> Message:
        """The next message.

        Raises `WorkerError` if the worker ends, or says nothing for `deadline` seconds, and the
        `SourceError` that it reports.
        """
        try:
            async with asyncio.timeout(deadline):
                prefix = await self._reader.readexactly(messages.PREFIX.size)
                values, payload = messages.sizes(prefix)
                message = messages.decode(
                    await self._reader.readexactly(values), await self._reader.readexactly(payload)
                )
        except TimeoutError:
            raise WorkerError(f"A worker process did not answer in {deadline:g} s.") from None
        except (OSError, asyncio.IncompleteReadError):
            raise self._crashed() from None
        return messages.check(message)

    async def ask(self, message: Message, deadline: float) -> Message:
        """Send a message and wait for the answer; raises as `send` and `receive` do."""
        await self.send(message, deadline)
        return await self.receive(deadline)

    async def close(self, grace: float = 0.0) -> None:
        """End the process; with `grace` it has so many seconds to do it by itself.

        Its end of the conversation is closed first, which a worker notices when it next speaks.
        """
        self._writer.transport.abort()
        await _reap(self._process, grace)

    def _crashed(self) -> WorkerError:
        code = self._process.poll()
        if code is not None and code < 0:
            return WorkerError(f"A worker process was ended by signal {-code}.")
        return WorkerError("A worker process ended by itself.")


def _spawn(task: Task, sock: socket.socket) -> "subprocess.Popen[bytes]":
    """Start the process from the loop's own thread: it ends when the thread does that started it.

    What libav writes to standard error may hold addresses with passwords, so nobody reads it.
    """
    environment = {
        name: value for name, value in os.environ.items() if _ENVIRONMENT.fullmatch(name)
    }
    # glibc would reserve 64 MB of address space for each thread, which counts against the limit.
    environment["MALLOC_ARENA_MAX"] = "2"
    return subprocess.Popen(  # noqa: S603 - our own interpreter and package
        [sys.executable, "-m", "liveedge.workers", task.value],
        stdin=sock.fileno(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
        start_new_session=True,
    )


async def _reap(process: "subprocess.Popen[bytes]", grace: float = 0.0) -> None:
    if grace and process.poll() is None:
        with suppress(subprocess.TimeoutExpired):
            await asyncio.to_thread(process.wait, grace)
    if process.poll() is None:
        process.kill()
        # One that hangs in the kernel is left to it; the next `Popen` collects what has ended.
        with suppress(subprocess.TimeoutExpired):
            await asyncio.to_thread(process.wait, _REAP_DEADLINE)
