from liveedge.errors import Reason, SourceError
from liveedge.streams.outages import REMEMBERED, Outages


def test_counts_what_is_over_by_its_first_reason() -> None:
    outages = Outages()
    assert outages.end(10.0) is None, "the first pictures end nothing"
    outages.begin(SourceError(Reason.STALLED, "Video stopped."), 20.0, 1_700_000_000.0)
    assert outages.count == 0, "it is not over"
    ended = outages.end(23.5)
    assert ended is not None
    assert (ended.reason, ended.began, ended.seconds) == (Reason.STALLED, 1_700_000_000.0, 3.5)
    assert outages.count == 1
    assert outages.end(24.0) is None


def test_remembers_the_newest() -> None:
    outages = Outages()
    for number in range(3 * REMEMBERED):
        outages.begin(SourceError(Reason.ENDED, "Over."), number, number)
        outages.end(number + 0.5)
    assert [outage.began for outage in outages] == list(
        range(3 * REMEMBERED - 1, 2 * REMEMBERED - 1, -1)
    )
    assert outages.by_reason == {Reason.ENDED: 3 * REMEMBERED}


def test_what_somebody_stopped_was_no_outage() -> None:
    outages = Outages()
    outages.begin(SourceError(Reason.ENDED, "Over."), 0.0, 0.0)
    outages.forget()
    assert outages.end(5.0) is None
