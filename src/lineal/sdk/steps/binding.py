"""Taking an execution along to another thread or process, which begin with none.

What stays out: which execution runs now (lineal.sdk.executions.current).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar, cast

from lineal.sdk.executions import Execution, current
from lineal.sdk.steps.generators import AsyncTurns, in_async_turns, in_turns, is_kind

_P = ParamSpec("_P")
_R = TypeVar("_R")


def in_step(execution: Execution | None, function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Return a function that runs as a part of an execution, in whichever thread or process it is called.

    It can be pickled, if `function` and the store of the execution can.

    Args:
        execution: such as `metadata.current()`; None for no execution.
        function: any function, also one of a coroutine or a generator.

    Example:
        >>> from concurrent.futures import ThreadPoolExecutor
        >>> from kubeflow.metadata import metadata
        >>> workspace = metadata.init("sqlite:///metadata.db", "churn")
        >>> with metadata.Execution(name="sweep", workspace=workspace) as sweep, ThreadPoolExecutor() as pool:
        ...     name = pool.submit(metadata.in_step(sweep, lambda: metadata.current().name)).result()
        >>> name
        'sweep'

    """
    return cast("Callable[_P, _R]", _Bound(execution, function))


@dataclass(frozen=True)
class _Bound:
    execution: Execution | None
    function: Callable[..., Any]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if is_kind(inspect.iscoroutinefunction, self.function):
            return self._awaited(*args, **kwargs)
        if is_kind(inspect.isgeneratorfunction, self.function):
            return in_turns(self.function(*args, **kwargs), self.execution)
        if is_kind(inspect.isasyncgenfunction, self.function):
            return in_async_turns(self._begun)(*args, **kwargs)
        with current.within(self.execution):
            return self.function(*args, **kwargs)

    def _begun(self, *args: Any, **kwargs: Any) -> nullcontext[AsyncTurns]:
        return nullcontext(AsyncTurns(self.function(*args, **kwargs), self.execution))

    async def _awaited(self, *args: Any, **kwargs: Any) -> Any:
        with current.within(self.execution):
            return await self.function(*args, **kwargs)
