"""`@metadata.step`: a function whose calls are executions, with the signature and the behaviour that it had.

What stays out: what is recorded of a call (call.py).
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Collection
from typing import Any, ParamSpec, TypeVar, overload

from lineal.sdk import existing
from lineal.sdk.executions import Run, state_facts
from lineal.sdk.existing import OnExisting
from lineal.sdk.steps.async_call import AsyncCall
from lineal.sdk.steps.call import Step
from lineal.sdk.steps.generators import async_generator, generator, is_kind
from lineal.sdk.workspace import Workspace

_P = ParamSpec("_P")
_R = TypeVar("_R")


@overload
def step(function: Callable[_P, _R], /) -> Callable[_P, _R]: ...


@overload
def step(
    *,
    name: str | None = None,
    workspace: Workspace | None = None,
    run: Run | str | None = None,
    parameters: bool | Collection[str] = True,
    capture: state_facts.Capture = None,
    on_existing: OnExisting = "keep",
) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]: ...


def step(
    function: Callable[_P, _R] | None = None,
    /,
    *,
    name: str | None = None,
    workspace: Workspace | None = None,
    run: Run | str | None = None,
    parameters: bool | Collection[str] = True,
    capture: state_facts.Capture = None,
    on_existing: OnExisting = "keep",
) -> Any:
    """Make an execution of each call of a function: RUNNING while it runs, then COMPLETE, FAILED or CANCELED.

    Artifacts among the arguments are inputs, and plain values parameters (`param.NAME`). Artifacts that the function
    returns are outputs. With `Annotated[T, artifact]`, any argument or result is that artifact. A step that is called
    within another one is a part of it.

    Args:
        function: the function.
        name: the name of the executions, by default that of the function.
        workspace: where they belong, by default to the workspace of the caller's execution, or of `metadata.init`.
        run: the run that they are part of, or its name; by default that of the caller's execution, or of `init`.
        parameters: which plain arguments become parameters: all, none (False), or those of some names.
        capture: what the executions capture, as in `init`; by default what `init` was told.
        on_existing: what becomes of outputs that equal stored artifacts and have other values, as in `log_output`.

    Raises:
        TypeError: `function` is a class, or nothing to call.
        ValueError: `on_existing` or `capture` is no choice.

    """
    existing.check(on_existing)
    state_facts.check(capture)
    decorate = functools.partial(_decorated, name, (workspace, run, parameters, capture, on_existing))
    return decorate if function is None else decorate(function)


def _decorated(name: str | None, choices: tuple[Any, ...], function: Any) -> Any:
    if isinstance(function, (staticmethod, classmethod)):
        return type(function)(_decorated(name, choices, function.__func__))
    if isinstance(function, type) or not callable(function):
        raise TypeError(f"metadata.step goes before a function, got {function!r}")
    named = name or str(getattr(function, "__name__", type(function).__name__))
    return _wrapped(Step(function, named, *choices))


def _wrapped(step: Step) -> Any:
    """Return the function of the same kind, so that those who ask for a coroutine or a generator get it."""
    function = step.function
    if is_kind(inspect.isasyncgenfunction, function):
        call = async_generator(step)
    elif is_kind(inspect.isgeneratorfunction, function):
        call = generator(step)
    elif is_kind(inspect.iscoroutinefunction, function):
        call = _coroutine(step)
    else:
        call = _function(step)
    return functools.update_wrapper(call, step.function)


def _function(step: Step) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        with step.called(args, kwargs) as recorded:
            return recorded.returned(step.function(*args, **kwargs))

    return call


def _coroutine(step: Step) -> Callable[..., Any]:
    async def call(*args: Any, **kwargs: Any) -> Any:
        async with AsyncCall(step, args, kwargs) as call:
            return call.recorded.returned(await step.function(*args, **kwargs))

    return call
