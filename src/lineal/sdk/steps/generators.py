"""Generators that are steps: their execution starts with the first item that is asked for, and ends with the generator.

It is the current one while their own code runs, and not between. What stays out: functions of other kinds
(decorator.py).
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, NamedTuple

from lineal.sdk.executions import Execution, current
from lineal.sdk.steps.call import Step


def generator(step: Step) -> Callable[..., Any]:
    """Return a generator function that yields, takes and returns what that of the step does."""

    def call(*args: Any, **kwargs: Any) -> Any:
        with step.called(args, kwargs) as recorded:
            recorded.pause()
            turns = in_turns(step.function(*args, **kwargs), recorded.execution, recorded.yielded)
            return recorded.returned((yield from turns))

    return call


def in_turns(
    inner: Generator[Any, Any, Any], execution: Execution | None, seen: Callable[[Any], Any] = lambda item: item
) -> Generator[Any, Any, Any]:
    """Yield, take and return what a generator does, whose code runs within an execution.

    Args:
        inner: the generator.
        execution: the execution, None for none.
        seen: gets each item before it is yielded, and returns it.

    """
    advance: Any = inner.__next__
    given: tuple[Any, ...] = ()
    while True:
        try:
            with current.within(execution):
                item = seen(advance(*given))
        except StopIteration as end:
            return end.value
        try:
            sent = yield item
        except GeneratorExit:
            with current.within(execution):
                inner.close()
            raise
        except BaseException as error:
            advance, given = inner.throw, (error,)
        else:
            advance, given = inner.send, (sent,)


class AsyncTurns(NamedTuple):
    """An async generator whose code runs within an execution.

    Attributes:
        inner: the generator.
        execution: the execution, None for none.
        seen: gets each item before it is yielded, and returns it.

    """

    inner: AsyncGenerator[Any, Any]
    execution: Execution | None
    seen: Callable[[Any], Any] = lambda item: item


def async_generator(step: Step) -> Callable[..., Any]:
    """Return an async generator function that yields and takes what that of the step does."""

    @contextmanager
    def begun(*args: Any, **kwargs: Any) -> Iterator[AsyncTurns]:
        with step.called(args, kwargs) as recorded:
            recorded.pause()
            yield AsyncTurns(step.function(*args, **kwargs), recorded.execution, recorded.yielded)

    return in_async_turns(begun)


def in_async_turns(begun: Callable[..., AbstractContextManager[AsyncTurns]]) -> Callable[..., Any]:
    """Return an async generator function that yields and takes what an async generator does.

    Args:
        begun: called with the arguments when the first item is asked for; it is left when the generator ends.

    """

    async def call(*args: Any, **kwargs: Any) -> Any:
        with begun(*args, **kwargs) as (inner, execution, seen):
            advance: Any = inner.__anext__
            given: tuple[Any, ...] = ()
            while True:
                try:
                    with current.within(execution):
                        item = seen(await advance(*given))
                except StopAsyncIteration:
                    return
                try:
                    sent = yield item
                except GeneratorExit:
                    with current.within(execution):
                        await inner.aclose()
                    raise
                except BaseException as error:
                    advance, given = inner.athrow, (error,)
                else:
                    advance, given = inner.asend, (sent,)

    return call


def is_kind(tells: Callable[[Any], bool], function: Any) -> bool:
    """Tell whether a function, or an object that is called like one, is of a kind that `inspect` tells."""
    return tells(function) or (not inspect.isroutine(function) and tells(function.__call__))
