"""A viewer: Chromium without a window, and the pictures that it presented.

Imports Playwright, which only benchmarks need; ask `liveedge.bench.requirements` first.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from liveedge.bench.stats import Picture
from liveedge.errors import LiveEdgeError

_FIRST_PICTURE_DEADLINE: Final = 20.0
_PAGE_DEADLINE_MS: Final = 10_000
_POLL_MS: Final = 50

# Runs before the page's own scripts, so that the meter is there before the first picture is. A
# player that is not upgraded yet would forget what is attached to it.
_ATTACH: Final = """
if (location.protocol.startsWith('http')) {
  globalThis.bench = { meter: null, player: null, error: null };
  const found = new Promise((resolve) => {
    const look = () => {
      const player = document.querySelector('live-edge-player, baseline-player');
      if (player) { observer.disconnect(); resolve(player); }
    };
    const observer = new MutationObserver(look);
    observer.observe(document, { childList: true, subtree: true });
    look();
  });
  const upgraded = found.then((player) => customElements.whenDefined(player.localName));
  Promise.all([import('/static/meter.js'), found, upgraded])
    .then(([{ attachMeter }, player]) => {
      bench.player = player;
      bench.meter = attachMeter(player);
    })
    .catch((error) => { bench.error = String(error); });
}
"""
_PROGRESS: Final = """({
  first: bench.meter?.first_frame_ms ?? null,
  error: bench.error ?? bench.player?.failure ?? null,
})"""
_RESULT: Final = """({
  stats: bench.player.stats,
  ttff_ms: bench.meter.time_to_first_frame_ms,
  ttff_live_ms: bench.meter.time_to_first_live_frame_ms,
  errors: bench.meter.errors,
  samples: bench.meter.samples.map((s) => [s.t, s.clock_ms, s.latency_ms, s.reported_ms]),
  notes: globalThis.benchNotes ?? null,
  ear: bench.ear ?? null,
})"""
_UNMUTE: Final = """(async () => {
  const { attachEar } = await import('/static/ear.js');
  bench.ear = await attachEar(bench.player);
})()"""
_NOTES: Final = Path(__file__).resolve().parent.parent / "static" / "notes.js"
"""The script that notes what becomes of each picture; it has to run before those of the page."""


@dataclass(frozen=True, slots=True)
class View:
    """What one opened page presented. Times in milliseconds."""

    stats: dict[str, Any]
    """The player's own figures at the end, the members of its `stats`."""
    time_to_first_frame: float
    """From the start of the navigation to the first picture."""
    time_to_first_live_frame: float | None
    """The same to the first picture that was not older than a second."""
    pictures: list[Picture]
    errors: list[str]
    """Errors that no script of the page caught."""
    notes: dict[str, Any] | None = None
    """What `notes.js` noted, if it was to."""
    ear: dict[str, Any] | None = None
    """What `ear.js` heard, if it was to."""


class Viewer:
    """Opens pages in a Chromium that is running already, each with an empty cache."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser

    @property
    def version(self) -> str:
        """Chromium's version."""
        return self._browser.version

    def view(self, url: str, seconds: float, *, notes: bool = False, heard: float = 0.0) -> View:
        """Open a page and watch it for `seconds` after its first picture.

        With `notes` it is noted when media comes, is handed to the decoder and is shown. Then it
        may be `heard`, too, for so many seconds more.

        Raises `LiveEdgeError` if it shows none.
        """
        with self.opened(url, notes=notes) as page:
            page.wait_for_timeout(seconds * 1000)
            if heard:
                page.evaluate(_UNMUTE)
                page.wait_for_timeout(heard * 1000)
            return _view(page.evaluate(_RESULT))

    @contextmanager
    def opened(self, url: str, *, notes: bool = False) -> Iterator[Page]:
        """A page that shows pictures, with the meter attached: its `bench.meter`.

        Raises `LiveEdgeError` if it shows none, and for what goes wrong with the page meanwhile.
        """
        context = self._browser.new_context()
        try:
            if notes:
                context.add_init_script(path=_NOTES)
            context.add_init_script(_ATTACH)
            page = context.new_page()
            page.goto(url, wait_until="commit", timeout=_PAGE_DEADLINE_MS)
            _wait_for_picture(page)
            yield page
        except PlaywrightError as error:
            raise LiveEdgeError(f"The page could not be measured: {_first_line(error)}") from None
        finally:
            context.close()


@contextmanager
def open_viewer(chromium: Path) -> Iterator[Viewer]:
    """Run Chromium for as long as the context lasts."""
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(
                executable_path=chromium,
                # Root has no sandbox of its own to put Chromium in.
                args=["--no-sandbox"] if os.geteuid() == 0 else [],
                handle_sigint=False,
            )
        except PlaywrightError as error:
            raise LiveEdgeError(
                f"{chromium} did not start: {_first_line(error)} Name another with --chromium."
            ) from None
        try:
            yield Viewer(browser)
        finally:
            browser.close()


def _wait_for_picture(page: Page) -> None:
    end = time.monotonic() + _FIRST_PICTURE_DEADLINE
    while time.monotonic() < end:
        progress = page.evaluate(_PROGRESS)
        if progress["error"] is not None:
            raise LiveEdgeError(f"The page cannot be measured: {progress['error']}.")
        if progress["first"] is not None:
            return
        page.wait_for_timeout(_POLL_MS)
    raise LiveEdgeError(f"The page showed no picture within {_FIRST_PICTURE_DEADLINE:.0f} s.")


def _view(result: dict[str, Any]) -> View:
    return View(
        stats=result["stats"],
        time_to_first_frame=result["ttff_ms"],
        time_to_first_live_frame=result["ttff_live_ms"],
        pictures=[
            Picture(at, int(clock), latency, reported)
            for at, clock, latency, reported in result["samples"]
        ],
        errors=result["errors"],
        notes=result["notes"],
        ear=result["ear"],
    )


def _first_line(error: PlaywrightError) -> str:
    line = error.message.strip().partition("\n")[0].rstrip(".")
    return f"{line}."
