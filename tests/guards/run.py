"""Takes each guard out of a copy of the source, and asserts that its tests notice.

    python -m tests.guards.run [WORD…]

checks those whose name contains one of the words; without any, all.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from tests.guards.table import GUARDS, ROOT, Guard

AT_ONCE: Final = 2
_DEADLINE: Final = 120.0
"""Seconds for the tests of one guard; one that hangs is ended before."""
_TEST_SECONDS: Final = 20
"""For one test; without a guard it may wait for what does not come."""
_RAN: Final = (0, 1)
"""What pytest returns when tests were collected and run (pytest.ExitCode)."""

Cases = dict[str, list[bool]]
"""Of each test function, whether each of its cases passed."""


class CannotTell(Exception):  # noqa: N818 - it says what the check found, not what went wrong in it
    """The tests did not run, so that nothing can be said about the guard."""


def main(words: Sequence[str]) -> int:
    """Check the guards and say what came out; returns the exit status."""
    chosen = [guard for guard in GUARDS if not words or any(word in guard.name for word in words)]
    if not chosen:
        _say("No guard has a name with that in it.")
        return 2
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="liveedge-guards-") as folder:
        source = copy_source(Path(folder) / "whole")
        complaint = complaint_of(run_tests(source, sorted({t for g in chosen for t in g.tests})))
        if complaint:
            _say(f"The tests fail with every guard in its place: {complaint}")
            return 2
        _say(f"With every guard in its place, all tests pass ({time.monotonic() - began:.0f} s).")
        missed = 0
        folders = (Path(folder) / str(number) for number in range(len(chosen)))
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for guard, verdict in zip(chosen, pool.map(check, chosen, folders), strict=True):
                missed += _report(guard, verdict)
    seconds = time.monotonic() - began
    _say(f"{len(chosen) - missed} of {len(chosen)} guards are watched, in {seconds:.0f} s.")
    return 1 if missed else 0


def check(guard: Guard, folder: Path) -> str | None:
    """What is wrong with the tests of a guard; None if each of them notices that it is out."""
    source = copy_source(folder)
    path = source / "liveedge" / guard.file
    try:
        path.write_text(take_out(guard, path.read_text()))
        return unnoticed(guard, run_tests(source, guard.tests))
    except CannotTell as reason:
        return str(reason)
    finally:
        shutil.rmtree(folder)


def take_out(guard: Guard, code: str) -> str:
    """The code without the guard; raise `CannotTell` unless its text is there exactly once."""
    found = code.count(guard.text)
    if found != 1:
        raise CannotTell(f"its text is {found} times in {guard.file}; correct the table")
    return code.replace(guard.text, guard.without)


def unnoticed(guard: Guard, cases: Cases) -> str | None:
    """Which tests of a guard passed without it, in words; None if none did."""
    passed = [test for test in guard.tests if all(cases[test])]
    return f"these pass without it: {', '.join(passed)}" if passed else None


def complaint_of(cases: Cases) -> str | None:
    """Which tests failed, in words."""
    failed = [test for test, passed in cases.items() if not all(passed)]
    return ", ".join(failed) or None


def copy_source(folder: Path) -> Path:
    """A copy of the package to import from; the pages, which no guard is in, are left out."""
    source = folder / "src"
    leave_out = shutil.ignore_patterns("__pycache__", "static")
    shutil.copytree(ROOT / "src" / "liveedge", source / "liveedge", ignore=leave_out)
    return source


def run_tests(source: Path, tests: Iterable[str]) -> Cases:
    """Run tests against a copy of the source; raise `CannotTell` if one does not run."""
    tests = tuple(tests)
    report = source.parent / "report.xml"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider"]
    command += [f"--junit-xml={report}", f"--timeout={_TEST_SECONDS}"]
    command += ["-o", f"pythonpath={source} .", *(f"tests/{test}" for test in tests)]
    environment = {**os.environ, "PYTHONPATH": str(source), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        ended = subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=_DEADLINE,
        )
    except subprocess.TimeoutExpired:
        raise CannotTell(f"its tests did not end within {_DEADLINE:g} s") from None
    if ended.returncode not in _RAN:
        raise CannotTell(f"its tests did not run:\n{ended.stdout[-2000:]}{ended.stderr[-2000:]}")
    cases = read_report(report.read_text())
    absent = [test for test in tests if test not in cases]
    if absent:
        raise CannotTell(f"these did not run: {', '.join(absent)}")
    return {test: cases[test] for test in tests}


def read_report(text: str) -> Cases:
    """What pytest's JUnit report says of each test function, `path::function` below `tests`."""
    cases: Cases = {}
    for case in ElementTree.fromstring(text).iter("testcase"):
        if case.find("skipped") is not None:
            continue
        path = case.attrib["classname"].removeprefix("tests.").replace(".", "/")
        function = case.attrib["name"].partition("[")[0]
        passed = case.find("failure") is None and case.find("error") is None
        cases.setdefault(f"{path}.py::{function}", []).append(passed)
    return cases


def _report(guard: Guard, verdict: str | None) -> bool:
    """Say how it went; returns whether the guard is not watched."""
    _say(f"{'watched' if verdict is None else 'NOT WATCHED'}: {guard.name}")
    if verdict is not None:
        _say(f"    {guard.file}: {verdict}")
    return verdict is not None


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
