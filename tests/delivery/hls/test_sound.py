"""Sound as a rendition of its own (RFC 8216bis §4.4.6.1, §6.2.4)."""

import io
import re
from itertools import pairwise

import av
import pytest

from liveedge.delivery.hls import rendition
from liveedge.media.audio import AudioConfig, aac_config, opus_config
from tests.delivery.hls.exchange import Exchange
from tests.delivery.hls.microphone import AAC, UNIT, SoundingCamera
from tests.delivery.hls.reader import Playlist, attributes, read
from tests.delivery.hls.server import LIVE, Server

SOUND = "/hls/door/0123abcd.sound-1-105-0.m3u8"


class Sounding(Server):
    """A server with a camera that is heard."""

    camera: SoundingCamera

    def __init__(self, camera: SoundingCamera | None = None, *, gops: int = 8) -> None:
        super().__init__(camera=camera or SoundingCamera(), gops=gops)

    async def index(self) -> list[str]:
        return (await self.get("/hls/door/index.m3u8")).text.splitlines()

    async def playlist(self, target: str = SOUND) -> Playlist:
        answer = await self.get(target)
        assert answer.status == 200, answer.text
        return read(answer.text)

    async def media(self, uri: str) -> Exchange:
        return await self.get(f"/hls/door/{uri}")


# --- the multivariant playlist


async def test_4_4_6_1_the_multivariant_playlist_names_the_sound() -> None:
    index = await Sounding().index()
    tag, values = index[3].split(":", 1)
    assert tag == "#EXT-X-MEDIA"
    assert attributes(values) == {
        "TYPE": "AUDIO",
        "GROUP-ID": "sound",
        "NAME": "Sound",
        "DEFAULT": "YES",
        "AUTOSELECT": "YES",
        "CHANNELS": "1",
        "URI": SOUND.rpartition("/")[2],
    }
    variant = attributes(index[4].partition(":")[2])
    assert variant["AUDIO"] == "sound"
    assert index[5] == LIVE.rpartition("/")[2]


async def test_6_2_4_codecs_and_rates_of_a_variant_include_its_sound() -> None:
    heard, silent = await Sounding().index(), await Server().get("/hls/door/index.m3u8")
    with_sound = attributes(heard[4].partition(":")[2])
    without = attributes(silent.text.splitlines()[3].partition(":")[2])
    assert with_sound["CODECS"] == f"{without['CODECS']},{AAC.codec}"
    payload = 160 + 112
    for name in ("BANDWIDTH", "AVERAGE-BANDWIDTH"):
        more = int(with_sound[name]) - int(without[name])
        assert more == pytest.approx(8 * payload * 90_000 / UNIT, rel=0.01)


async def test_a_stream_without_sound_is_listed_as_if_there_were_no_such_thing() -> None:
    camera = SoundingCamera()
    camera.sound.epoch = None
    mute, plain = Sounding(camera), Server()
    for target in ("/hls/door/index.m3u8", LIVE):
        assert (await mute.get(target)).text == (await plain.get(target)).text
    assert (await mute.get(SOUND)).status == 410


@pytest.mark.parametrize(
    ("config", "listed"),
    [
        (opus_config(2), True),
        (aac_config(bytes.fromhex("1588")), True),
        (AudioConfig("ulaw", 8000, 1, b"ulaw"), False),
    ],
)
async def test_only_what_players_of_hls_play_is_listed(config, listed) -> None:  # type: ignore[no-untyped-def]
    index = await Sounding(SoundingCamera(config=config)).index()
    assert any("EXT-X-MEDIA" in line for line in index) is listed


async def test_while_the_camera_is_away_its_sound_stays_listed() -> None:
    server = Sounding()
    before = await server.index()
    server.camera.lose()
    for _ in range(3):
        server.camera.wait(90_000)
        server.camera.cutter.absent(server.camera.now)
    server.camera.sound.epoch = None
    assert (await server.index())[3] == before[3]
    server.camera.gops(2)
    assert "EXT-X-MEDIA" not in "".join(await server.index())


# --- the media playlist of the sound


async def test_the_playlist_of_sound_lists_what_decodes_as_sound() -> None:
    server = Sounding()
    playlist = await server.playlist()
    assert len(playlist.complete) >= 4
    data = (await server.media(playlist.segments[0].map_uri or "")).body
    for segment in playlist.complete:
        answer = await server.media(segment.uri or "")
        assert answer.headers["content-type"] == "audio/mp4"
        parts = [(await server.media(part.uri)).body for part in segment.parts]
        assert b"".join(parts) in {answer.body, b""}, "old parts are not listed"
        data += answer.body
    with av.open(io.BytesIO(data), "r", format="mp4") as container:
        times = [packet.pts for packet in container.demux(audio=0) if packet.pts is not None]
    assert {later - earlier for earlier, later in pairwise(times)} == {UNIT}


