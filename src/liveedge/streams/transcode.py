"""A stream made of another one: its pictures, transcoded in a worker."""

import asyncio
from typing import Final, NoReturn

from liveedge.clock import Clock
from liveedge.errors import Reason, SourceError, WorkerError
from liveedge.ingest.source import MediaSink, Source, VideoDescription
from liveedge.media.byte_stream import split_lengths
from liveedge.rtsp.h264 import H264Depacketizer
from liveedge.streams.feed import Feed
from liveedge.streams.recipe import Recipe
from liveedge.streams.state import State, StreamState
from liveedge.streams.stream import Stream
from liveedge.window.window import TIMESCALE
from liveedge.workers.cost import Cost
from liveedge.workers.tasks import Task
from liveedge.workers.worker import Worker

HANG_SECONDS: Final = 5.0
"""A worker that owes an answer for so long has hung."""


class Slots:
    """How many transcodes may run at once on this server."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.taken = 0

    def take(self) -> None:
        """Take one; raise `SourceError` if there is none left."""
        if self.taken >= self.count:
            raise SourceError(
                Reason.BUSY,
                f"This server transcodes at most {self.count} streams at once; watch the camera's"
                " own stream, or raise transcodes under [server].",
            )
        self.taken += 1

    def give_back(self) -> None:
        """Leave it to somebody else."""
        self.taken -= 1


class RelayedClock:
    """The capture times of the stream that is transcoded, handed on with each picture."""

    def __init__(self) -> None:
        self.taken: tuple[int, bool] = (0, False)
        """Unix microseconds of the picture that comes next, and whether its camera said so."""

    def restart(self) -> None:
        """Nothing is derived from earlier pictures."""

    def sender_report(self, unix_us: int, rtp_time: int) -> None:
        """There are none."""

    def capture(self, rtp_time: int, arrival_us: int) -> tuple[int, bool]:
        """What the original picture's capture time is."""
        del rtp_time, arrival_us
        return self.taken


class Transcoding:
    """A factory of attempts at transcoding a stream."""

    def __init__(
        self, original: Stream, recipe: Recipe, slots: Slots, relayed: RelayedClock, clock: Clock
    ) -> None:
        """`relayed` is the capture clock of the stream that is made."""
        self.original = original
        self.recipe = recipe
        self.slots = slots
        self.relayed = relayed
        self.clock = clock
        self.cost = Cost()

    def __call__(self, sink: MediaSink) -> Source:
        """Make one attempt."""
        return TranscodeSource(self, sink)


class TranscodeSource:
    """One attempt: while the original is live, its pictures go to a worker and come back."""

    def __init__(self, job: Transcoding, sink: MediaSink) -> None:
        self._job = job
        self._original = job.original
        self._sink = sink
        self._failure: SourceError | None = None

    async def run_once(self) -> NoReturn:
        """Wait for the original, deliver, and raise `SourceError` when it is over."""
        await self._until_live()
        job = self._job
        job.slots.take()
        try:
            worker = await Worker.start(Task.TRANSCODE)
            try:
                await self._relay(worker)
            finally:
                await worker.close()
        finally:
            job.cost.end()
            job.slots.give_back()

    async def _until_live(self) -> None:
        live = asyncio.Event()

        def changed(state: StreamState) -> None:
            if state.state is State.LIVE:
                live.set()

        stop = self._original.listen(changed)
        try:
            changed(self._original.state)
            await live.wait()
        finally:
            stop()

    async def _relay(self, worker: Worker) -> NoReturn:
        scope = asyncio.timeout(None)

        def changed(state: StreamState) -> None:
            if state.state is not State.LIVE and self._failure is None:
                self._failure = _end_of(state)
                scope.reschedule(asyncio.get_running_loop().time())

        feed = Feed(self._original, self._job.recipe, worker)
        stops = (self._original.listen(changed), self._original.window.listen(feed.take))
        try:
            async with scope:
                changed(self._original.state)
                feed.begin()
                self._sink.playing(VideoDescription("h264", TIMESCALE, (), feed.fps))
                await self._deliver(worker, feed)
        except TimeoutError:
            if self._failure is None:
                raise
            raise self._failure from None
        finally:
            for stop in stops:
                stop()

    async def _deliver(self, worker: Worker, feed: Feed) -> NoReturn:
        job, depacketizer = self._job, H264Depacketizer(self._sink.access_unit)
        while True:
            try:
                message = await worker.receive(HANG_SECONDS)
            except WorkerError:
                if feed.owed or not worker.is_running:
                    raise
                continue  # The camera sends so seldom.
            if message.kind == "taken":
                feed.answered()
                job.cost.tell(message.real("cpu_seconds"), job.clock.monotonic())
                continue
            arrival, taken_us, by_camera = feed.origin(message.number("origin"))
            job.relayed.taken = taken_us, by_camera
            rtp_time = message.number("pts") & 0xFFFFFFFF
            depacketizer.push_picture(split_lengths(message.payload), rtp_time, arrival)


def _end_of(state: StreamState) -> SourceError:
    if state.reason is None:
        return SourceError(Reason.ENDED, "The stream that this one is made of was stopped.")
    return SourceError(state.reason, state.error or "The camera is offline.")
