"""The table fits the code and the tests as they are now; `make guards` tries it out."""

import ast

import pytest

from tests.guards.run import take_out
from tests.guards.table import GUARDS, ROOT, Guard

EACH = pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)


@EACH
def test_the_guard_stands_where_the_table_says_and_can_be_taken_out(guard: Guard) -> None:
    code = guard.path.read_text()
    without = take_out(guard, code)
    assert ast.dump(ast.parse(without)) != ast.dump(ast.parse(code))


@EACH
def test_the_tests_that_must_notice_exist(guard: Guard) -> None:
    assert guard.tests
    for test in guard.tests:
        path, _, function = test.partition("::")
        defined = ast.walk(ast.parse((ROOT / "tests" / path).read_text()))
        assert function in {
            node.name
            for node in defined
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        }, f"{test} is gone; name the test that notices now"


def test_no_guard_stands_there_twice() -> None:
    assert len({guard.name for guard in GUARDS}) == len(GUARDS) >= 10
