"""Takes pictures at an even pace and encodes them, in a thread of its own.

The thread holds the picture and the encoder; everything else belongs to the event loop. What it
makes crosses over at one place, `_hand_over`: at most `_CROSSING` access units are on their way at
a time. A loop that does not take them in time costs pictures that were never taken, not memory,
and never an access unit that later ones refer to.
"""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from liveedge.camera.encoder import Encoder
from liveedge.camera.moments import now
from liveedge.camera.picture import Picture
from liveedge.clock import Clock

_CROSSING = 4
_STOP_DEADLINE = 3.0
"""Seconds; a picture of the largest size takes a tenth of one."""


@dataclass(frozen=True, slots=True)
class CodedPicture:
    """One encoded picture, and when it was taken on both clocks."""

    nals: list[bytes]
    sync: bool
    """True for an IDR picture."""
    captured: float
    """Monotonic seconds, before the picture was drawn."""
    captured_wall: float
    """Unix time in seconds at the same moment; the time that the picture shows."""


class Scene(NamedTuple):
    """A picture, and the encoder whose planes it is drawn into."""

    encoder: Encoder
    picture: Picture


def next_slot(slot: int, elapsed: float, fps: int) -> int:
    """Return the slot of the picture after the one of `slot`, `elapsed` seconds after slot 0.

    Slot n is due n/fps seconds after slot 0, whatever happened before, so the pace does not
    drift. Slots that are over are skipped; catching up in a burst would only fill buffers.
    """
    return max(slot + 1, int(elapsed * fps))


class Capture:
    """Takes pictures while somebody wants them; every run begins with an IDR picture."""

    def __init__(
        self,
        encoder: Encoder,
        picture: Picture,
        fps: int,
        clock: Clock,
        deliver: Callable[[CodedPicture], None],
    ) -> None:
        """`deliver` is called in the event loop."""
        self.scene = Scene(encoder, picture)
        """What is taken; another one may be put here at any time, and begins with an IDR picture.
        It belongs to the thread then, until it is replaced and a picture of the next has come."""
        self.frozen = False
        """True: the picture is not drawn anew, only encoded."""
        self._fps = fps
        self._clock = clock
        self._deliver = deliver
        self._room = threading.Semaphore(_CROSSING)
        self._wanted = threading.Event()
        self._stop = threading.Event()
        self._taken = 0
        self.skipped = 0
        """Pictures that were not taken because machine or event loop were late."""

    async def run(self) -> None:
        """Take pictures until cancelled; raise what the picture or the encoder raises."""
        loop = asyncio.get_running_loop()
        ended: asyncio.Future[None] = loop.create_future()
        thread = threading.Thread(
            target=self._run_thread, args=(loop, ended), name="capture", daemon=True
        )
        thread.start()
        try:
            await asyncio.shield(ended)
        finally:
            self._stop.set()
            self._wanted.set()
            done, _ = await asyncio.wait((ended,), timeout=_STOP_DEADLINE)
            if done:
                thread.join(_STOP_DEADLINE)

    def resume(self) -> None:
        """Take pictures from now on."""
        self._wanted.set()

    def pause(self) -> None:
        """Take no further pictures; one that is being taken may still be delivered."""
        # While `run` ends, the thread must find this set: it would wait for it for ever.
        if not self._stop.is_set():
            self._wanted.clear()

    def _run_thread(self, loop: asyncio.AbstractEventLoop, ended: asyncio.Future[None]) -> None:
        error: BaseException | None = None
        try:
            while self._wanted.wait() and not self._stop.is_set():
                self._take_pictures(loop)
        except Exception as failure:  # noqa: BLE001 - the top of the thread; `run` raises it
            error = failure
        loop.call_soon_threadsafe(_settle, ended, error)

    def _take_pictures(self, loop: asyncio.AbstractEventLoop) -> None:
        monotonic, fps = self._clock.monotonic, self._fps
        begin = monotonic()
        slot = 0
        taken: Scene | None = None
        while self._wanted.is_set() and not self._stop.wait(begin + slot / fps - monotonic()):
            if self._room.acquire(blocking=False):
                scene = self.scene
                self._hand_over(loop, self._take(scene, sync=scene is not taken))
                taken = scene
            else:
                self.skipped += 1
            following = next_slot(slot, monotonic() - begin, fps)
            self.skipped += following - slot - 1
            slot = following

    def _take(self, scene: Scene, *, sync: bool) -> CodedPicture:
        captured, wall = now(self._clock)
        self._taken += 1
        if not self.frozen:
            scene.picture.draw(wall, self._taken)
        nals = scene.encoder.encode(sync=sync)
        return CodedPicture(nals, scene.encoder.codec.is_sync(nals), captured, wall)

    def _hand_over(self, loop: asyncio.AbstractEventLoop, coded: CodedPicture) -> None:
        loop.call_soon_threadsafe(self._receive, coded)

    def _receive(self, coded: CodedPicture) -> None:
        self._room.release()
        self._deliver(coded)


def _settle(ended: asyncio.Future[None], error: BaseException | None) -> None:
    if error is None:
        ended.set_result(None)
    else:
        ended.set_exception(error)
