"""A second viewer, without a screen: which pictures left the server, and when.

It tells a camera or a server that was held up from a player that was.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Final

from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from liveedge.bench.parts import STREAM
from liveedge.clock import Clock
from liveedge.errors import LiveEdgeError
from liveedge.media.chunk import KIND_CHUNK

_DEADLINE: Final = 5.0
_POLL: Final = 0.5


class Witness:
    """Notes when each picture of the stream comes over the live protocol."""

    def __init__(self, clock: Clock, also: Callable[[bytes], None] | None = None) -> None:
        """`also` gets each picture's message."""
        self._clock = clock
        self._also = also
        self._times: list[float] = []

    def take(self, message: str | bytes) -> None:
        """Take one message of the live socket."""
        if isinstance(message, bytes) and message[0] == KIND_CHUNK:
            self._times.append(self._clock.wall() * 1000)
            if self._also:
                self._also(message)

    def between(self, begin: float, end: float) -> tuple[int, float]:
        """How many pictures came in a stretch of Unix time in milliseconds; the longest pause."""
        times = [time for time in self._times if begin <= time < end]
        return len(times), max(b - a for a, b in pairwise([begin, *times, end]))


@contextmanager
def witness(
    address: str, clock: Clock, also: Callable[[bytes], None] | None = None
) -> Iterator[Witness]:
    """Watch the stream beside the browser for as long as the context lasts.

    Raises `LiveEdgeError` if the server's live socket does not open.
    """
    watching, stop = Witness(clock, also), threading.Event()
    url = address.replace("http", "ws", 1) + "live"
    try:
        connection = connect(url, compression=None, proxy=None, open_timeout=_DEADLINE)
    except (OSError, WebSocketException) as error:
        raise LiveEdgeError(f"The server's live socket does not open ({error}).") from None
    with connection as socket:
        socket.send(json.dumps({"type": "subscribe", "stream": STREAM}))
        thread = threading.Thread(target=_listen, args=(socket, watching, stop), name="witness")
        thread.start()
        try:
            yield watching
        finally:
            stop.set()
            thread.join(_DEADLINE)


def _listen(socket: ClientConnection, watching: Witness, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            watching.take(socket.recv(timeout=_POLL))
        except TimeoutError:
            continue
        except WebSocketException:
            # The server has ended, which the pause that it leaves says.
            return
