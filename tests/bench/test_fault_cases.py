import pytest

from liveedge.bench.fault_cases import CASES, choose
from liveedge.camera.faults import FAULTS, parse_order
from liveedge.errors import ConfigError, Reason
from liveedge.health.verdict import Code


def test_every_fault_of_the_camera_is_tried() -> None:
    assert {case.fault for case in CASES} == set(FAULTS)
    assert len({case.name for case in CASES}) == len(CASES)


def test_the_camera_understands_every_order() -> None:
    for case in CASES:
        order = parse_order(case.order(5))
        assert order.name == case.fault
        assert order.seconds > 5 or not FAULTS[case.fault].lasts
        if case.name != case.fault:
            assert case.name == f"{order.name}-{order.value:g}"


def test_the_words_are_those_of_health_and_sessions() -> None:
    known = {*Code, *Reason}
    assert {word for case in CASES for word in case.words} <= known


def test_what_is_done_in_a_moment_is_not_waited_for() -> None:
    assert [case.name for case in CASES if not case.lasts] == [
        "half-open", "reset", "jump", "wrap", "huge-picture", "sdp-no-sets", "one-viewer"
    ]  # fmt: skip


def test_cases_are_chosen_by_their_own_name_or_by_the_fault() -> None:
    assert choose("all") == CASES
    assert [case.name for case in choose("status-404,hang")] == ["hang", "status-404"]
    assert len(choose("status")) == 7


@pytest.mark.parametrize("text", ["", "explode", "hang,explode", "status-999"])
def test_a_fault_that_there_is_not_is_answered_with_those_there_are(text: str) -> None:
    with pytest.raises(ConfigError, match=r"choose hang, half-open, .*one-viewer or all"):
        choose(text)
