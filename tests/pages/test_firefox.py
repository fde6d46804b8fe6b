"""The player in another browser than the one that all the other tests use."""

from typing import Any

import pytest

from tests.pages.firefox import firefox
from tests.pages.site import serving

FPS = 15
PLAYERS = """() => {
  const make = (transport) => {
    const player = document.createElement('live-edge-player');
    player.setAttribute('stream', 'door');
    player.setAttribute('transport', transport);
    player.style.width = '200px';
    player.style.height = '112px';
    return player;
  };
  /** Pictures that were due in eight seconds of media, and how many of them there were. */
  const watch = (player) => new Promise((resolve) => {
    let first = null;
    let shown = 0;
    const total = () => player.video?.getVideoPlaybackQuality().totalVideoFrames ?? shown;
    let before = 0;
    player.onframe = ({ mediaTime }) => {
      shown += 1;
      if (first === null) [first, before] = [mediaTime, total()];
      const seconds = mediaTime - first;
      const { transport } = player.stats;
      if (seconds >= 8) resolve({ transport, seconds, pictures: total() - before });
    };
  });
  const players = ['webcodecs', 'mse', 'llhls', 'hls'].map(make);
  document.body.replaceChildren(...players);
  return Promise.all(players.map(watch));
}"""


@pytest.mark.real("firefox")
def test_every_transport_shows_every_picture() -> None:
    with serving() as site, firefox() as browser:
        browser.open(f"{site}watch/door")
        players: list[dict[str, Any]] = browser.call(PLAYERS)
    assert [player["transport"] for player in players] == ["webcodecs", "mse", "llhls", "hls"]
    for player in players:
        due = player["seconds"] * FPS
        # Where something is dropped because the machine is busy, the browser counts it as well.
        assert player["pictures"] > 0.85 * due, player
