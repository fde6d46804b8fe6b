from liveedge.workers.cost import Cost


def test_there_is_nothing_to_say_before_a_second_has_passed() -> None:
    cost = Cost()
    assert cost.percent(5) is None
    cost.tell(0.25, 100)
    cost.tell(0.5, 100.4)
    assert cost.percent(100.5) is None
    assert cost.seconds == 0.5


def test_the_percentage_is_that_of_the_last_seconds() -> None:
    cost = Cost()
    for second in range(20):
        cost.tell(0.2 * second if second < 10 else 2 + 0.5 * (second - 10), 100 + second)
    assert cost.percent(119.1) == 50


def test_a_worker_that_has_nothing_to_do_costs_nothing() -> None:
    cost = Cost()
    for second in range(6):
        cost.tell(second, 100 + second)
    assert cost.percent(105) == 100
    assert (cost.percent(201) or 0) < 5


def test_seconds_are_those_of_all_workers() -> None:
    cost = Cost()
    cost.tell(2, 102)
    cost.end()
    assert cost.percent(103) is None
    cost.tell(1, 105)
    cost.tell(1.5, 106)
    assert cost.seconds == 3.5
    assert cost.percent(106) == 50
