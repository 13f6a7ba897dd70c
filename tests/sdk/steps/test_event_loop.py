"""Steps that are coroutines or async generators leave the event loop to other tasks while the store is slow."""

from __future__ import annotations

import asyncio
import threading
import time
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import aclosing, suppress
from typing import Any

import pytest

from lineal import errors
from lineal.sdk import Model, current, in_step, step
from lineal.sdk.executions import termination
from lineal.sdk.steps import aside
from lineal.wire import metadata_store as pb
from tests.sdk.steps.conftest import Recorded
from tests.sdk.wires import Wire

SLOW = 0.2
LONGEST_GAP = 0.8 * SLOW


@pytest.fixture
def slow(wire: Wire, recorded: Recorded) -> Wire:
    """A store that takes its time, from the second step on; the first one registers types."""
    asyncio.run(make("first"))
    inner = wire.inner

    class Slow:
        def call(self, method: str, request: Any) -> Any:
            time.sleep(SLOW)
            return inner.call(method, request)

        def close(self) -> None:
            inner.close()

    wire.inner = Slow()
    wire.calls.clear()
    return wire


@step(name="make")
async def make(name: str) -> Model:
    await asyncio.sleep(0)
    return Model(f"file:///{name}", name)


@step(name="items")
async def items(many: int) -> AsyncIterator[Model]:
    for number in range(many):
        yield Model(f"file:///items/{number}", "item")


async def longest_gap(work: Awaitable[Any]) -> float:
    """Return how long another task had to wait for its turn while some work ran, in seconds."""
    gaps, has_ended = [0.0], False

    async def tick() -> None:
        while not has_ended:
            before = time.perf_counter()
            await asyncio.sleep(0.001)
            gaps.append(time.perf_counter() - before)

    ticking = asyncio.create_task(tick())
    await asyncio.sleep(0.01)
    await work
    has_ended = True
    await ticking
    return max(gaps)


async def read_all() -> None:
    async for _ in items(1):
        pass


async def fail() -> None:
    @step
    async def failing() -> None:
        raise RuntimeError("the oven is cold")

    with suppress(RuntimeError):
        await failing()


@pytest.mark.flaky(reruns=2)
@pytest.mark.parametrize(
    "work",
    [
        pytest.param(lambda: make("slow"), id="coroutine"),
        pytest.param(read_all, id="generator", marks=pytest.mark.long),
        pytest.param(fail, id="exception", marks=pytest.mark.long),
    ],
)
def test_other_tasks_go_on_while_a_slow_store_takes_a_step(
    work: Callable[[], Coroutine[Any, Any, Any]], slow: Wire
) -> None:
    gap = asyncio.run(longest_gap(work()))
    assert len(slow.calls) >= 2
    assert gap < LONGEST_GAP


@pytest.mark.long
def test_steps_of_tasks_have_their_ids_in_the_order_in_which_they_began(slow: Wire, recorded: Recorded) -> None:
    async def both() -> list[Model]:
        return list(await asyncio.gather(*(make(name) for name in "abc")))

    assert [model.name for model in asyncio.run(both())] == [*"abc"]
    told = [each.custom_properties["param.name"].string_value for each in recorded.all()]
    assert told == ["first", *"abc"]


MOMENTS = {"begins": (0.5, "CANCELED", False), "works": (2.5, "CANCELED", True), "ends": (4.5, "COMPLETE", True)}


@pytest.mark.long
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_task_that_is_cancelled_ends_after_its_write(moment: str, slow: Wire, recorded: Recorded) -> None:
    after, state, has_begun = MOMENTS[moment]
    begun: list[bool] = []

    @step
    async def work() -> str:
        begun.append(True)
        await asyncio.sleep(3 * SLOW)
        return "done"

    async def cancel() -> None:
        task = asyncio.create_task(work())
        await asyncio.sleep(after * SLOW)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()
        assert current() is None

    asyncio.run(cancel())
    assert recorded.states()["work"] == state
    assert bool(begun) is has_begun


@pytest.mark.long
def test_a_timeout_in_the_middle_of_a_write_is_a_timeout(slow: Wire, recorded: Recorded) -> None:
    with pytest.raises(asyncio.TimeoutError):
        asyncio.run(asyncio.wait_for(make("late"), SLOW / 2))
    assert recorded.all()[-1].last_known_state == pb.Execution.CANCELED


