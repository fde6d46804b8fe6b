"""Sound that browsers do not play, on its way through a worker that makes AAC of it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import structlog

from liveedge.errors import WorkerError
from liveedge.media.audio import AudioConfig, ForeignAudio, low_complexity_config
from liveedge.window.window import TIMESCALE
from liveedge.workers.messages import Message
from liveedge.workers.worker import Worker

if TYPE_CHECKING:
    from liveedge.workers.sound_units import Unit

RATE: Final = 48_000
"""Hz of what is made."""
FRAME_SAMPLES: Final = 1024
"""Of an access unit that is made."""
MOST_OWED: Final = 50
"""Messages of one camera that the worker may be behind; what comes then is left out."""
MOST_PIECES: Final = 64
"""That gather of one camera; what comes then is left out."""
FIRST_REST: Final = 0.25
LONGEST_REST: Final = 30.0
"""Seconds without work after a failure, doubling from the first."""
STABLE: Final = 60.0
"""Seconds after which a failure counts as the first one again."""
_PLAUSIBLE: Final = 10 * TIMESCALE
"""How far what comes out may be from what went in."""
_JOINED: Final = 4096
"""Octets of a piece to which nothing is joined any more."""
_JOIN_WITHIN: Final = TIMESCALE // 1000

_log = structlog.get_logger(__name__)


class Rest:
    """How long something that has failed is left alone."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._until = float("-inf")

    def begin(self, now: float) -> None:
        """It has failed: rest, longer with each failure in a row."""
        again = now < self._until + STABLE
        self.seconds = min(max(FIRST_REST, 2 * self.seconds if again else 0.0), LONGEST_REST)
        self._until = now + self.seconds

    def over(self, now: float) -> bool:
        """Whether to try again."""
        return now >= self._until


class Conversion:
    """The sound of one camera: gathered for the worker, and handed on when it comes back."""

    def __init__(
        self,
        track: int,
        audio: ForeignAudio,
        take: Callable[[bytes, int], None],
        ask: "Callable[[Conversion], bool]",
    ) -> None:
        """`ask` says whether the worker takes sound now, and has it taken from `pieces` soon."""
        self.track = track
        self.config: AudioConfig = low_complexity_config(RATE, min(2, audio.channels))
        """Of what comes out."""
        self.pieces: list[Unit] = []
        """What has gathered for the next message."""
        self.owed = 0
        """Messages that the worker has not answered."""
        self.stint = 0
        """Counts the times that it has begun anew; answers of an earlier one are of no use."""
        self.refused = False
        """True when the worker cannot decode it."""
        self.alone_until = float("-inf")
        """After a failure at a message that had its sound, and that of others: until this time its
        messages have its sound only, and tell who is to blame."""
        self.rest = Rest()
        self._audio = audio
        self._take = take
        self._ask = ask
        self._newest = 0
        self._end = 0
        """The time just behind the newest piece."""
        self._begun_in: Worker | None = None

    def feed(self, data: bytes, media_time: int, duration: int) -> None:
        """Hand over what a decoder takes at once; times are in 1/90000 s."""
        self._newest = media_time
        if self.refused or self.owed >= MOST_OWED or not self._ask(self):
            return
        pieces = self.pieces
        if (
            pieces
            and self._audio.bits
            and abs(media_time - self._end) <= _JOIN_WITHIN
            and len(pieces[-1][2]) < _JOINED
        ):
            # Samples in a row: each piece costs the worker a decoder's and a resampler's turn.
            track, begin, before = pieces[-1]
            pieces[-1] = track, begin, before + data
        elif len(pieces) < MOST_PIECES:
            pieces.append((self.track, media_time, data))
        self._end = media_time + duration

    def pause(self) -> None:
        """Nobody listens any more, or the camera is gone: what comes next begins anew."""
        self.stint += 1
        self.pieces = []
        worker, self._begun_in = self._begun_in, None
        if worker is not None and worker.is_running:
            worker.post(Message("end", {"track": self.track}))

    def beginning(self, worker: Worker) -> Message | None:
        """What a worker has to be told before the first sound; None if it has been."""
        if self._begun_in is worker:
            return None
        self._begun_in = worker
        audio = self._audio
        values = {
            "track": self.track,
            "decoder": audio.decoder,
            "sample_rate": audio.sample_rate,
            "channels": audio.channels,
            "bits": audio.bits,
        }
        return Message("begin", values, audio.setup)

    def refuse(self) -> None:
        """Note that the worker cannot decode it."""
        if not self.refused:
            _log.warning("sound_not_decoded", codec=self._audio.codec)
        self.refused = True

    def made(self, media_time: int, data: bytes, stint: int) -> None:
        """Take an access unit; raise `WorkerError` if it cannot be what was asked for."""
        if stint != self.stint:
            return
        if abs(media_time - self._newest) > _PLAUSIBLE:
            raise WorkerError("A worker process made sound of nothing; it is ended.")
        self._take(data, media_time)
