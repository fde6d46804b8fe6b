"""What is made of the tests' results."""

import pytest

from tests.guards.run import CannotTell, complaint_of, main, read_report, take_out, unnoticed
from tests.guards.table import Guard

GUARD = Guard(
    "x", "x.py", "if big:", "if False:", ("a/test_x.py::test_one", "a/test_x.py::test_two")
)
ONE, TWO = GUARD.tests
REPORT = """<testsuites><testsuite>
  <testcase classname="tests.a.test_x" name="test_one[1]"/>
  <testcase classname="tests.a.test_x" name="test_one[2]"><failure message="no"/></testcase>
  <testcase classname="tests.a.test_x" name="test_two"><error message="no"/></testcase>
  <testcase classname="tests.b.test_y" name="test_three"/>
  <testcase classname="tests.b.test_y" name="test_four"><skipped message="no"/></testcase>
</testsuite></testsuites>"""


def test_a_report_says_how_each_case_went_and_leaves_out_what_was_skipped() -> None:
    assert read_report(REPORT) == {
        ONE: [True, False],
        TWO: [False],
        "b/test_y.py::test_three": [True],
    }


def test_a_guard_is_watched_if_a_case_of_each_test_fails_without_it() -> None:
    assert unnoticed(GUARD, {ONE: [True, False], TWO: [False]}) is None


def test_a_test_that_passes_without_the_guard_is_named() -> None:
    verdict = unnoticed(GUARD, {ONE: [True, True], TWO: [False]})
    assert verdict is not None
    assert ONE in verdict
    assert TWO not in verdict


def test_tests_that_fail_with_every_guard_in_its_place_are_named() -> None:
    assert complaint_of({ONE: [True], TWO: [True, True]}) is None
    assert complaint_of({ONE: [True], TWO: [True, False]}) == TWO


@pytest.mark.parametrize("code", ["", "if big:\nif big:"])
def test_a_text_that_is_not_there_exactly_once_is_not_taken_out(code: str) -> None:
    with pytest.raises(CannotTell, match="correct the table"):
        take_out(GUARD, code)


def test_no_guard_of_that_name_is_an_error() -> None:
    assert main(["no guard is called like this"]) == 2
