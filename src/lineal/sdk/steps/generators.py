"""Generators that are steps: their execution starts with the first item that is asked for, and ends with the generator.

It is the current one while their own code runs, and not between. What stays out: functions of other kinds
(decorator.py).
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import AbstractAsyncContextManager
from functools import partial
from types import TracebackType
from typing import Any, NamedTuple

from lineal.sdk.executions import Execution, current
from lineal.sdk.steps.async_call import AsyncCall
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


async def _as_it_is(item: Any) -> Any:
    return item


class AsyncTurns(NamedTuple):
    """An async generator whose code runs within an execution.

    Attributes:
        inner: the generator.
        execution: the execution, None for none.
        seen: gets each item before it is yielded, and returns it.

    """

    inner: AsyncGenerator[Any, Any]
    execution: Execution | None
    seen: Callable[[Any], Awaitable[Any]] = _as_it_is


def async_generator(step: Step) -> Callable[..., Any]:
    """Return an async generator function that yields and takes what that of the step does."""
    return in_async_turns(lambda *args, **kwargs: _Begun(step, args, kwargs))


class _Begun(AbstractAsyncContextManager[AsyncTurns]):
    """The turns of one call, in a block that ends its execution; a generator would be closed by asyncio, too."""

    def __init__(self, step: Step, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self._inner = partial(step.function, *args, **kwargs)
        self._call = AsyncCall(step, args, kwargs, may_wait=True)

    async def __aenter__(self) -> AsyncTurns:
        call = await self._call.__aenter__()
        call.recorded.pause()
        return AsyncTurns(self._inner(), call.recorded.execution, call.yielded)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._call.__aexit__(kind, error, trace)


def in_async_turns(begun: Callable[..., AbstractAsyncContextManager[AsyncTurns]]) -> Callable[..., Any]:
    """Return an async generator function that yields and takes what an async generator does.

    Args:
        begun: called with the arguments when the first item is asked for; it is left when the generator ends.

    """

    async def call(*args: Any, **kwargs: Any) -> Any:
        async with begun(*args, **kwargs) as (inner, execution, seen):
            advance: Any = inner.__anext__
            given: tuple[Any, ...] = ()
            while True:
                try:
                    with current.within(execution):
                        item = await seen(await advance(*given))
                except StopAsyncIteration:
                    return
                except BaseException:
                    with current.within(execution):
                        await inner.aclose()  # if it was `seen` that raised; otherwise it has ended
                    raise
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
