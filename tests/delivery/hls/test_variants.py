"""Qualities as variants of one multivariant playlist (RFC 8216bis §4.4.6.2, §6.2.4)."""

import asyncio
from dataclasses import dataclass, field

import pytest

from liveedge.config.hls import HlsSettings, ListedQualities
from liveedge.delivery.hls import variants
from liveedge.delivery.hls.endpoint import HlsEndpoint
from liveedge.streams.offer import Made, Offer
from tests.delivery.hls.camera import Camera
from tests.delivery.hls.exchange import Exchange, Stream
from tests.delivery.hls.microphone import SoundingCamera
from tests.delivery.hls.reader import attributes

MADE = {"low": Made.CAMERA, "medium": Made.TRANSCODE}
TOKENS = {"low": "00000001", "medium": "00000002"}


@dataclass
class Site:
    """A camera, `door`, with a sub-stream and a transcode, both begun when they are asked for."""

    listed: ListedQualities = ListedQualities.CAMERA
    camera: Camera = field(default_factory=Camera)
    running: dict[str, Camera] = field(default_factory=dict)
    began: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.camera.gops(6)
        self.door = Stream(self.camera.segments, qualities=self.offers)
        if isinstance(self.camera, SoundingCamera):
            self.door.sound = self.camera.sound
        self.streams: dict[str, Stream] = {}
        self.endpoint = HlsEndpoint(self, HlsSettings(qualities=self.listed))

    def offers(self) -> list[Offer]:
        streams = {name: self.streams.get(name) for name in MADE}
        return [Offer(name, made, None, None, streams[name]) for name, made in MADE.items()]  # type: ignore[arg-type]

    def get(self, stream_id: str) -> Stream | None:
        base, _, name = stream_id.partition("~")
        if base != "door" or name not in {"", *MADE}:
            return None
        if not name:
            return self.door
        if name not in self.streams:
            self.began.append(name)
            self.running[name] = Camera(token=TOKENS[name])
            self.streams[name] = Stream(self.running[name].segments)
        return self.streams[name]

    def ask(self, name: str = "index.m3u8", stream: str = "door") -> Exchange:
        return Exchange(self.endpoint, f"/hls/{stream}/{name}")

    async def index(self, name: str = "index.m3u8", stream: str = "door") -> list[str]:
        return (await self.ask(name, stream).finish()).text.splitlines()

    async def seen(self) -> list[str]:
        """The playlist once the qualities that it waits for have been seen."""
        asked = await self.ask().settle()
        for camera in self.running.values():
            camera.gops(3)
        return (await asked.finish()).text.splitlines()


def uris(index: list[str]) -> list[str]:
    return [line for line in index if not line.startswith("#")]


async def test_4_4_6_2_a_sub_stream_is_a_variant_with_its_own_rates_and_size() -> None:
    site = Site()
    index = await site.seen()
    assert uris(index) == ["0123abcd.live-1-105.m3u8", "../door~low/00000001.live-1-105.m3u8"]
    variant = attributes(index[-2].partition(":")[2])
    assert variant["RESOLUTION"] == "64x48"
    assert variant["CODECS"].startswith("avc1.")
    assert int(variant["BANDWIDTH"]) >= int(variant["AVERAGE-BANDWIDTH"]) > 0
    assert site.began == ["low"], "nothing is transcoded for a list"


@pytest.mark.parametrize(
    ("listed", "began"),
    [
        (ListedQualities.NONE, []),
        (ListedQualities.CAMERA, ["low"]),
        (ListedQualities.ALL, ["low", "medium"]),
    ],
)
async def test_the_setting_says_which_are_listed(listed: ListedQualities, began: list[str]) -> None:
    site = Site(listed)
    assert len(uris(await site.seen())) == 1 + len(began)
    assert site.began == began


async def test_what_has_been_seen_is_listed_at_once_and_after_it_has_ended() -> None:
    site = Site()
    first = await site.seen()
    site.running["low"].cutter.end()
    assert await site.index() == first


async def test_what_cannot_be_seen_is_waited_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(variants, "LEARNING_SECONDS", 0.0)
    site = Site()
    assert len(uris(await site.index())) == 1
    monkeypatch.undo()
    monkeypatch.setattr(variants, "LEARNING_SECONDS", -1.0)
    async with asyncio.timeout(1):
        assert len(uris(await site.index())) == 1
    site.running["low"].gops(3)
    assert len(uris(await site.index())) == 2


async def test_a_player_that_keeps_to_one_quality_has_a_list_of_that_one() -> None:
    site = Site()
    assert uris(await site.index("single.m3u8")) == ["0123abcd.live-1-105.m3u8"]
    assert site.began == []


async def test_6_2_4_all_variants_are_heard_with_the_same_sound() -> None:
    site = Site(camera=SoundingCamera())
    index = await site.seen()
    tags = [line for line in index if line.startswith("#EXT-X-STREAM-INF")]
    assert len(tags) == 2
    assert all(tag.endswith('AUDIO="sound"') for tag in tags)
    assert "".join(index).count("#EXT-X-MEDIA:") == 1


async def test_a_quality_by_itself_is_heard_with_the_sound_of_its_original() -> None:
    site = Site(camera=SoundingCamera())
    site.get("door~low")
    site.running["low"].gops(3)
    index = await site.index(stream="door~low")
    assert attributes(index[3].partition(":")[2])["URI"] == "../door/0123abcd.sound-1-105-0.m3u8"
    assert uris(index) == ["00000001.live-1-105.m3u8"]
