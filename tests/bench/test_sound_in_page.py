"""`bench sound` with everything that it puts together: a camera, a server and a browser."""

import os
import sys
from pathlib import Path
from shutil import which
from typing import Any

import pytest

from liveedge.bench import sound
from liveedge.bench.lip_sync import Beep
from liveedge.bench.parts import CameraPlan
from liveedge.bench.sound import SoundPlan, measure_sound


@pytest.fixture(autouse=True)
def children_find_this_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))


@pytest.mark.browser
@pytest.mark.timeout(60)
def test_the_beeps_are_heard_beside_their_flashes(monkeypatch: pytest.MonkeyPatch) -> None:
    # That has a test of its own.
    monkeypatch.setattr(sound, "measure_at_server", lambda *_: [Beep(0.5, 0.5)])
    camera = CameraPlan(fps=30, gop=15, size="640x360", kbps=800, audio="aac")
    plan = SoundPlan(("mse",), camera, 2.5, 0.0, Path(which("chromium") or ""))
    results: list[dict[str, Any]] = []
    measure_sound(plan, lambda _: None, results.append)
    (figures,) = results
    assert "error" not in figures
    assert figures["beeps"] >= 1
    assert abs(figures["lip_sync_first_ms"]) < 500
    assert figures["server_lip_sync_max_ms"] == 0.5
    assert figures["page_errors"] == []
    assert figures["p50_ms"] is not None
    assert figures["muted_p50_ms"] is not None
