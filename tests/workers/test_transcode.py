"""The task that transcodes, with a channel that is a list."""

from collections import deque

import pytest

from liveedge.errors import ProtocolError
from liveedge.media.byte_stream import join_lengths, split_lengths
from liveedge.media.h264 import ParameterSets, parse_sps
from liveedge.workers.channel import Channel, ParentGoneError
from liveedge.workers.messages import Message
from liveedge.workers.transcode import work
from tests.support import encode

ORDER = Message(
    "transcode", {"longer": 32, "shorter": 32, "kbps": 300, "gop_seconds": 0.2, "fps": 30.0}
)
ENCODED = encode()


class Script(Channel):
    """Says what a parent says, and keeps what the worker answers."""

    def __init__(self, *said: Message) -> None:
        self.said = deque(said)
        self.heard: list[Message] = []

    def receive(self, deadline: float | None = None) -> Message:
        if not self.said:
            raise ParentGoneError
        return self.said.popleft()

    def send(self, message: Message) -> None:
        self.heard.append(message)


def decoder() -> Message:
    sets = ParameterSets()
    sets.update(ENCODED.parameter_sets)
    config = sets.config()
    assert config is not None
    return Message("decoder", {"codec": "h264", "reorders": False}, config.record[1])


def picture(index: int, *, wanted: bool = True, data: bytes | None = None) -> Message:
    nals, _ = ENCODED.pictures[index]
    values = {"pts": index * 3000, "origin": 100 + index, "wanted": wanted}
    return Message("picture", values, join_lengths(nals) if data is None else data)


def heard(*said: Message) -> list[Message]:
    script = Script(ORDER, *said)
    with pytest.raises(ParentGoneError):
        work(script)
    return script.heard


def test_each_picture_comes_out_at_once_and_smaller() -> None:
    answers = heard(decoder(), *(picture(index) for index in range(8)))
    assert [answer.kind for answer in answers] == ["unit", "taken"] * 8
    units = answers[::2]
    assert [unit.number("origin") for unit in units] == list(range(100, 108))
    assert [unit.number("pts") for unit in units] == [index * 3000 for index in range(8)]
    syncs = []
    for unit in units:
        nals = split_lengths(unit.payload)
        if nals[0][0] & 31 == 7:
            syncs.append(unit.number("pts"))
            sps = parse_sps(nals[0])
            assert (sps.width, sps.height) == (32, 24)
    assert syncs == [0, 18_000]


def test_what_is_decoded_only_to_catch_up_is_not_shown() -> None:
    said = [picture(0, wanted=False), picture(1, wanted=False), picture(2)]
    answers = heard(decoder(), *said)
    assert [answer.kind for answer in answers] == ["taken", "taken", "unit", "taken"]
    assert split_lengths(answers[2].payload)[0][0] & 31 == 7


def test_a_damaged_picture_is_passed_over() -> None:
    answers = heard(decoder(), picture(0), picture(1, data=b"\0\0\0\4\x61abc"), picture(4))
    assert [answer.kind for answer in answers].count("taken") == 3
    assert [a.number("origin") for a in answers if a.kind == "unit"][-1] == 104


def test_before_a_decoder_nothing_is_decoded() -> None:
    assert heard(picture(0)) == []


def test_another_configuration_is_another_decoder() -> None:
    answers = heard(decoder(), picture(0), decoder(), picture(4))
    assert [answer.kind for answer in answers] == ["unit", "taken"] * 2


def test_a_configuration_that_is_none_is_an_error() -> None:
    record = Message("decoder", {"codec": "h2645", "reorders": False}, b"\1nonsense")
    with pytest.raises(ProtocolError):
        work(Script(ORDER, record, picture(0)))


def test_another_rate_is_taken_with_the_next_sync_frame() -> None:
    said = [decoder(), picture(0), Message("rate", {"kbps": 200}), *map(picture, range(1, 8))]
    answers = heard(*said)
    assert [answer.kind for answer in answers] == ["unit", "taken"] * 8
    assert all(answer.real("cpu_seconds") > 0 for answer in answers[1::2])
    began = [a.number("pts") for a in answers[::2] if split_lengths(a.payload)[0][0] & 31 == 7]
    assert began == [0, 18_000]
