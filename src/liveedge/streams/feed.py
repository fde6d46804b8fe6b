"""What goes from the window of a stream to the worker that transcodes it."""

from typing import Final, Protocol

from liveedge.errors import WorkerError
from liveedge.media.chunk import FLAG_CAMERA_CLOCK, HEADER, Chunk
from liveedge.media.epoch import Epoch
from liveedge.streams import rate
from liveedge.streams.recipe import Recipe, usual_rate
from liveedge.streams.stream import Stream
from liveedge.workers.messages import Message

MOST_LATE: Final = 5
"""Pictures that a worker may be behind; those that come then are decoded only. So a worker that is
too slow makes fewer pictures, and none of them late."""
MOST_OWED: Final = 120
"""Pictures that a worker may be behind; then it goes on with the next sync frame."""
_USUAL_FPS: Final = 25.0
_DECODERS: Final = {b"avc1": "h264", b"hvc1": "hevc"}


class Poster(Protocol):
    """Takes messages for a worker without making anybody wait."""

    def post(self, message: Message) -> None:
        """Hand over a message."""
        ...


class Feed:
    """Hands the pictures of a window to a worker, within the call that brings them."""

    def __init__(self, original: Stream, recipe: Recipe, worker: Poster) -> None:
        self.owed = 0
        """Pictures that the worker has not answered."""
        self._most_owed = MOST_OWED
        self.fps = usual_rate(original.frame_rate() or _USUAL_FPS)
        self._window = original.window
        self._worker = worker
        self._recipe = recipe
        self._kbps = recipe.kbps(rate.kilobits_per_second(self._window.since(0)))
        self._epoch: Epoch | None = None
        self._waiting = True
        """For a sync frame."""
        self._origins: dict[int, tuple[float, int, bool]] = {}
        values = {
            "longer": recipe.longer,
            "shorter": recipe.shorter,
            "gop_seconds": recipe.gop_seconds,
            "kbps": self._kbps,
            "fps": self.fps,
        }
        worker.post(Message("transcode", values))

    def begin(self) -> None:
        """Have the worker decode from the newest sync frame on, and show the newest picture."""
        sync, newest = self._window.sync_sequence, self._window.newest
        if sync is not None and newest is not None:
            for chunk in self._window.since(sync):
                self._post(chunk, wanted=chunk is newest)
            # Some cameras send hundreds of pictures before the next sync frame.
            self._most_owed += self.owed

    def take(self, chunk: Chunk) -> None:
        """The newest picture."""
        if self.owed >= self._most_owed:
            self._waiting = True
        else:
            self._post(chunk, wanted=self.owed < MOST_LATE)

    def answered(self) -> None:
        """The worker is done with a picture."""
        self.owed -= 1
        self._most_owed = min(self._most_owed, MOST_OWED + self.owed)

    def origin(self, sequence: int) -> tuple[float, int, bool]:
        """Arrival, capture time and its origin of a picture that went in."""
        known = self._origins.pop(sequence, None)
        if known is None:
            raise WorkerError("A worker process made a picture of nothing; it is ended.")
        return known

    def _post(self, chunk: Chunk, *, wanted: bool) -> None:
        if self._waiting and not chunk.sync:
            return
        epoch = self._window.epoch_of(chunk)
        if epoch is None:
            return
        self._waiting = False
        if epoch is not self._epoch:
            self._epoch = epoch
            self._worker.post(_decoder(epoch))
        if chunk.sync:
            self._follow_rate()
        message = chunk.message
        head = HEADER.unpack_from(message)
        moof = int.from_bytes(message[HEADER.size : HEADER.size + 4], "big")
        if wanted:
            by_camera = bool(head[1] & FLAG_CAMERA_CLOCK)
            self._origins[chunk.sequence] = (chunk.arrival, chunk.capture_us, by_camera)
            # What a decoder passes over is never asked for.
            while len(self._origins) > MOST_OWED:
                del self._origins[next(iter(self._origins))]
        values = {
            "pts": chunk.decode_time + head[9],
            "origin": chunk.sequence,
            "wanted": wanted,
        }
        self.owed += 1
        self._worker.post(Message("picture", values, message[HEADER.size + moof + 8 :]))

    def _follow_rate(self) -> None:
        """Hold the worker to what fits the original, which takes more where more moves."""
        kbps = self._recipe.follow(self._kbps, rate.kilobits_per_second(self._window.since(0)))
        if kbps != self._kbps:
            self._kbps = kbps
            self._worker.post(Message("rate", {"kbps": kbps}))


def _decoder(epoch: Epoch) -> Message:
    config = epoch.config
    values = {
        "codec": _DECODERS[config.sample_entry],
        "reorders": config.parameters.reorder_frames > 0,
    }
    return Message("decoder", values, config.record[1])
