"""The newest seconds of one stream, kept once for all its viewers."""

from collections import deque
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Final

from liveedge.media.chunk import Chunk
from liveedge.media.epoch import Epoch

TIMESCALE: Final = 90_000
KEEP_SECONDS: Final = 2.0
MAX_BYTES: Final = 32 * 1024 * 1024

Listener = Callable[[Chunk], None]


class Chunks:
    """Chunks from the newest sync frame on, and at least `KEEP_SECONDS` of them.

    What it holds is bounded by `max_bytes`, whatever the camera sends and however many read. A
    camera that sends no sync frame for so long that its pictures do not fit loses the oldest:
    who joins then waits for the next sync frame.
    """

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._chunks: deque[Chunk] = deque()
        self._max_bytes = max_bytes
        self._bytes = 0
        self._sync: int | None = None
        self._next = 0
        """Sequence of the next chunk while there is none here."""
        self._listeners: list[Listener] = []

    @property
    def next_sequence(self) -> int:
        """Sequence of the chunk that comes next."""
        return self._chunks[-1].sequence + 1 if self._chunks else self._next

    @property
    def first_sequence(self) -> int:
        """Sequence of the oldest chunk that is still here."""
        return self._chunks[0].sequence if self._chunks else self._next

    @property
    def sync_sequence(self) -> int | None:
        """Sequence of the newest sync frame, None if there is none here."""
        return self._sync

    @property
    def newest(self) -> Chunk | None:
        """The live edge."""
        return self._chunks[-1] if self._chunks else None

    @property
    def size(self) -> int:
        """Bytes held."""
        return self._bytes

    def media_time_at(self, arrival: float) -> int | None:
        """Which media time in 1/90000 s belongs to that moment of arrival, in monotonic seconds."""
        newest = self.newest
        if newest is None:
            return None
        return max(0, newest.decode_time + round((arrival - newest.arrival) * TIMESCALE))

    def append(self, chunk: Chunk) -> None:
        """Append the newest chunk and tell all listeners, in this call."""
        self._chunks.append(chunk)
        self._bytes += len(chunk.message)
        if chunk.sync:
            self._sync = chunk.sequence
        self._trim(chunk)
        for listener in tuple(self._listeners):
            listener(chunk)

    def clear(self) -> None:
        """Forget what is here; who reads goes on with what comes next."""
        self._next = self.next_sequence
        self._chunks.clear()
        self._bytes, self._sync = 0, None

    def get(self, sequence: int) -> Chunk | None:
        """The chunk of that sequence, None if it has left or not come."""
        index = sequence - self.first_sequence
        return self._chunks[index] if 0 <= index < len(self._chunks) else None

    def since(self, sequence: int) -> Iterator[Chunk]:
        """All chunks from `sequence` on that are here."""
        return islice(self._chunks, max(0, sequence - self.first_sequence), None)

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with each new chunk until the returned function is called."""
        self._listeners.append(listener)

        def stop() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return stop

    @property
    def listened(self) -> bool:
        """Whether somebody listens."""
        return bool(self._listeners)

    def _trim(self, newest: Chunk) -> None:
        chunks = self._chunks
        horizon = newest.decode_time - KEEP_SECONDS * TIMESCALE
        while self._bytes > self._max_bytes or (
            self._sync is not None
            and chunks[0].sequence < self._sync
            and chunks[0].decode_time < horizon
        ):
            if len(chunks) == 1:
                break
            gone = chunks.popleft()
            self._bytes -= len(gone.message)
            if gone.sequence == self._sync:
                self._sync = None


class Window(Chunks):
    """The pictures of a stream, and the epochs that they belong to."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        super().__init__(max_bytes)
        self._epochs: dict[int, Epoch] = {}
        self.epoch: Epoch | None = None

    def add(self, chunk: Chunk, epoch: Epoch) -> None:
        """Append the newest chunk and tell all listeners, in this call."""
        if epoch is not self.epoch:
            self.epoch = epoch
            self._epochs[epoch.number] = epoch
        self.append(chunk)
        if len(self._epochs) > 1:
            while min(self._epochs) < self._chunks[0].epoch:
                del self._epochs[min(self._epochs)]

    def epoch_of(self, chunk: Chunk) -> Epoch | None:
        """The epoch of a chunk that is here."""
        return self._epochs.get(chunk.epoch)
