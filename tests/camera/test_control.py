"""How faults are ordered: the words, the port, the plan."""

import asyncio
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveedge.camera.control import HOST, ControlPort, Misuse, Planned, parse_planned
from liveedge.camera.faults import FAULTS, Faults, Order, parse_order, usage
from liveedge.clock import SystemClock
from liveedge.errors import ConfigError
from tests.camera.peer import DEADLINE
from tests.camera.rogue import Camera, camera, viewer


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("no-video", Order("no-video", 5.0, 0.0)),
        ("no-video 2.5", Order("no-video", 2.5, 0.0)),
        ("loss", Order("loss", 5.0, 5.0)),
        ("loss 10", Order("loss", 10.0, 5.0)),
        ("loss 10 20", Order("loss", 10.0, 20.0)),
        ("jump", Order("jump", 0.0, 3600.0)),
        ("jump -10", Order("jump", 0.0, -10.0)),
        ("reset", Order("reset", 0.0, 0.0)),
        ("  status   4  401 ", Order("status", 4.0, 401.0)),
    ],
)
def test_an_order_is_read(text: str, order: Order) -> None:
    assert parse_order(text) == order


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "There is no fault"),
        ("explode", "There is no fault .explode.; there are hang, "),
        ("no-video soon", "is no number"),
        ("no-video nan", "is no number"),
        ("no-video -1", "a day at most"),
        ("no-video 1e8", "a day at most"),
        ("no-video 5 5", r"takes \[SECONDS\]"),
        ("reset 5", "takes nothing"),
        ("jump 5 5", r"takes \[VALUE\]"),
    ],
)
def test_a_bad_order_is_told_what_is_wrong(text: str, problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        parse_order(text)


@given(st.text(max_size=300))
def test_any_text_is_an_order_or_an_error(text: str) -> None:
    try:
        assert parse_order(text).name in FAULTS
    except ConfigError as error:
        assert len(str(error)) < 700


def test_a_plan_is_read() -> None:
    assert parse_planned("10 no-video 5") == Planned(10.0, Order("no-video", 5.0, 0.0))
    for text in ("no-video 5", "-1 reset", "nan reset", "10", ""):
        with pytest.raises(ConfigError):
            parse_planned(text)


def test_every_fault_is_explained() -> None:
    assert len(usage()) == len(FAULTS)
    assert "status [SECONDS] [VALUE]: refuses sessions with this status" in usage()
    assert "reset: present connections are reset" in usage()


class Client:
    """Says a line and waits for its answer."""

    async def connect(self, port: int) -> None:
        self._reader, self._writer = await asyncio.open_connection(HOST, port)

    async def say(self, line: str) -> str:
        self._writer.write(line.encode() + b"\n")
        return await self.hear()

    async def hear(self) -> str:
        async with asyncio.timeout(DEADLINE):
            return (await self._reader.readline()).decode().rstrip("\n")

    def close(self) -> None:
        self._writer.close()


async def test_the_port_takes_orders() -> None:
    async with camera() as it:
        server = await ControlPort(faults_of(it)).listen(0)
        client = Client()
        await client.connect(server.sockets[0].getsockname()[1])
        assert await client.say("list") == "ok"
        assert await client.say("no-video 60") == "ok"
        assert await client.say("loss 60 10") == "ok"
        assert await client.say("list") == "ok no-video loss"
        assert await client.say("no-video 60") == "ok", "the same again takes its place"
        assert await client.say("end loss") == "ok"
        assert await client.say("list") == "ok no-video"
        assert await client.say("end") == "ok"
        assert await client.say("list") == "ok"
        assert (await client.say("explode")).startswith("error There is no fault")
        assert (await client.say("end explode")).startswith("error There is no fault")
        assert (await client.say("status 5 99")).startswith("error A refusal has")
        assert await client.say("list") == "ok", "what could not begin is not on"
        lines = [await client.say("help")]
        while lines[-1] != "ok":
            lines.append(await client.hear())
        assert lines[:-1] == usage()
        assert await client.say("x" * 5000) == "", "and the connection is closed"
        client.close()
        server.close()


def faults_of(it: Camera) -> Faults:
    return it._faults


async def test_the_port_says_when_somebody_began_to_play() -> None:
    async with camera() as it:
        server = await ControlPort(faults_of(it)).listen(0)
        client = Client()
        await client.connect(server.sockets[0].getsockname()[1])
        assert await client.say("joined") == "ok"
        before = SystemClock().monotonic()
        async with viewer(it) as watching:
            await watching.take(1)
            word, moment = (await client.say("joined")).split()
        assert word == "ok"
        assert before - 0.001 <= float(moment) <= SystemClock().monotonic() + 0.001
        client.close()
        server.close()


async def test_a_fault_ends_by_itself() -> None:
    async with camera() as it:
        await it.begin("no-video 0.01")
        async with asyncio.timeout(DEADLINE):
            await asyncio.wait(list(faults_of(it)._running.values()))
        assert it.names == []


async def test_a_plan_is_followed_and_the_port_says_where_it_is() -> None:
    address: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    plan = (parse_planned("0.02 loss 60"), parse_planned("0 no-video 60"))
    async with camera() as it:
        faults = faults_of(it)
        task = asyncio.create_task(Misuse(plan, 0, address.set_result).run(faults))
        client = Client()
        await client.connect(int((await address).removeprefix(f"{HOST}:")))
        async with asyncio.timeout(DEADLINE):
            while (said := await client.say("list")) != "ok no-video loss":
                assert said in {"ok", "ok no-video"}
        client.close()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert faults.names == [], "nothing goes on after the one who ordered it"


async def test_a_port_that_is_taken_is_said() -> None:
    async with camera() as it:
        server = await ControlPort(faults_of(it)).listen(0)
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(ConfigError, match=f"control port {port}"):
            await ControlPort(faults_of(it)).listen(port)
        server.close()


def test_every_fault_is_in_the_documentation() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "virtual-camera.md").read_text()
    table = text.partition("|---|---|---|\n")[2]
    assert re.findall(r"^\| `([a-z-]+)` \|", table, re.MULTILINE) == list(FAULTS)
