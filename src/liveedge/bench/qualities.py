"""A viewer whose bandwidth is cut for a while: camera, server, link and browser."""

import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from playwright.sync_api import Page

from liveedge.bench.browser import Viewer, open_viewer
from liveedge.bench.link import Link
from liveedge.bench.parts import STREAM, CameraPlan, start_server, wait_live
from liveedge.bench.quality_figures import Shown, Watched, quality_figures

_SETTLE_MS: Final = 5000
"""The player finds its target."""
_AFTERMATH_MS: Final = 3000
_UP_DEADLINE_MS: Final = 60_000

_NOW: Final = "performance.timeOrigin + performance.now()"
_STALLS: Final = "bench.player.stats.stalls"
_PICTURES: Final = "bench.meter.samples.map((s) => [s.t, s.width, s.reported_ms])"
_IS_UP: Final = "bench.player.stats.quality === 'high'"


@dataclass(frozen=True, slots=True)
class QualityPlan:
    """What to watch, and how the bandwidth goes."""

    settings: tuple[str, ...]
    """Of the player's quality, one after the other."""
    transport: str
    camera: CameraPlan
    free: float
    """Bandwidth before and after, as a multiple of the camera's bit rate."""
    cut: float
    """The same meanwhile."""
    seconds: float
    """How long it is cut."""
    chromium: Path


def measure_qualities(
    plan: QualityPlan, say: Callable[[str], None], report: Callable[[dict[str, Any]], None]
) -> None:
    """Measure one setting after the other; `report` gets the figures of each."""
    load_average = os.getloadavg()[0]
    with ExitStack() as stack:
        address = start_server(stack, plan.camera.start(stack)[1])
        say("waiting for the camera")
        wait_live(address)
        link = Link(urlsplit(address).port or 0, plan.free * plan.camera.kbps)
        port = stack.enter_context(link.laid())
        viewer = stack.enter_context(open_viewer(plan.chromium))
        for setting in plan.settings:
            short = round(plan.cut * plan.camera.kbps)
            say(f"{setting}: {short} kbit/s for {plan.seconds:.0f} s")
            where = f"http://127.0.0.1:{port}/watch/{STREAM}"
            url = f"{where}?transport={plan.transport}&quality={setting}"
            watched = _watch(viewer, url, link, plan)
            report(
                {"quality": setting, "transport": plan.transport}
                | quality_figures(watched)
                | {
                    "free_kbps": round(plan.free * plan.camera.kbps),
                    "cut_kbps": short,
                    "chromium": viewer.version,
                    "load_average": round(load_average, 2),
                }
            )


def _watch(viewer: Viewer, url: str, link: Link, plan: QualityPlan) -> Watched:
    link.kbps = plan.free * plan.camera.kbps
    with viewer.opened(url) as page:
        page.wait_for_timeout(_SETTLE_MS)
        stalls = page.evaluate(_STALLS)
        link.kbps, cut = plan.cut * plan.camera.kbps, page.evaluate(_NOW)
        page.wait_for_timeout(plan.seconds * 1000)
        link.kbps, restored = plan.free * plan.camera.kbps, page.evaluate(_NOW)
        _wait_until_up(page)
        page.wait_for_timeout(_AFTERMATH_MS)
        return Watched(
            [Shown(*picture) for picture in page.evaluate(_PICTURES)],
            cut,
            restored,
            page.evaluate(_STALLS) - stalls,
        )


def _wait_until_up(page: Page) -> None:
    """Come back also if it never is; the figures say so."""
    page.evaluate(
        f"""new Promise((resolve) => {{
          const end = performance.now() + {_UP_DEADLINE_MS};
          const look = () => {{
            if ({_IS_UP} || performance.now() > end) resolve();
            else setTimeout(look, 100);
          }};
          look();
        }})"""
    )
