import asyncio

import pytest

from liveedge.delivery.live.eager import Remainder, run_eagerly


async def test_a_coroutine_that_need_not_wait_is_done_at_once() -> None:
    done = []

    async def work() -> None:
        done.append(1)

    assert run_eagerly(work()) is None
    assert done == [1]


async def test_the_rest_of_a_coroutine_can_be_awaited() -> None:
    steps: list[str] = []
    first, second = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        steps.append("begin")
        await first.wait()
        steps.append("middle")
        await second.wait()
        steps.append("end")

    rest = run_eagerly(work())
    assert steps == ["begin"]
    assert rest is not None
    first.set()
    second.set()
    await rest
    assert steps == ["begin", "middle", "end"]


async def test_errors_come_out_where_they_happen() -> None:
    event = asyncio.Event()

    async def fails_at_once() -> None:
        raise ValueError("now")

    async def fails_later() -> None:
        await event.wait()
        raise ValueError("later")

    with pytest.raises(ValueError, match="now"):
        run_eagerly(fails_at_once())
    rest = run_eagerly(fails_later())
    assert rest is not None
    event.set()
    with pytest.raises(ValueError, match="later"):
        await rest


async def test_cancelling_who_awaits_the_rest_cancels_the_coroutine() -> None:
    cancelled = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    rest = run_eagerly(work())
    assert rest is not None

    async def wait() -> None:
        await rest

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert cancelled.is_set()


async def test_closing_gives_the_coroutine_up() -> None:
    left = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            left.append(1)

    rest = run_eagerly(work())
    assert isinstance(rest, Remainder)
    rest.close()
    assert left == [1]
