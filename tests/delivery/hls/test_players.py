"""Players that others wrote play our streams without a word of complaint."""

import pytest

from tests.delivery.hls.live_server import RATE, live_server
from tests.delivery.hls.microphone import AAC
from tests.delivery.hls.players import PLAYERS

SECONDS = 3.0
ONE_FRAME = pytest.approx(1 / RATE, abs=0.002)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("ffmpeg", marks=pytest.mark.real("ffmpeg")),
        pytest.param("gstreamer", marks=pytest.mark.real("gstreamer")),
        pytest.param("vlc", marks=pytest.mark.real("vlc", "ffmpeg")),
    ],
)
async def test_a_player_shows_every_frame(name: str) -> None:
    async with live_server() as server:
        await server.begun()
        played = await PLAYERS[name](server.url, SECONDS)
    assert played.complaints == []
    assert played.frames > RATE
    assert played.longest_step == ONE_FRAME


@pytest.mark.real("ffmpeg")
async def test_a_player_plays_the_sound_beside_the_pictures() -> None:
    async with live_server(sound=True) as server:
        await server.begun()
        played = await PLAYERS["ffmpeg"](server.url, SECONDS)
    assert played.complaints == []
    assert played.longest_step == ONE_FRAME
    assert played.samples / AAC.sample_rate == pytest.approx(played.frames / RATE, abs=0.3)
