"""Generators that are steps: their execution starts with the first item that is asked for, and ends with the generator.

It is the current one while their own code runs, and not between. What stays out: functions of other kinds
(decorator.py).
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

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


def async_generator(step: Step) -> Callable[..., Any]:
    """Return an async generator function that yields and takes what that of the step does."""

    async def call(*args: Any, **kwargs: Any) -> Any:
        with step.called(args, kwargs) as recorded:
            recorded.pause()
            inner = step.function(*args, **kwargs)
            advance: Any = inner.__anext__
            given: tuple[Any, ...] = ()
            while True:
                try:
                    with current.within(recorded.execution):
                        item = recorded.yielded(await advance(*given))
                except StopAsyncIteration:
                    return
                try:
                    sent = yield item
                except GeneratorExit:
                    with current.within(recorded.execution):
                        await inner.aclose()
                    raise
                except BaseException as error:
                    advance, given = inner.athrow, (error,)
                else:
                    advance, given = inner.asend, (sent,)

    return call
