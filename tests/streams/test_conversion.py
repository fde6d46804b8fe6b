"""Sound that browsers do not play, by way of real workers."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from functools import partial

import pytest

from liveedge.errors import WorkerError
from liveedge.media.audio import AudioUnit, ForeignAudio, opus_config
from liveedge.media.chunk import HEADER, Chunk
from liveedge.rtsp.audio import AudioTrack
from liveedge.rtsp.sound import OpusDepacketizer, SampleDepacketizer
from liveedge.streams import sound_converter as module
from liveedge.streams.conversion import MOST_OWED, STABLE, Rest
from liveedge.streams.sound import Sound
from liveedge.streams.sound_converter import GATHER_EACH, IDLE_SECONDS, SoundConverter
from liveedge.workers.messages import Message
from liveedge.workers.sound_units import pack
from liveedge.workers.worker import Worker
from tests.support import FakeClock

AUDIO = ForeignAudio("PCMU", "pcm_mulaw", 8000, 1, bits=8)
PCMU = AudioTrack(AUDIO, 8000, partial(SampleDepacketizer, bits=8), 0, None)
OPUS = AudioTrack(opus_config(2), 48_000, OpusDepacketizer, 97, None)


class Watched(SoundConverter):
    """Tells when something has happened."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(clock)
        self.changed = asyncio.Event()

    async def _run(self) -> None:
        try:
            await super()._run()
        finally:
            self.changed.set()

    async def _relay(self, worker: Worker) -> None:
        self.changed.set()
        await super()._relay(worker)

    def _take(self, message: Message) -> None:
        super()._take(message)
        self.changed.set()


