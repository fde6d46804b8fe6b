"""What each fault does to a camera: entered when it begins, left when it ends."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

from liveedge.camera.conduct import Conduct
from liveedge.camera.links import Links
from liveedge.camera.service import Service
from liveedge.camera.tamper import Tamper
from liveedge.camera.virtual import VirtualCamera
from liveedge.errors import ConfigError

_MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Rig:
    """All of a camera that can be made to fail."""

    camera: VirtualCamera
    tamper: Tamper
    conduct: Conduct
    links: Links
    service: Service


Effect = Callable[[Rig, float], AbstractAsyncContextManager[None]]
"""Takes the rig and the fault's value."""


# --- connections


@asynccontextmanager
async def hang(rig: Rig, _: float) -> AsyncIterator[None]:
    """The process stands still."""
    rig.links.hang()
    try:
        yield
    finally:
        rig.links.recover()


@asynccontextmanager
async def half_open(rig: Rig, _: float) -> AsyncIterator[None]:
    """The connections of this moment are dead without being closed."""
    rig.links.abandon()
    yield


@asynccontextmanager
async def reset(rig: Rig, _: float) -> AsyncIterator[None]:
    """All connections are reset."""
    rig.links.reset()
    yield


@asynccontextmanager
async def reboot(rig: Rig, _: float) -> AsyncIterator[None]:
    """Connections are reset, nothing listens, and then everything begins anew."""
    async with rig.service.away(rig.links.reset):
        rig.camera.begin_stream()
        yield


@asynccontextmanager
async def garbage(rig: Rig, _: float) -> AsyncIterator[None]:
    """Noise is sent in the place of everything."""
    rig.links.noise = True
    try:
        yield
    finally:
        rig.links.noise = False
        # Where in the noise a frame would end, nobody knows.
        rig.links.reset()


# --- pictures and packets


@asynccontextmanager
async def no_video(rig: Rig, _: float) -> AsyncIterator[None]:
    """Video stops; sound, reports and answers go on."""
    rig.tamper.video = False
    try:
        yield
    finally:
        rig.tamper.video = True


@asynccontextmanager
async def freeze(rig: Rig, _: float) -> AsyncIterator[None]:
    """The same picture is sent again and again."""
    async with rig.camera.frozen():
        yield


@asynccontextmanager
async def loss(rig: Rig, percent: float) -> AsyncIterator[None]:
    """Packets are left out."""
    rig.tamper.loss = percent / 100
    try:
        yield
    finally:
        rig.tamper.loss = 0.0


@asynccontextmanager
async def reorder(rig: Rig, percent: float) -> AsyncIterator[None]:
    """Packets change places."""
    rig.tamper.reorder = percent / 100
    try:
        yield
    finally:
        rig.tamper.reorder = 0.0


@asynccontextmanager
async def jump(rig: Rig, seconds: float) -> AsyncIterator[None]:
    """RTP time goes forward, or back."""
    rig.camera.shift(seconds)
    yield


@asynccontextmanager
async def wrap(rig: Rig, seconds: float) -> AsyncIterator[None]:
    """New sessions find RTP time so long before its 32 bits overflow."""
    rig.camera.begin_stream(overflow_in=seconds)
    rig.links.reset()
    yield


@asynccontextmanager
async def resolution(rig: Rig, _: float) -> AsyncIterator[None]:
    """Pictures are half as wide and half as high."""
    async with rig.camera.other_scene(scale=0.5):
        yield


@asynccontextmanager
async def no_keyframes(rig: Rig, _: float) -> AsyncIterator[None]:
    """One keyframe, and then none."""
    async with rig.camera.other_scene(gop=1_000_000):
        yield


@asynccontextmanager
async def huge_picture(rig: Rig, megabytes: float) -> AsyncIterator[None]:
    """The next picture is that large."""
    rig.tamper.swell = round(megabytes * _MEGABYTE)
    yield


# --- answers; they matter to new sessions, so those of this moment end


@asynccontextmanager
async def status(rig: Rig, code: float) -> AsyncIterator[None]:
    """Sessions are refused."""
    if not 300 <= code <= 599:
        raise ConfigError("A refusal has a status from 300 to 599.")
    rig.conduct.status = int(code)
    rig.links.reset()
    try:
        yield
    finally:
        rig.conduct.status = None


@asynccontextmanager
async def redirect(rig: Rig, _: float) -> AsyncIterator[None]:
    """Clients are sent to where they are."""
    rig.conduct.redirect = True
    rig.links.reset()
    try:
        yield
    finally:
        rig.conduct.redirect = False


def description(change: Callable[[str], str]) -> Effect:
    """The session description is changed."""

    @asynccontextmanager
    async def effect(rig: Rig, _: float) -> AsyncIterator[None]:
        rig.conduct.sdp = change
        rig.links.reset()
        try:
            yield
        finally:
            rig.conduct.sdp = None

    return effect


@asynccontextmanager
async def slow_answers(rig: Rig, _: float) -> AsyncIterator[None]:
    """Answers come octet by octet."""
    rig.links.drip = True
    rig.links.reset()
    try:
        yield
    finally:
        rig.links.drip = False
        rig.links.reset()


@asynccontextmanager
async def one_viewer(rig: Rig, _: float) -> AsyncIterator[None]:
    """Whoever wants to play while somebody does is refused."""
    rig.conduct.one_viewer = rig.camera.playing
    try:
        yield
    finally:
        rig.conduct.one_viewer = None
