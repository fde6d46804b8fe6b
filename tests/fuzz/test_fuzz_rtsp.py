import random

import pytest

from tests.fuzz.fuzz_rtsp import CONVERSATIONS, TARGETS, campaign, converse


@pytest.mark.parametrize("name", TARGETS)
def test_mutations_are_survived(name: str) -> None:
    count, findings = campaign(name, random.Random(name), lambda tried: tried < 300)
    assert count == 300
    assert findings == []


@pytest.mark.parametrize("name", TARGETS)
def test_the_seeds_are_taken(name: str) -> None:
    target, seeds = TARGETS[name]
    for seed in seeds:
        target(seed)


@pytest.mark.parametrize("conversation", CONVERSATIONS)
def test_a_conversation_cut_short_is_survived(conversation: bytes) -> None:
    for end in range(0, len(conversation), 7):
        converse(conversation[:end])


def test_a_finding_is_told_with_its_input(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(data: bytes) -> None:
        raise KeyError(data)

    monkeypatch.setitem(TARGETS, "sdp", (broken, [b"seed"]))
    count, findings = campaign("sdp", random.Random(0), lambda tried: tried < 2)
    assert count == 2
    assert [wrong.split(":")[0] for wrong, _ in findings] == ["KeyError", "KeyError"]
