"""The sound of one stream, without a camera."""

from liveedge.streams.sound import WANTED_SECONDS, Sound
from tests.support import FakeClock


def test_it_is_wanted_by_who_listens_and_for_a_while_by_who_asks() -> None:
    clock = FakeClock()
    sound = Sound(1, clock)
    assert not sound.wanted
    stop = sound.window.listen(lambda _: None)
    assert sound.wanted
    stop()
    assert not sound.wanted
    sound.want()
    clock.advance(WANTED_SECONDS - 0.01)
    assert sound.wanted
    sound.want()
    clock.advance(WANTED_SECONDS - 0.01)
    assert sound.wanted, "who asks again is counted anew"
    clock.advance(0.02)
    assert not sound.wanted
