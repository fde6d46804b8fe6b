import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from liveedge.streams import registry as registry_module
from tests.api.application import Served

JSON = {"Content-Type": "application/json"}


@pytest.fixture
async def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Served]:
    made = Served(tmp_path, monkeypatch)
    yield made
    made.camera.let_go.set()
    await made.registry.stop()


async def test_start_stop_and_restart_answer_with_the_resulting_state(served: Served) -> None:
    async def post(act: str) -> str:
        answer = await served.client.post(f"/api/streams/door/{act}", headers=JSON)
        assert answer.status_code == 200
        assert answer.json()["stream_id"] == "door"
        return str(answer.json()["state"])

    assert await post("stop") == "stopped"
    assert await post("start") == "connecting"
    await served.camera.wait()
    assert await post("start") == "connecting"
    assert served.camera.sessions == 1
    assert await post("restart") == "connecting"
    await served.camera.wait()
    assert served.camera.sessions == 2
    assert await post("stop") == "stopped"
    assert await post("stop") == "stopped"
    assert served.camera.open_at_once == 0


@pytest.mark.parametrize("act", ["start", "stop", "restart"])
async def test_an_unknown_stream_is_a_404(served: Served, act: str) -> None:
    answer = await served.client.post(f"/api/streams/attic/{act}", headers=JSON)
    assert answer.status_code == 404
    assert "attic" in answer.json()["detail"]


async def test_it_takes_a_post(served: Served) -> None:
    assert (await served.client.get("/api/streams/door/stop", headers=JSON)).status_code == 405


ALLOWED = [
    JSON,
    {"Content-Type": "application/json; charset=utf-8"},
    {"X-Liveedge": "1"},
    JSON | {"Sec-Fetch-Site": "same-origin", "Origin": "http://camera.test"},
    JSON | {"Sec-Fetch-Site": "none"},
    JSON | {"Origin": "http://camera.test"},
    # A proxy speaks https for us and passes the Host header on.
    JSON | {"Origin": "https://camera.test"},
]
REFUSED = [
    ({}, 415),
    ({"Content-Type": "text/plain"}, 415),
    ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
    ({"Content-Type": "text/plain; application/json"}, 415),
    (JSON | {"Sec-Fetch-Site": "cross-site"}, 403),
    (JSON | {"Sec-Fetch-Site": "same-site"}, 403),
    (JSON | {"Origin": "http://evil.test"}, 403),
    (JSON | {"Origin": "null"}, 403),
    (JSON | {"Origin": "http://camera.test:81"}, 403),
    (JSON | {"Origin": "http://[::1"}, 403),
    ({"X-Liveedge": "1", "Origin": "http://evil.test"}, 403),
]


@pytest.mark.parametrize("headers", ALLOWED)
async def test_what_comes_from_our_own_page_or_a_program_is_done(
    served: Served, headers: dict[str, str]
) -> None:
    answer = await served.client.post("/api/streams/door/start", headers=headers)
    assert answer.status_code == 200
    await served.camera.wait()


@pytest.mark.parametrize(("headers", "status"), REFUSED)
@pytest.mark.parametrize("act", ["start", "stop", "restart"])
async def test_what_another_site_may_have_sent_is_refused(
    served: Served, act: str, headers: dict[str, str], status: int
) -> None:
    await served.registry.start_one("door")
    await served.camera.wait()
    answer = await served.client.post(f"/api/streams/door/{act}", headers=headers)
    assert answer.status_code == status
    assert isinstance(answer.json()["detail"], str)
    assert (served.camera.sessions, served.camera.open_at_once) == (1, 1), "and nothing is done"


async def test_every_route_that_changes_something_is_guarded(served: Served) -> None:
    paths = (await served.client.get("/openapi.json")).json()["paths"]
    changing = [
        (path.replace("{stream_id}", "door"), method)
        for path, methods in paths.items()
        for method in methods
        if method not in ("get", "head", "options")
    ]
    assert len(changing) >= 3
    for path, method in changing:
        headers = JSON | {"Sec-Fetch-Site": "cross-site"}
        answer = await served.client.request(method.upper(), path, headers=headers)
        assert answer.status_code == 403, f"{method} {path} does what another site asks for"


async def test_a_camera_that_does_not_let_go_is_a_503(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry_module, "STOP_SECONDS", 0.01)
    served.camera.stubborn = True
    await served.registry.start_one("door")
    await served.camera.wait()
    answer = await served.client.post("/api/streams/door/stop", headers=JSON)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"
    assert "still taking leave" in answer.json()["detail"]


async def test_many_who_ask_at_once_are_answered(served: Served) -> None:
    answers = await asyncio.gather(
        *(served.client.post("/api/streams/door/restart", headers=JSON) for _ in range(30))
    )
    assert {answer.status_code for answer in answers} == {200}
    assert served.camera.most_at_once <= 1
