import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveedge.errors import Reason, SourceError, WorkerError
from liveedge.workers import messages
from liveedge.workers.messages import Message

VALUES = st.dictionaries(
    st.text(max_size=8).filter(lambda name: name != "kind"),
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    max_size=5,
)


@given(st.text(max_size=10), VALUES, st.binary(max_size=200))
def test_what_is_sent_is_what_comes(kind: str, values: dict[str, object], payload: bytes) -> None:
    message = Message(kind, values, payload)
    wire = messages.encode(message)
    head = messages.PREFIX.size
    size, rest = messages.sizes(wire[:head])
    assert len(wire) == head + size + rest
    assert messages.decode(wire[head : head + size], wire[head + size :]) == message


@given(st.binary(max_size=100))
def test_noise_is_a_message_or_a_worker_error(noise: bytes) -> None:
    try:
        messages.decode(noise, b"")
    except WorkerError as error:
        assert error.reason is Reason.WORKER


def test_what_is_announced_is_bounded() -> None:
    messages.sizes(messages.PREFIX.pack(messages.MAX_VALUES, messages.MAX_PAYLOAD))
    with pytest.raises(WorkerError):
        messages.sizes(messages.PREFIX.pack(messages.MAX_VALUES + 1, 0))
    with pytest.raises(WorkerError):
        messages.sizes(messages.PREFIX.pack(0, messages.MAX_PAYLOAD + 1))


@pytest.mark.parametrize("values", [b"[]", b"{}", b'{"kind": 1}', b"{", b"[" * 100_000])
def test_values_that_are_no_message_are_refused(values: bytes) -> None:
    with pytest.raises(WorkerError):
        messages.decode(values, b"")


def test_values_have_the_type_that_is_asked_for() -> None:
    message = Message("m", {"whole": 1, "real": 0.5, "text": "t", "flag": True})
    assert (message.number("whole"), message.real("real"), message.real("whole")) == (1, 0.5, 1)
    assert (message.text("text"), message.flag("flag")) == ("t", True)
    for read, name in (
        (message.number, "flag"),
        (message.number, "real"),
        (message.real, "flag"),
        (message.text, "whole"),
        (message.flag, "whole"),
        (message.number, "absent"),
    ):
        with pytest.raises(WorkerError):
            read(name)


def test_a_failure_becomes_the_error_that_it_was() -> None:
    said = messages.failure(SourceError(Reason.REFUSED, "Nothing listens."))
    with pytest.raises(SourceError, match=r"^Nothing listens\.$") as caught:
        messages.check(said)
    assert caught.value.reason is Reason.REFUSED


def test_the_words_of_a_failure_are_one_line_of_bounded_length() -> None:
    with pytest.raises(SourceError) as caught:
        messages.check(Message(messages.FAILURE, {"reason": "refused", "sentence": "a\nb " * 999}))
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) <= 500


def test_a_failure_of_an_unknown_reason_makes_no_sense() -> None:
    with pytest.raises(WorkerError):
        messages.check(Message(messages.FAILURE, {"reason": "mood", "sentence": ""}))


def test_a_defect_is_a_worker_error() -> None:
    with pytest.raises(WorkerError, match="report the log"):
        messages.check(Message(messages.DEFECT, {"what": "KeyError in work:7"}))
