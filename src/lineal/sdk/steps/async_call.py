"""One call of a step that is a coroutine or an async generator.

In a task of asyncio, a thread calls the store, so that other tasks go on (aside.py). What stays out: what is recorded
of a call (call.py).
"""

from __future__ import annotations

from functools import partial
from types import TracebackType
from typing import Any

from lineal.sdk.executions import termination
from lineal.sdk.steps import aside
from lineal.sdk.steps.call import Call, Step


class AsyncCall:
    """A call that runs. Leaving its `async with` block ends the execution, in the state that fits.

    Attributes:
        recorded: the call; set by entering the block.

    """

    recorded: Call

    def __init__(self, step: Step, args: tuple[Any, ...], kwargs: dict[str, Any], *, may_wait: bool = False) -> None:
        """Describe a call.

        Args:
            step: what is called.
            args: its arguments.
            kwargs: its arguments by name.
            may_wait: whether its end may wait in the event loop if it is closed: an async generator may, and a
                coroutine may not.

        """
        self._step, self._args, self._kwargs = step, args, kwargs
        self._may_wait = may_wait

    async def __aenter__(self) -> AsyncCall:
        """Store the execution, RUNNING, and enter it.

        Raises:
            CancelledError: the task was cancelled meanwhile; then the execution is CANCELED.
            TypeError, FailedPreconditionError: as `Step.called`.

        """
        if not aside.is_possible():
            self.recorded = self._step.called(self._args, self._kwargs)
            return self
        read = self._step.read(self._args, self._kwargs)
        termination.opened(self)  # takes the signal, which only the main thread can
        try:
            await self._begin(partial(self._step.begun, *read))
        except BaseException:
            termination.closed(self)
            raise
        return self

    async def _begin(self, begun: partial[Call]) -> None:
        outcome = await aside.finished(begun)
        for call in outcome.results:
            self.recorded = call
        if outcome.stop is not None:
            if outcome.results:
                await self.__aexit__(type(outcome.stop), outcome.stop, outcome.stop.__traceback__)
            raise outcome.stop
        if outcome.error is not None:
            raise outcome.error

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Store how the call ended.

        Raises:
            CancelledError: the task was cancelled meanwhile; the end is stored all the same.

        """
        end = partial(self.recorded.__exit__, kind, error, trace)
        may_wait = self._may_wait or kind is not GeneratorExit
        try:
            if may_wait and aside.is_possible():
                await aside.run(end)
            else:
                end()
        finally:
            termination.closed(self)

    async def yielded(self, item: Any) -> Any:
        """Log the artifacts of an item as outputs, and return the item."""
        artifacts = self.recorded.made(item)
        if artifacts and aside.is_possible():
            await aside.run(partial(self.recorded.log, artifacts))
        else:
            self.recorded.log(artifacts)
        return item