async def test_6_2_4_hold_back_and_target_duration_are_those_of_the_pictures() -> None:
    server = Sounding()
    sound, pictures = await server.playlist(), await server.playlist(LIVE)
    for name in ("EXT-X-SERVER-CONTROL", "EXT-X-TARGETDURATION"):
        assert sound.header[name] == pictures.header[name]
    control = attributes(sound.header["EXT-X-SERVER-CONTROL"])
    assert float(control["PART-HOLD-BACK"]) >= 3 * sound.part_target


async def test_4_4_3_8_hold_back_is_two_parts_where_a_unit_of_sound_is_longer_than_a_part() -> None:
    camera = SoundingCamera(config=aac_config(bytes.fromhex("1588")))
    camera.gops(8, 15, 7200)
    server = Sounding(camera, gops=0)
    name = re.search(r"0123abcd\.sound[^\"]+", "\n".join(await server.index()))
    assert name is not None
    playlist = await server.playlist(f"/hls/door/{name[0]}")
    control = attributes(playlist.header["EXT-X-SERVER-CONTROL"])
    assert float(control["PART-HOLD-BACK"]) == pytest.approx(2 * playlist.part_target)


async def test_6_2_5_2_a_part_of_sound_is_waited_for() -> None:
    server = Sounding()
    playlist = await server.playlist()
    newest = playlist.segments[-1]
    position = f"_HLS_msn={newest.msn + (newest.uri is not None)}"
    number = 0 if newest.uri is not None else len(newest.parts)
    waiting = server.ask(f"{SOUND}?{position}&_HLS_part={number}")
    await waiting.settle()
    assert waiting.waits
    server.camera.gop(5)
    after = read((await waiting.finish()).text)
    assert playlist.hints[0]["URI"] in {part.uri for part in after.parts}


async def test_6_2_6_a_hinted_part_of_sound_is_held() -> None:
    server = Sounding()
    hint = (await server.playlist()).hints[0]["URI"]
    waiting = server.ask(f"/hls/door/{hint}")
    await waiting.settle()
    assert waiting.waits
    server.camera.gop(5)
    answer = await waiting.finish()
    assert (answer.status, answer.body[4:8]) == (200, b"moof")


async def test_4_4_5_4_pictures_and_sound_report_of_each_other() -> None:
    server = Sounding()
    assert (await server.playlist(LIVE)).reports == [], "nothing is cut that nobody asks for"
    sound = await server.playlist()
    pictures = await server.playlist(LIVE)
    for playlist, other, uri in ((sound, pictures, LIVE), (pictures, sound, SOUND)):
        newest = other.segments[-1]
        expected = {
            "URI": uri.rpartition("/")[2],
            "LAST-MSN": str(newest.msn),
            "LAST-PART": str(len(newest.parts) - 1),
        }
        assert playlist.reports == [expected]


# --- when it is cut


async def test_sound_is_cut_while_somebody_asks_and_no_longer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = Sounding()
    assert not server.camera.sound.window.listened
    monkeypatch.setattr(rendition, "PATIENCE", -3.0)  # none, with the three seconds of a request
    asked = await server.ask(SOUND).finish()
    first = read(asked.text)
    assert server.camera.sound.asked == 1
    await asked.settle()
    assert not server.camera.sound.window.listened
    monkeypatch.undo()
    assert (await server.media(first.parts[-1].uri)).status == 404
    again = await server.playlist()
    assert not {part.uri for part in again.parts} & {part.uri for part in first.parts}
    assert again.media_sequence >= first.media_sequence


async def test_each_request_says_that_sound_is_wanted() -> None:
    server = Sounding()
    playlist = await server.playlist()
    await server.media(playlist.parts[0].uri)
    assert server.camera.sound.asked == 2
    await server.media("0123abcd.p30.m4s")
    assert server.camera.sound.asked == 2


async def test_another_configuration_is_another_playlist() -> None:
    server = Sounding()
    await server.playlist()
    server.camera.speak(opus_config(1))
    server.camera.gops(1)
    index = "\n".join(await server.index())
    assert "0123abcd.sound-1-105-1.m3u8" in index
    assert "opus" in index
    still = await server.playlist()
    assert still.segments, "who plays the old one hears silence"
    other = await server.playlist("/hls/door/0123abcd.sound-1-105-1.m3u8")
    assert other.segments
    assert (await server.get(SOUND)).status == 410


async def test_sound_that_ends_goes_on_as_silence_for_who_listens() -> None:
    server = Sounding()
    before = await server.playlist()
    server.camera.is_on, server.camera.sound.epoch = False, None
    server.camera.gops(4)
    after = await server.playlist()
    assert after.segments[-1].msn > before.segments[-1].msn + 2
    assert "EXT-X-MEDIA" not in "".join(await server.index())


async def test_sound_is_not_cut_any_more_when_its_stream_has_gone() -> None:
    server = Sounding()
    await server.playlist()
    server.registry.streams.clear()
    assert (await server.get(SOUND)).status == 404
    assert not server.camera.sound.window.listened
