"""One worker makes AAC of the sound of all cameras that browsers do not play."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from itertools import count
from typing import Final, NamedTuple

import structlog

from liveedge.clock import Clock
from liveedge.errors import SourceError, WorkerError
from liveedge.media.audio import ForeignAudio
from liveedge.streams.conversion import STABLE, Conversion, Rest
from liveedge.workers.messages import Message
from liveedge.workers.sound_units import pack, unpack
from liveedge.workers.tasks import Task
from liveedge.workers.worker import Worker

GATHER_EACH: Final = 0.003
GATHER_MOST: Final = 0.03
"""For how long the sound of all cameras gathers, for each of them and at most: waking two processes
for a message costs as much as the sound of some cameras. It is delay, so few do not wait long."""
_COUNT_SECONDS: Final = 1.0
HANG_SECONDS: Final = 5.0
"""A worker that owes an answer for so long has hung."""
IDLE_SECONDS: Final = 30.0
"""Without work the worker is ended, for its memory is worth more than its start."""

_log = structlog.get_logger(__name__)

_Stints = dict[int, tuple[Conversion, int]]
"""Whose sound is in a message, by track, and in which stint of it."""


class _Owed(NamedTuple):
    """An answer that the worker owes."""

    since: float
    stints: _Stints


class SoundConverter:
    """Runs the worker while there is work; a failure of it is a hole in the sound, and no more.

    It begins with the first sound and ends `IDLE_SECONDS` after the last. If it crashes or hangs it
    is started again, without the camera at whose sound that happened: that one is left out for a
    while, longer and longer after failures in a row, and cannot take the others with it.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tracks = count()
        self._worker: Worker | None = None
        self._task: asyncio.Task[None] | None = None
        self._gathering: dict[int, Conversion] = {}
        self._speaking: set[int] = set()
        """Tracks that have gathered since they were last counted."""
        self._counted_at = clock.monotonic()
        self._timer: asyncio.TimerHandle | None = None
        self.gather_seconds = GATHER_EACH
        """For how long sound gathers, as many as speak now."""
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
        return Conversion(next(self._tracks), audio, take, self._ask)

    def flush(self) -> None:
        """Hand over what has gathered."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        now = self._clock.monotonic()
        self._count(self._gathering, now)
        gathered, self._gathering = self._gathering.values(), {}
        self._post([each for each in gathered if now >= each.alone_until])
        for each in gathered:
            if now < each.alone_until:
                self._post([each])

    async def close(self) -> None:
        """End the worker."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _ask(self, conversion: Conversion) -> bool:
        now = self._asked_at = self._clock.monotonic()
        if not conversion.rest.over(now):
            return False
        if self._worker is None:
            if self._task is None and self._rest.over(now):
                self._task = asyncio.create_task(self._run(), name="sound converter")
            return False
        self._gathering[conversion.track] = conversion
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self.gather_seconds, self.flush)
        return True

    def _count(self, tracks: Iterable[int], now: float) -> None:
        self._speaking.update(tracks)
        if self._speaking and now - self._counted_at >= _COUNT_SECONDS:
            self.gather_seconds = min(GATHER_EACH * len(self._speaking), GATHER_MOST)
            self._speaking.clear()
            self._counted_at = now

    def _post(self, conversions: Iterable[Conversion]) -> None:
        """Send one message with what has gathered of some cameras."""
        worker, pieces = self._worker, []
        stints: _Stints = {}
        for each in conversions:
            taken, each.pieces = each.pieces, []
            if worker is None or not taken:
                continue
            if (beginning := each.beginning(worker)) is not None:
                worker.post(beginning)
            stints[each.track] = each, each.stint
            pieces += taken
            each.owed += 1
        if worker is not None and pieces:
            worker.post(pack("sound", pieces))
            self._owed.append(_Owed(self._clock.monotonic(), stints))

    async def _run(self) -> None:
        try:
            worker = await Worker.start(Task.SOUND)
            try:
                self._worker = worker
                await self._relay(worker)
            finally:
                self._worker = None
                await worker.close()
        except SourceError as error:
            self._failed(error)
        except Exception:  # noqa: BLE001 - the top of a task: a defect must not end the sound for good
            _log.exception("sound_defect")
            self._failed(WorkerError("The sound of a camera could not be handed on."))
        finally:
            self._forget()
            self._task = None

    async def _relay(self, worker: Worker) -> None:
        """Hand out what the worker makes until nobody wants anything for a while."""
        while True:
            try:
                message = await worker.receive(HANG_SECONDS)
            except WorkerError:
                now, owed = self._clock.monotonic(), self._owed
                if not worker.is_running or (owed and now - owed[0].since >= HANG_SECONDS):
                    raise
                if not owed and now - self._asked_at >= IDLE_SECONDS:
                    return
                continue
            self._take(message)

    def _take(self, message: Message) -> None:
        if not self._owed:
            raise WorkerError("A worker process answered what nobody asked; it is ended.")
        stints = self._owed[0].stints
        if message.kind == "refused":
            _of(stints, message.number("track"))[0].refuse()
            return
        for track, media_time, data in unpack(message):
            conversion, stint = _of(stints, track)
            conversion.made(media_time, data, stint)
        for conversion, _ in stints.values():
            conversion.owed -= 1
        self._owed.popleft()

    def _failed(self, error: SourceError) -> None:
        """Leave alone whoever is to blame: the camera whose sound it was at, or the worker."""
        suspects = [each for each, _ in self._owed[0].stints.values()] if self._owed else []
        now = self._clock.monotonic()
        for conversion in suspects:
            conversion.alone_until = now + STABLE
        rest = suspects[0].rest if len(suspects) == 1 else self._rest
        rest.begin(now)
        _log.warning("worker_failed", task=Task.SOUND.value, error=str(error), pause_s=rest.seconds)

    def _forget(self) -> None:
        """Nobody answers any more."""
        for owed in self._owed:
            for conversion, _ in owed.stints.values():
                conversion.owed = 0
        self._owed.clear()
        for conversion in self._gathering.values():
            conversion.pieces = []
        self._gathering = {}


def _of(stints: _Stints, track: int) -> tuple[Conversion, int]:
    if track not in stints:
        raise WorkerError("A worker process mixed up its tracks; it is ended.")
    return stints[track]
