"""Executions that are taken along to other threads, coroutines and processes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from lineal.sdk import current, in_step, step
from tests.sdk.steps.conftest import Recorded


def test_a_thread_begins_without_a_parent_and_can_be_given_one(recorded: Recorded) -> None:
    from concurrent.futures import ThreadPoolExecutor

    work = step(name="free")(lambda: None)
    bound = step(name="bound")(lambda: None)

    @step
    def outer() -> None:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(work).result()
            pool.submit(in_step(current(), bound)).result()

    outer()
    assert recorded.parents() == {"outer": None, "free": None, "bound": "outer"}


def test_a_process_that_was_told_its_parent_records_it(recorded: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINEAL_PARENT_EXECUTION", "4711")
    step(name="work")(lambda: None)()
    [execution] = recorded.all()
    assert execution.custom_properties["__parent__"].int_value == 4711


def test_generators_and_coroutines_can_be_given_an_execution(recorded: Recorded) -> None:
    def names() -> Iterator[str]:
        execution = current()
        yield "" if execution is None else execution.name

    async def name() -> str:
        return next(names())

    async def batches() -> AsyncIterator[str]:
        yield await name()

    @step
    def outer() -> tuple[Callable[[], Iterator[str]], Callable[[], Any], Callable[[], Any]]:
        return in_step(current(), names), in_step(current(), name), in_step(current(), batches)

    bound, awaited, iterated = outer()
    assert ([*bound()], asyncio.run(awaited())) == (["outer"], "outer")
    assert asyncio.run(anext(iterated())) == "outer"
    assert [*names()] == [""]
