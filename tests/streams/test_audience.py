from hypothesis import given
from hypothesis import strategies as st

from liveedge.streams import audience as module
from liveedge.streams.audience import Audience
from liveedge.streams.viewers import Viewer, Viewers
from tests.support import FakeClock


def test_who_asks_is_counted_until_it_has_been_silent() -> None:
    clock = FakeClock()
    audience = Audience(clock)
    assert len(audience) == 0
    audience.asked(1, parts=False, patience=8)
    clock.advance(5)
    audience.asked(2, parts=False, patience=8)
    audience.asked(2, parts=False, patience=8)
    assert len(audience) == 2
    clock.advance(3)
    assert len(audience) == 1
    clock.advance(5)
    assert len(audience) == 0
    assert audience.by_transport() == {}


def test_who_follows_parts_is_one_of_llhls_until_it_no_longer_does() -> None:
    clock = FakeClock()
    audience = Audience(clock)
    audience.asked(1, parts=True, patience=8)
    audience.asked(1, parts=False, patience=8)
    audience.asked(2, parts=False, patience=8)
    assert audience.by_transport() == {"llhls": 1, "hls": 1}
    clock.advance(7)
    audience.asked(1, parts=False, patience=8)
    clock.advance(2)
    assert audience.by_transport() == {"hls": 1}


@given(st.lists(st.tuples(st.integers(0, 9), st.floats(0, 6)), max_size=80))
def test_it_holds_those_who_asked_last_and_no_more(events: list[tuple[int, float]]) -> None:
    clock, asked = FakeClock(), {}
    audience = Audience(clock)
    for client, pause in events:
        clock.advance(pause)
        audience.asked(client, parts=False, patience=10)
        asked[client] = clock.now
    present = [at for at in asked.values() if at > clock.now - 10]
    assert len(audience) == len(present)


def test_it_is_bounded_and_the_one_that_was_silent_longest_goes() -> None:
    clock = FakeClock()
    audience = Audience(clock)
    for client in range(module.MOST):
        audience.asked(client, parts=client == 0, patience=8)
    audience.asked(1, parts=True, patience=8)
    audience.asked(-1, parts=True, patience=8)
    assert len(audience) == module.MOST
    assert audience.by_transport()["llhls"] == 2, "the first, of three, has gone"


def test_viewers_are_those_who_stay_and_those_who_ask() -> None:
    viewers = Viewers(FakeClock())
    viewers.join(Viewer("mse"))
    viewers.join(Viewer("hls"))
    viewers.audience.asked(1, parts=False, patience=8)
    viewers.audience.asked(2, parts=True, patience=8)
    assert len(viewers) == 4
    assert viewers.by_transport() == {"mse": 1, "hls": 2, "llhls": 1}