class Bench:
    """Cameras that speak, and what comes of it."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.converter = Watched(self.clock)
        self.sounds: list[Sound] = []
        self.heard: dict[Sound, list[Chunk]] = {}

    def camera(self, *, wanted: bool = True, track: AudioTrack = PCMU) -> Sound:
        sound = Sound(len(self.sounds) + 1, self.clock, self.converter)
        now = int(self.clock.wall() * 1_000_000)
        sound.lip_sync.picture(90_000, now, now, camera_clock=False)
        sound.begins(track)
        self.sounds.append(sound)
        self.heard[sound] = []
        if wanted:
            sound.window.listen(self.heard[sound].append)
        return sound

    def speak(self, packets: int = 1) -> None:
        """So many packets of 20 ms from each camera."""
        for _ in range(packets):
            self.clock.advance(0.02)
            now = self.clock.monotonic()
            for sound in self.sounds:
                sound.unit(AudioUnit(b"\xff" * 160, round(now * 8000) & 0xFFFFFFFF, 160, now))

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(30):
            while not condition():
                self.converter.changed.clear()
                await self.converter.changed.wait()

    async def working(self) -> int:
        """Have the worker run; return its process id."""
        self.speak(2)
        await self.until(lambda: self.converter.pid is not None)
        pid = self.converter.pid
        assert pid is not None
        return pid

    async def hear(self, sound: Sound, packets: int = 10) -> None:
        """Speak, and wait for what comes of it."""
        chunks = len(self.heard[sound])
        self.speak(packets)
        await self.until(lambda: len(self.heard[sound]) >= chunks + packets * 20 // 22 - 3)


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    bench = Bench()
    yield bench
    await bench.converter.close()
    assert bench.converter.pid is None


async def test_access_units_come_out_in_a_row_and_in_time(bench: Bench) -> None:
    door = bench.camera()
    await bench.working()
    begin = bench.clock.monotonic()
    await bench.hear(door, 50)
    chunks = bench.heard[door]
    assert door.epoch is not None
    assert door.epoch.config.codec == "mp4a.40.2"
    times = [chunk.decode_time for chunk in chunks]
    # The first one is for the next to overlap; it belongs before the first sample.
    assert times == list(range(times[0], times[-1] + 1, 1920))
    assert times[0] + 1920 == 90_000 + round((begin + 0.02 - 1000) * 90_000)
    assert [chunk.gap for chunk in chunks] == [False] * len(chunks)
    assert {chunk.duration for chunk in chunks} == {1920}
    first = HEADER.unpack_from(chunks[0].message)
    assert first[2] == door.number
    taken = [chunk.capture_us - chunk.decode_time * 100 // 9 for chunk in chunks]
    assert max(taken) - min(taken) <= 100, "what is told of the capture goes with the samples"


async def test_nobody_works_for_who_does_not_listen(bench: Bench) -> None:
    bench.camera(wanted=False)
    bench.camera(track=OPUS)
    bench.speak(10)
    await asyncio.sleep(0)
    assert bench.converter._task is None


async def test_one_process_works_for_all_while_somebody_listens(bench: Bench) -> None:
    door, yard = bench.camera(), bench.camera()
    pid = await bench.working()
    await bench.hear(door)
    await bench.until(lambda: len(bench.heard[yard]) > 5)
    assert bench.converter.pid == pid


async def test_the_more_cameras_speak_the_longer_their_sound_gathers(bench: Bench) -> None:
    cameras = [bench.camera() for _ in range(3)]
    await bench.working()
    for _ in range(55):
        bench.speak()
        bench.converter.flush()
    assert bench.converter.gather_seconds == pytest.approx(3 * GATHER_EACH)
    await bench.until(lambda: not bench.converter._owed)
    bench.sounds = cameras[:1]
    for _ in range(110):
        bench.speak()
        bench.converter.flush()
    assert bench.converter.gather_seconds == pytest.approx(GATHER_EACH)
    await bench.until(lambda: not bench.converter._owed)


async def test_who_comes_back_hears_nothing_old(bench: Bench) -> None:
    door = bench.camera(wanted=False)
    door.want()
    await bench.working()
    bench.speak(20)
    await bench.until(lambda: door.window.newest is not None)
    bench.speak(40)  # Not all of it is answered before the end.
    bench.clock.advance(20)
    bench.speak(1)
    assert door.window.newest is None
    stop = door.window.listen(bench.heard[door].append)
    came_back = door.lip_sync._anchor
    assert came_back is not None
    await bench.hear(door)
    assert bench.heard[door][0].decode_time >= came_back[1] - 1920
    assert bench.heard[door][0].gap
    stop()


async def test_a_worker_that_crashes_leaves_a_hole_and_comes_back(bench: Bench) -> None:
    door = bench.camera()
    pid = await bench.working()
    await bench.hear(door)
    os.kill(pid, signal.SIGKILL)
    await bench.until(lambda: bench.converter._task is None)
    bench.clock.advance(1)
    assert await bench.working() != pid
    chunks = len(bench.heard[door])
    await bench.hear(door)
    assert bench.heard[door][chunks].gap
    assert [chunk.gap for chunk in bench.heard[door]].count(True) == 1


async def test_a_worker_that_hangs_is_ended(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HANG_SECONDS", 0.05)
    door = bench.camera()
    pid = await bench.working()
    await bench.hear(door)
    os.kill(pid, signal.SIGSTOP)
    bench.speak(4)
    bench.converter.flush()
    bench.clock.advance(0.1)
    await bench.until(lambda: bench.converter._task is None)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    bench.clock.advance(1)
    assert await bench.working() != pid


async def test_the_camera_at_whose_sound_it_crashed_is_left_out_for_a_while(bench: Bench) -> None:
    door, yard = bench.camera(), bench.camera()
    pid = await bench.working()
    await bench.hear(yard)
    await bench.until(lambda: not bench.converter._owed)
    os.kill(pid, signal.SIGSTOP)
    bench.speak(2)
    bench.converter.flush()
    os.kill(pid, signal.SIGKILL)
    await bench.until(lambda: bench.converter._task is None)
    assert door._conversion is not None
    assert door._conversion.alone_until > bench.clock.monotonic(), "it was at a message of both"
    bench.clock.advance(1)
    pid = await bench.working()
    os.kill(pid, signal.SIGSTOP)
    bench.speak(2)
    bench.converter.flush()
    (blamed,) = bench.converter._owed[0].stints.values()
    os.kill(pid, signal.SIGKILL)
    await bench.until(lambda: bench.converter._task is None)
    if blamed[0] is not door._conversion:
        door, yard = yard, door
    before = len(bench.heard[door])
    await bench.working()
    await bench.hear(yard, 8)
    assert len(bench.heard[door]) == before
    bench.clock.advance(1)
    await bench.hear(door)
    bench.clock.advance(STABLE)
    bench.speak(2)
    bench.converter.flush()
    assert len(bench.converter._owed[-1].stints) == 2, "they go together again"


async def test_what_a_slow_worker_cannot_take_is_left_out(bench: Bench) -> None:
    door = bench.camera()
    pid = await bench.working()
    os.kill(pid, signal.SIGSTOP)
    for _ in range(2 * MOST_OWED):
        bench.speak()
        bench.converter.flush()
    assert door._conversion is not None
    assert door._conversion.owed == MOST_OWED
    os.kill(pid, signal.SIGCONT)
    await bench.until(lambda: not bench.converter._owed)


async def test_it_ends_when_nobody_has_wanted_anything_for_long(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "HANG_SECONDS", 0.02)
    bench.camera()
    pid = await bench.working()
    bench.clock.advance(IDLE_SECONDS - 1)
    bench.speak(2)
    bench.converter.flush()
    await bench.until(lambda: not bench.converter._owed)
    assert bench.converter.pid == pid
    bench.clock.advance(IDLE_SECONDS)
    await bench.until(lambda: bench.converter._task is None)


async def test_sound_that_nothing_decodes_is_no_sound(bench: Bench) -> None:
    unknown = ForeignAudio("NOISE", "no such thing", 8000, 1)
    door = bench.camera(track=AudioTrack(unknown, 8000, PCMU.depacketizer, 0, None))
    assert door.epoch is not None
    await bench.working()
    bench.speak(4)
    await bench.until(lambda: door.epoch is None)
    door.restart()
    door.begins(AudioTrack(unknown, 8000, PCMU.depacketizer, 0, None))
    assert door.epoch is None, "nor is it in the next session"


async def test_a_stream_without_a_converter_has_no_such_sound() -> None:
    sound = Sound(1, FakeClock())
    sound.begins(PCMU)
    assert sound.epoch is None
    sound.unit(AudioUnit(bytes(160), 0, 160, 1.0))
    assert sound.window.newest is None


@pytest.mark.parametrize(
    "answer",
    [
        pack("units", [(99, 90_000, b"x")]),
        pack("units", [(0, 1 << 62, b"x")]),
        Message("units", {"tracks": [0]}),
        Message("refused", {"track": 99}),
        Message("refused"),
    ],
    ids=["another track", "another time", "half a word", "another refused", "no track"],
)
async def test_nonsense_is_the_end_of_a_worker(bench: Bench, answer: Message) -> None:
    door = bench.camera()
    assert door._conversion is not None
    assert door._conversion.track == 0
    pid = await bench.working()
    bench.speak(2)
    bench.converter.flush()
    with pytest.raises(WorkerError):
        bench.converter._take(answer)
    assert bench.converter.pid == pid


async def test_an_answer_without_a_question_is_the_end_of_a_worker(bench: Bench) -> None:
    with pytest.raises(WorkerError):
        bench.converter._take(pack("units", []))


def test_rests_grow_with_failures_in_a_row() -> None:
    rest = Rest()
    assert rest.over(0.0)
    lengths = []
    now = 0.0
    for _ in range(10):
        rest.begin(now)
        assert not rest.over(now + rest.seconds - 0.01)
        now += rest.seconds
        assert rest.over(now)
        lengths.append(rest.seconds)
    assert lengths[:4] == [0.25, 0.5, 1.0, 2.0]
    assert lengths[-1] == 30.0
    rest.begin(now + 100)
    assert rest.seconds == 0.25
