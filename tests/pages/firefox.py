"""Debian's Firefox, driven by WebDriver BiDi (Playwright drives a Firefox of its own only)."""

import json
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import IO, Any, Final

from websockets.sync.client import ClientConnection, connect

START_SECONDS: Final = 60
ANSWER_SECONDS: Final = 60
END_SECONDS: Final = 10
_LISTENS: Final = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
_PREFERENCES: Final = """
user_pref("media.autoplay.default", 0);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
"""


class Firefox:
    """One tab of a browser."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._ids = count()
        self._order("session.new", capabilities={})
        self._tab = self._order("browsingContext.getTree")["contexts"][0]["context"]

    def open(self, address: str) -> None:
        """Load a page, with all that it asks for."""
        self._order("browsingContext.navigate", context=self._tab, url=address, wait="complete")

    def call(self, function: str) -> Any:
        """What a function of JavaScript, or its promise, comes to in the page."""
        answer = self._order(
            "script.callFunction",
            functionDeclaration=f"async () => JSON.stringify(await ({function})())",
            target={"context": self._tab},
            awaitPromise=True,
        )
        assert answer["type"] == "success", answer
        return json.loads(answer["result"]["value"])

    def _order(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = next(self._ids)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._socket.recv(timeout=ANSWER_SECONDS))
            if message.get("id") == number:
                assert "error" not in message, message
                result: dict[str, Any] = message["result"]
                return result


@contextmanager
def firefox() -> Iterator[Firefox]:
    """A browser of one's own, with a new profile."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        (Path(home) / "user.js").write_text(_PREFERENCES)
        command = ["firefox-esr", "--headless", "--no-remote", "--profile", home]
        with subprocess.Popen(
            [*command, "--remote-debugging-port", "0"],
            env={**os.environ, "HOME": home},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                assert process.stderr is not None
                address = _address(process.stderr)
                with connect(f"{address}/session", max_size=None) as socket:
                    yield Firefox(socket)
            finally:
                process.terminate()
                process.wait(timeout=END_SECONDS)


def _address(said: IO[str]) -> str:
    for line in said:
        if found := _LISTENS.search(line):
            return found[1]
    raise AssertionError("Firefox has ended without a word about where it listens.")
