from pathlib import Path

import pytest

from tests.api.application import Served


async def test_the_process_answers_and_is_ready_while_its_streams_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = Served(tmp_path, monkeypatch)

    async def ask(path: str) -> tuple[int, str]:
        answer = await served.client.get(path)
        assert answer.headers["cache-control"] == "no-store"
        return answer.status_code, answer.text

    assert await ask("/healthz") == (200, "ok\n")
    assert await ask("/readyz") == (503, "not ready\n")
    served.registry.start()
    assert await ask("/readyz") == (200, "ready\n")
    await served.registry.stop()
    assert await ask("/readyz") == (503, "not ready\n")
    assert await ask("/healthz") == (200, "ok\n")
