"""A stream made of another one: its pictures, transcoded in a worker."""

import asyncio
from typing import Final, NoReturn

from liveedge.clock import Clock
from liveedge.errors import Reason, SourceError, WorkerError
from liveedge.ingest.source import MediaSink, Source, VideoDescription
from liveedge.media.byte_stream import split_lengths
from liveedge.media.chunk import FLAG_CAMERA_CLOCK, HEADER, Chunk
from liveedge.media.epoch import Epoch
from liveedge.rtsp.h264 import H264Depacketizer
from liveedge.streams import rate
from liveedge.streams.recipe import Recipe, usual_rate
from liveedge.streams.state import State, StreamState
from liveedge.streams.stream import Stream
from liveedge.window.window import TIMESCALE
from liveedge.workers.cost import Cost
from liveedge.workers.messages import Message
from liveedge.workers.tasks import Task
from liveedge.workers.worker import Worker

HANG_SECONDS: Final = 5.0
"""A worker that owes an answer for so long has hung."""
MOST_OWED: Final = 120
"""Pictures that a worker may be behind; then it goes on with the next sync frame."""
_USUAL_FPS: Final = 25.0
_DECODERS: Final = {b"avc1": "h264", b"hvc1": "hevc"}


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

        feed = _Feed(self._original, self._job.recipe, worker)
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

    async def _deliver(self, worker: Worker, feed: "_Feed") -> NoReturn:
        job, depacketizer = self._job, H264Depacketizer(self._sink.access_unit)
        while True:
            try:
                message = await worker.receive(HANG_SECONDS)
            except WorkerError:
                if feed.owed or not worker.is_running:
                    raise
                continue  # The camera sends so seldom.
            if message.kind == "taken":
                feed.owed -= 1
                job.cost.tell(message.real("cpu_seconds"), job.clock.monotonic())
                continue
            arrival, taken_us, by_camera = feed.origin(message.number("origin"))
            job.relayed.taken = taken_us, by_camera
            rtp_time = message.number("pts") & 0xFFFFFFFF
            depacketizer.push_picture(split_lengths(message.payload), rtp_time, arrival)


class _Feed:
    """Hands the pictures of a window to a worker, within the call that brings them."""

    def __init__(self, original: Stream, recipe: Recipe, worker: Worker) -> None:
        self.owed = 0
        """Pictures that the worker has not answered."""
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

    def take(self, chunk: Chunk) -> None:
        """The newest picture."""
        if self.owed >= MOST_OWED:
            self._waiting = True
        else:
            self._post(chunk, wanted=True)

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
        self._origins[chunk.sequence] = (
            chunk.arrival,
            chunk.capture_us,
            bool(head[1] & FLAG_CAMERA_CLOCK),
        )
        while len(self._origins) > 2 * MOST_OWED:
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


def _end_of(state: StreamState) -> SourceError:
    if state.reason is None:
        return SourceError(Reason.ENDED, "The stream that this one is made of was stopped.")
    return SourceError(state.reason, state.error or "The camera is offline.")
