"""Sound that browsers do not play becomes AAC, in one worker for all cameras."""

import asyncio
from collections import deque
from collections.abc import Callable
from itertools import count
from typing import Final, NamedTuple

import structlog

from liveedge.clock import Clock
from liveedge.errors import SourceError, WorkerError
from liveedge.media.audio import AudioConfig, ForeignAudio, low_complexity_config
from liveedge.window.window import TIMESCALE
from liveedge.workers.messages import Message
from liveedge.workers.sound_units import Unit, pack, unpack
from liveedge.workers.tasks import Task
from liveedge.workers.worker import Worker

RATE: Final = 48_000
"""Hz of what is made."""
FRAME_SAMPLES: Final = 1024
"""Of an access unit that is made."""
BATCH: Final = TIMESCALE * 40 // 1000
"""How much sound goes to the worker at once: each message costs as much as 20 ms of it."""
MOST_PIECES: Final = 64
"""In a message."""
MOST_OWED: Final = 50
"""Messages of one camera that the worker may be behind; what comes then is left out."""
HANG_SECONDS: Final = 5.0
"""A worker that owes an answer for so long has hung."""
IDLE_SECONDS: Final = 30.0
"""Without work the worker is ended, for its memory is worth more than its start."""
FIRST_REST: Final = 0.25
LONGEST_REST: Final = 30.0
"""Seconds without work after a failure, doubling from the first."""
_STABLE: Final = 60.0
"""Seconds after which a failure counts as the first one again."""
_PLAUSIBLE: Final = 10 * TIMESCALE
"""How far what comes out may be from what went in."""

_log = structlog.get_logger(__name__)


class Rest:
    """How long something that has failed is left alone."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._until = float("-inf")

    def begin(self, now: float) -> None:
        """It has failed: rest, longer with each failure in a row."""
        again = now < self._until + _STABLE
        self.seconds = min(max(FIRST_REST, 2 * self.seconds if again else 0.0), LONGEST_REST)
        self._until = now + self.seconds

    def over(self, now: float) -> bool:
        """Whether to try again."""
        return now >= self._until


class Conversion:
    """The sound of one camera on its way through the worker."""

    def __init__(
        self,
        converter: "SoundConverter",
        track: int,
        audio: ForeignAudio,
        take: Callable[[bytes, int], None],
    ) -> None:
        self.track = track
        self.config: AudioConfig = low_complexity_config(RATE, min(2, audio.channels))
        """Of what comes out."""
        self.owed = 0
        """Messages that the worker has not answered."""
        self.rest = Rest()
        self.stint = 0
        """Counts the times that it has begun anew; answers of an earlier one are of no use."""
        self.refused = False
        """True when the worker cannot decode it."""
        self._converter = converter
        self._audio = audio
        self._take = take
        self._pieces: list[Unit] = []
        self._waiting = 0
        self._newest = 0
        self._begun_in: Worker | None = None

    def feed(self, data: bytes, media_time: int, duration: int) -> None:
        """Hand over what a decoder takes at once; times are in 1/90000 s."""
        self._newest = media_time
        self._pieces.append((media_time, data))
        self._waiting += duration
        if self._waiting >= BATCH or len(self._pieces) >= MOST_PIECES:
            pieces, self._pieces, self._waiting = self._pieces, [], 0
            self._converter.post(self, pack("sound", self.track, pieces))

    def pause(self) -> None:
        """Nobody listens any more, or the camera is gone: what comes next begins anew."""
        self.stint += 1
        self._pieces, self._waiting = [], 0
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

    def answered(self, message: Message, stint: int) -> None:
        """Take what the worker has made of one message; raise `WorkerError` if it is nonsense."""
        self.owed -= 1
        if message.number("track") != self.track:
            raise WorkerError("A worker process mixed up its tracks; it is ended.")
        if message.kind == "refused":
            if not self.refused:
                _log.warning("sound_not_decoded", codec=self._audio.codec)
            self.refused = True
            return
        units = unpack(message)
        if stint != self.stint:
            return
        for time, data in units:
            if abs(time - self._newest) > _PLAUSIBLE:
                raise WorkerError("A worker process made sound of nothing; it is ended.")
            self._take(data, time)


class _Owed(NamedTuple):
    """An answer that the worker owes."""

    conversion: Conversion
    since: float
    stint: int


class SoundConverter:
    """Runs the worker while there is work; a failure of it is a hole in the sound, and no more.

    It begins with the first sound and ends `IDLE_SECONDS` after the last. If it crashes or hangs it
    is started again at once, without the camera at whose sound that happened: that one is left out
    for a while, longer and longer after failures in a row, and cannot take the others with it.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tracks = count()
        self._worker: Worker | None = None
        self._task: asyncio.Task[None] | None = None
        self._owed: deque[_Owed] = deque()
        """The worker answers in order."""
        self._rest = Rest()
        self._asked_at = 0.0

    @property
    def pid(self) -> int | None:
        """Process id of the worker, None while there is none."""
        return None if self._worker is None else self._worker.pid

    def convert(self, audio: ForeignAudio, take: Callable[[bytes, int], None]) -> Conversion:
        """A way through the worker; `take` gets AAC access units with their media times."""
        return Conversion(self, next(self._tracks), audio, take)

    def post(self, conversion: Conversion, message: Message) -> None:
        """Hand over a message; it is left out while there is nobody to do the work."""
        now = self._asked_at = self._clock.monotonic()
        if conversion.refused or conversion.owed >= MOST_OWED or not conversion.rest.over(now):
            return
        worker = self._worker
        if worker is None:
            if self._task is None and self._rest.over(now):
                self._task = asyncio.create_task(self._run(), name="sound converter")
            return
        beginning = conversion.beginning(worker)
        if beginning is not None:
            worker.post(beginning)
        worker.post(message)
        conversion.owed += 1
        self._owed.append(_Owed(conversion, now, conversion.stint))

    async def close(self) -> None:
        """End the worker."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        try:
            worker = await Worker.start(Task.SOUND)
            try:
                self._worker = worker
                await self._relay(worker)
            finally:
                self._worker = None
                await worker.close()
        except WorkerError as error:
            self._failed(error)
        except SourceError as error:
            self._failed(WorkerError(str(error)))
        except Exception:  # noqa: BLE001 - the top of a task: a defect must not end the sound for good
            _log.exception("sound_defect")
            self._failed(WorkerError("The sound of a camera could not be handed on."))
        finally:
            for owed in self._owed:
                owed.conversion.owed = 0
            self._owed.clear()
            self._task = None

    async def _relay(self, worker: Worker) -> None:
        """Hand out what the worker makes until nobody wants anything for a while."""
        while True:
            try:
                message = await worker.receive(HANG_SECONDS)
            except WorkerError:
                now = self._clock.monotonic()
                if not worker.is_running or (
                    self._owed and now - self._owed[0].since >= HANG_SECONDS
                ):
                    raise
                if not self._owed and now - self._asked_at >= IDLE_SECONDS:
                    return
                continue
            self._take(message)

    def _take(self, message: Message) -> None:
        if not self._owed:
            raise WorkerError("A worker process answered what nobody asked; it is ended.")
        owed = self._owed[0]
        owed.conversion.answered(message, owed.stint)
        self._owed.popleft()

    def _failed(self, error: WorkerError) -> None:
        """Leave alone whoever is to blame: the camera whose sound it was at, or the worker."""
        rest = self._owed[0].conversion.rest if self._owed else self._rest
        rest.begin(self._clock.monotonic())
        _log.warning("worker_failed", task=Task.SOUND.value, error=str(error), pause_s=rest.seconds)
