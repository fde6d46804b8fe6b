"""How a virtual camera is told what to do wrong: by a port, or by a plan."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from liveedge.camera.faults import FAULTS, Faults, Order, parse_order, usage
from liveedge.errors import ConfigError

HOST: Final = "127.0.0.1"
"""Who may give orders: this machine."""
MAX_LINE: Final = 200
MAX_CLIENTS: Final = 16


@dataclass(frozen=True, slots=True)
class Planned:
    """A fault that begins so many seconds after the camera is ready."""

    at: float
    order: Order


def parse_planned(text: str) -> Planned:
    """Read `AT NAME [SECONDS] [VALUE]`, such as `10 no-video 5`; raise `ConfigError`."""
    at, _, order = text.strip().partition(" ")
    try:
        seconds = float(at)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < 1e9:
        raise ConfigError(f'A planned fault begins with its time in seconds; "{at[:40]}" is none.')
    return Planned(seconds, parse_order(order))


async def follow(plan: Iterable[Planned], faults: Faults) -> None:
    """Begin each fault when its time has come."""
    now = 0.0
    for planned in sorted(plan, key=lambda each: each.at):
        await asyncio.sleep(planned.at - now)
        now = planned.at
        await faults.begin(planned.order)


@dataclass(frozen=True, slots=True)
class Misuse:
    """By what a camera is made to fail."""

    plan: tuple[Planned, ...] = ()
    control_port: int | None = None
    """None: none; 0: any that is free."""
    listens: Callable[[str], None] = lambda _: None
    """Gets the address of the control port."""

    async def run(self, faults: Faults) -> None:
        """Follow the plan and take orders until cancelled."""
        server = None
        try:
            if self.control_port is not None:
                server = await ControlPort(faults).listen(self.control_port)
                host, port = server.sockets[0].getsockname()[:2]
                self.listens(f"{host}:{port}")
            await follow(self.plan, faults)
            await asyncio.Event().wait()
        finally:
            if server is not None:
                server.close()
            await faults.end()


class ControlPort:
    """Takes orders, a line each, and answers each with a line that begins `ok` or `error`.

    NAME [SECONDS] [VALUE]   begin a fault; answered once it has begun
    end [NAME]               end it, or all
    list                     which are on
    joined                   when a client last began to play, in seconds of the monotonic clock
    help                     which there are, with a line for each
    """

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._clients = 0

    async def listen(self, port: int) -> asyncio.Server:
        """Listen on this machine's own address; 0 picks a free port. Raises `ConfigError`."""
        try:
            return await asyncio.start_server(self._serve, HOST, port, limit=MAX_LINE)
        except OSError as error:
            raise ConfigError(
                f"The control port {port} cannot be had: {error.strerror or error}."
            ) from error

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._clients += 1
        try:
            while self._clients <= MAX_CLIENTS and (line := await reader.readline()):
                answer = await self._obey(line.decode(errors="replace").strip())
                writer.write(answer.encode() + b"\n")
                await writer.drain()
        except (ValueError, OSError):
            pass  # a line that is far too long, or a client that has gone
        finally:
            self._clients -= 1
            writer.close()

    async def _obey(self, line: str) -> str:
        word, _, rest = line.partition(" ")
        if word == "end":
            name = rest.strip() or None
            if name is not None and name not in FAULTS:
                return f'error There is no fault "{name}".'
            await self._faults.end(name)
        elif word == "list":
            return " ".join(("ok", *self._faults.names))
        elif word == "joined":
            joined_at = self._faults.joined_at
            return "ok" if joined_at is None else f"ok {joined_at:.6f}"
        elif word == "help":
            return "\n".join((*usage(), "ok"))
        else:
            try:
                await self._faults.begin(parse_order(line))
            except ConfigError as error:
                return f"error {error}"
        return "ok"
