"""Tests with real parts run where the parts are; elsewhere they say what is missing."""

import signal
from collections.abc import Iterator

import pytest

from liveedge import logs
from scripts import system_parts


@pytest.fixture(scope="session", autouse=True)
def _loggers_outlive_a_test() -> Iterator[None]:
    """Loggers are made once; a command in one test would bind them to that test's output."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(logs, "configure", lambda **_: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def _ctrl_c_reaches_processes() -> None:
    """A shell starts what it runs in the background deaf to SIGINT, and its children too."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose programs are not on this machine; in CI they must be."""
    parts: list[str] = []
    for mark in item.iter_markers("real"):
        parts += mark.args
    if item.get_closest_marker("browser"):
        parts.append("chromium")
    absent = system_parts.missing(*parts) if parts else []
    if not absent:
        return
    reason = f"missing on this machine: {', '.join(absent)}; scripts/system_parts.py installs them"
    if system_parts.in_ci():
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
