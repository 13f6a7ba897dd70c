"""One call of a step: its execution, from the arguments to what it returns.

What stays out: how functions of each kind are wrapped (decorator.py).
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from types import TracebackType
from typing import Any

from lineal import errors
from lineal.sdk import ids
from lineal.sdk.executions import Execution, Run, current, state_facts
from lineal.sdk.existing import OnExisting
from lineal.sdk.steps import arguments, beginning
from lineal.sdk.steps.annotations import RESULT, Annotations
from lineal.sdk.workspace import Workspace

_LOG = logging.getLogger(__name__)
_NOT_THE_STEPS = (
    errors.UnavailableError, errors.DeadlineExceededError, errors.ResourceExhaustedError, errors.UnauthenticatedError,
)  # fmt: skip
"""What the store may say at the end though it took the beginning: a result must not be lost for an expired token."""


@dataclass(frozen=True)
class Step:
    """A function whose calls are executions.

    Attributes:
        function: the function.
        name: the name of the executions.
        workspace: where they belong; None for the workspace of the caller's execution, or of the process.
        run: the run that they are part of, or its name; None for that of the caller's execution, or of the process.
        parameters: which plain arguments are parameters: all, none, or those of some names.
        capture: what the executions capture; None for what the process captures.
        on_existing: what becomes of an output that equals a stored artifact and has other values.

    """

    function: Callable[..., Any]
    name: str
    workspace: Workspace | None
    run: Run | str | None
    parameters: bool | Collection[str]
    capture: state_facts.Capture
    on_existing: OnExisting

    def called(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Call:
        """Store the execution of a call, RUNNING, with its inputs and parameters, and enter it.

        Raises:
            TypeError: the function does not take these arguments.
            FailedPreconditionError: nobody has said a workspace.

        """
        return self.begun(*self.read(args, kwargs))

    def read(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[arguments.Arguments, Workspace, Run | None]:
        """Return what the arguments of a call become, and where it is recorded.

        Raises:
            TypeError: the function does not take these arguments.
            FailedPreconditionError: nobody has said a workspace.

        """
        try:
            bound = self._signature.bind(*args, **kwargs)
        except TypeError:
            self.function(*args, **kwargs)  # which says it in Python's own words
            raise
        return arguments.read(self.function, bound, self.annotations, self.parameters), *self._place()

    def begun(self, found: arguments.Arguments, workspace: Workspace, run: Run | None) -> Call:
        """Store the execution of a call whose arguments were read, and enter it."""
        properties = found.properties()
        execution, log_inputs = Execution._begin(self.name, workspace, run, properties, found.inputs, self.capture)
        call = Call(self, execution, found.inputs)
        try:
            log_inputs()
        except BaseException as error:
            call.__exit__(type(error), error, error.__traceback__)
            raise
        return call

    def _place(self) -> tuple[Workspace, Run | None]:
        """Return the workspace and the run: what the step says, else the calling execution, else the process."""
        if self.workspace is None:
            above = current.get() or beginning.settings()
            workspace, run = above.workspace, above.run
        else:
            above = current.get() or beginning.known()
            workspace = self.workspace
            run = above.run if above is not None and _is_one(above.workspace, workspace) else None
        return workspace, run if self.run is None else beginning.run_of(workspace, self.run)

    @cached_property
    def _signature(self) -> inspect.Signature:
        return inspect.signature(self.function)

    @cached_property
    def annotations(self) -> Annotations:
        """The annotations of the function; read at the first call, when the names in them exist."""
        return Annotations(self.function)


@dataclass(frozen=True)
class Call:
    """A call that runs. Leaving its `with` block ends the execution, in the state that fits.

    Attributes:
        step: what was called.
        execution: its execution.
        inputs: the artifacts that it read.
        outputs: those that it wrote, which are logged when it ends.

    """

    step: Step
    execution: Execution
    inputs: list[Any]
    outputs: list[Any] = field(default_factory=list)

    def returned(self, result: Any) -> Any:
        """Take the artifacts of a result as outputs, which are logged at the end, and return the result."""
        self.outputs.extend(self.made(result))
        return result

    def yielded(self, item: Any) -> Any:
        """Log the artifacts of an item as outputs, and return the item."""
        self.log(self.made(item))
        return item

    def log(self, artifacts: Iterable[Any]) -> None:
        """Log artifacts as outputs."""
        for artifact in artifacts:
            self.execution.log_output(artifact, on_existing=self.step.on_existing)

    def made(self, result: Any) -> list[Any]:
        """Return the artifacts of a result, but for those that were inputs, which the step did not make."""
        known = {id(each) for each in self.inputs} | {_id_of(each) for each in self.inputs} - {None}
        try:
            artifacts = [*self.step.annotations.artifacts(RESULT, result)]
        except Exception as error:  # an object that raises when it is looked at must not cost the result
            _LOG.warning("execution %s: the artifacts of its result are not recorded: %r", self.execution.id, error)
            return []
        return [each for each in artifacts if id(each) not in known and _id_of(each) not in known]

    def pause(self) -> None:
        """Let the caller's execution be the current one, from now on and also after the end of this one."""
        self.execution._step_aside()

    def __enter__(self) -> Call:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self.execution.__exit__(kind, error, trace)
            return
        try:
            if self.outputs:
                self.execution._exit_with(self.outputs, self.step.on_existing)
            else:
                self.execution.__exit__(None, None, None)
        except _NOT_THE_STEPS as away:
            self.execution._give_up(away)
        except BaseException as wrong:
            self.execution.__exit__(type(wrong), wrong, wrong.__traceback__)
            raise


def _id_of(artifact: Any) -> int | None:
    try:
        return ids.known(artifact)
    except ValueError:
        return None


def _is_one(one: Workspace, other: Workspace) -> bool:
    return one is other or (one.store is other.store and one.context_id == other.context_id)