def test_a_store_that_is_away_is_the_error_that_it_was(
    wire: Wire, recorded: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lineal.sdk.retry.PAUSES", ())
    asyncio.run(make("first"))
    wire.failures["PutExecution"] = [errors.UnavailableError("away")]
    with pytest.raises(errors.UnavailableError, match="away"):
        asyncio.run(make("second"))
    assert current() is None
    assert termination._open == {}


def test_a_warning_has_the_line_of_the_caller(recorded: Recorded) -> None:
    @step
    async def owned(owner: str) -> Model:
        return Model("file:///m", "m", owner=owner)

    async def twice() -> None:
        await owned("ann")
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            await owned("bob")
        assert ["owner" in str(each.message) for each in told] == [True]
        assert told[0].filename == __file__

    asyncio.run(twice())


@pytest.mark.long
def test_a_generator_that_is_left_early_is_canceled_and_its_own_code_closed(slow: Wire, recorded: Recorded) -> None:
    seen: list[str] = []

    @step
    async def numbers() -> AsyncIterator[int]:
        try:
            yield 1
            yield 2
        finally:
            execution = current()
            seen.append("" if execution is None else execution.name)

    async def leave() -> None:
        async with aclosing(numbers()) as them:
            async for _ in them:
                break
        assert current() is None

    gap = asyncio.run(longest_gap_of(leave))
    assert (seen, recorded.states()["numbers"]) == (["numbers"], "CANCELED")
    assert gap < LONGEST_GAP


async def longest_gap_of(work: Callable[[], Coroutine[Any, Any, Any]]) -> float:
    return await longest_gap(work())


@pytest.mark.long
def test_a_generator_whose_reader_is_cancelled_while_an_item_is_logged_is_closed(
    slow: Wire, recorded: Recorded
) -> None:
    seen: list[type] = []

    @step
    async def models() -> AsyncIterator[Model]:
        try:
            yield Model("file:///m", "m")
        except BaseException as error:
            seen.append(type(error))
            raise

    async def read() -> None:
        async for _ in models():
            raise AssertionError("it was cancelled before")

    with pytest.raises(asyncio.TimeoutError):
        asyncio.run(asyncio.wait_for(read(), 1.5 * SLOW))
    assert (seen, recorded.states()["models"]) == ([GeneratorExit], "CANCELED")


def test_a_coroutine_that_nobody_awaits_to_its_end_is_canceled_when_it_is_closed(recorded: Recorded) -> None:
    @step
    async def work() -> None:
        await asyncio.sleep(60)

    async def begin() -> None:
        coroutine = work()
        task = asyncio.current_task()
        assert task is not None
        while not recorded.all() or current() is None:
            coroutine.send(None)
            await asyncio.sleep(0.01)
        coroutine.close()

    asyncio.run(begin())
    assert recorded.states() == {"work": "CANCELED"}


def test_without_asyncio_a_coroutine_calls_the_store_itself(recorded: Recorded) -> None:
    threads: list[int] = []
    coroutine = step(name="work")(note_thread)(threads)
    with pytest.raises(StopIteration):
        coroutine.send(None)
    assert threads == [threading.get_ident()]
    assert recorded.states() == {"work": "COMPLETE"}


async def note_thread(threads: list[int]) -> None:
    threads.append(threading.get_ident())


def test_what_runs_in_the_thread_may_have_a_loop_of_its_own(recorded: Recorded) -> None:
    async def around() -> Model:
        return await aside.run(lambda: asyncio.run(make("inner")))

    assert asyncio.run(around()).name == "inner"


def test_a_bound_generator_yields_what_it_did(recorded: Recorded) -> None:
    async def read() -> list[str]:
        return [each.name async for each in in_step(None, items)(2)]

    assert asyncio.run(read()) == ["item", "item"]


def test_a_step_for_which_no_thread_can_be_had_is_recorded_once(
    recorded: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_thread(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    async def both() -> None:
        with monkeypatch.context() as without:
            without.setattr(threading.Thread, "start", no_thread)
            await make("without")
        await make("with")

    aside._worker.cache_clear()
    asyncio.run(both())
    told = [(each.custom_properties["param.name"].string_value, each.last_known_state) for each in recorded.all()]
    assert told == [("without", pb.Execution.COMPLETE), ("with", pb.Execution.COMPLETE)]
