"""The execution in which a training is recorded, its parameters, and the points of its curves.

A training belongs to the step that it runs in; outside of one it gets an execution of its own. A failure of the store
never ends a training: a NotRecordedWarning says what could not be recorded. What stays out: what a framework
tells (the modules of the frameworks), and artifacts (data.py, saving.py).
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any

from lineal import errors
from lineal.conventions import PARAM_PREFIX
from lineal.frameworks.points import Points
from lineal.redaction.names import REDACTED, is_secret
from lineal.sdk import Execution, typos
from lineal.sdk import current as get_current
from lineal.sdk.artifacts import DataSet
from lineal.sdk.retry import retrying
from lineal.sdk.steps.arguments import parameter_text
from lineal.sdk.steps.beginning import settings
from lineal.wire import metadata_store as pb
from lineal.wire import metrics

_OWN_PACKAGES = ("lineal.", "contextlib")


class NotRecordedWarning(UserWarning):
    """Something of a training could not be recorded; `warnings.simplefilter("error", ...)` makes it an error."""


def tell(what: str, error: BaseException) -> None:
    """Warn that something was not recorded, and why.

    Args:
        what: the beginning of the sentence, such as "3 points of auc were not recorded".
        error: why.

    """
    why, held = getattr(error, "message", "") or str(error), _held.get()
    if held is not None:
        held.setdefault(why, []).append(what)
    else:
        _warn(f"{what}: {why}")


_held: ContextVar[dict[str, list[str]] | None] = ContextVar("lineal_held_warnings", default=None)
"""What was not recorded, by why, while `told_at_once` holds it back."""


@contextmanager
def told_at_once() -> Iterator[None]:
    """Let what a block tells be one warning after it: at the end of a training, one outage costs several writes."""
    if _held.get() is not None:
        yield
        return
    held: dict[str, list[str]] = {}
    token = _held.set(held)
    try:
        yield
    finally:
        _held.reset(token)
        if held:
            text = "\n".join(f"{'; '.join(what)}: {why}" for why, what in held.items())
            _warn(text)


def _warn(text: str) -> None:
    """Warn at the first line outside of Lineal."""
    typos.warn(text, NotRecordedWarning, own=_OWN_PACKAGES)


# ---- executions

_trained: weakref.WeakSet[Execution] = weakref.WeakSet()
"""The executions that have a training: the curves of two would be one."""


def opened(
    execution: Execution | None, name: str, inputs: Sequence[DataSet] = (), parameters: Mapping[str, Any] | None = None
) -> tuple[Execution | None, bool]:
    """Return the execution for a training, and whether it is its own, which must be ended.

    It is the one that is given, otherwise the current one, unless that has a training already, otherwise a new one,
    which is not the current one. The execution is None if the store failed, which is a warning.

    Args:
        execution: the one that is wanted.
        name: the name of a new one.
        inputs: what it read.
        parameters: its parameters.

    Raises:
        FailedPreconditionError: there is none, and no workspace for a new one.

    """
    found = execution or get_current()
    if found is not None and (execution is not None or found not in _trained):
        _trained.add(found)
        put_training(found, inputs, parameters or {}, Points())
        return found, False
    own = _begun(name, inputs, parameters or {})
    if own is not None:
        _trained.add(own)
        own._step_aside()
    return own, True


def ended(execution: Execution, error: BaseException | None) -> None:
    """End an execution of its own, with an exception or complete; a failure of the store is a warning."""
    try:
        execution.__exit__(
            None if error is None else type(error), error, None if error is None else error.__traceback__
        )
    except errors.StatusError as failure:
        tell(f"the end of the execution {execution.id} was not recorded", failure)


@contextmanager
def recorded_in(
    execution: Execution | None, name: str, inputs: Sequence[DataSet] = (), parameters: Mapping[str, Any] | None = None
) -> Iterator[Execution | None]:
    """Yield the execution of a training for a block as `opened` returns it, and end one of its own after the block.

    Args:
        execution: the one that is wanted.
        name: the name of a new one.
        inputs: what it read.
        parameters: its parameters.

    Raises:
        FailedPreconditionError: there is none, and no workspace for a new one.

    """
    found, is_own = opened(execution, name, inputs, parameters)
    try:
        yield found
    except BaseException as error:
        if is_own and found is not None:
            ended(found, error)
        raise
    if is_own and found is not None:
        ended(found, None)


@contextmanager
def written_by(execution: Execution | None, name: str) -> Iterator[Execution | None]:
    """Yield the execution that writes an artifact: the one that is given, or the current one, or one of its own.

    Raises:
        FailedPreconditionError: there is none, and no workspace for a new one.

    """
    found = execution or get_current()
    if found is not None:
        yield found
        return
    with recorded_in(None, name) as own:
        yield own


def _begun(name: str, inputs: Sequence[DataSet], parameters: Mapping[str, Any]) -> Execution | None:
    """Begin an execution where `metadata.init` or the environment says, in one call.

    Raises:
        FailedPreconditionError: neither says a workspace.

    """
    properties = {PARAM_PREFIX + each: pb.Value(string_value=text) for each, text in _texts(parameters).items()}
    try:
        place = settings()
        execution, log_inputs = Execution._begin(name, place.workspace, place.run, properties, inputs, place.capture)
    except (errors.FailedPreconditionError, errors.InvalidArgumentError):
        raise
    except errors.StatusError as error:
        tell(f"{name!r} is not recorded", error)
        return None
    try:
        log_inputs()
    except errors.StatusError as error:
        tell(f"not all data sets of {name!r} were recorded", error)
    return execution


# ---- parameters


def plain_parameters(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters that a step would record, and classes and functions by name; others are left out.

    A number of NumPy becomes a number. Values of names that tell of a secret are hidden.
    """
    return {str(name): _shown(str(name), value) for name, value in given.items() if _is_recorded(str(name), value)}


def _is_recorded(name: str, value: Any) -> bool:
    try:
        return _is_named(value) or parameter_text(name, value) is not None
    except Exception:  # an object that raises when it is looked at must not end the training
        return False


def _is_named(value: Any) -> bool:
    """Tell whether it is a class or a function."""
    return isinstance(value, type) or (callable(value) and hasattr(value, "__qualname__"))


def _shown(name: str, value: Any) -> Any:
    if is_secret(name, value):
        return REDACTED
    if _is_named(value):
        return value.__qualname__
    return value.item() if getattr(value, "shape", None) == () and hasattr(value, "item") else value


def _texts(parameters: Mapping[str, Any]) -> dict[str, str]:
    return {name: parameter_text(name, value) or "" for name, value in parameters.items()}


def put_parameters(execution: Execution, parameters: Mapping[str, Any], *, patient: bool = True) -> None:
    """Record parameters of an execution, as plain values by name; those of the same names are replaced.

    Args:
        execution: the execution.
        parameters: the parameters.
        patient: whether to wait some seconds for a server that is away.

    Raises:
        StatusError: the store did not take them.

    """
    update = pb.Execution(id=execution.id, type_id=execution._type_id)
    for name, text in _texts(parameters).items():
        update.custom_properties[PARAM_PREFIX + name].string_value = text
    paths = [f"custom_properties.{PARAM_PREFIX}{name}" for name in parameters]
    if paths:
        call = partial(execution.workspace.store.put_executions, [update], paths)
        retrying(call) if patient else call()


# ---- points


def put_points(execution: Execution, points: Points, *, patient: bool = True) -> None:
    """Add points to the metrics of an execution.

    Args:
        execution: the execution.
        points: the points.
        patient: whether to wait some seconds for a server that is away.

    Raises:
        StatusError: the store did not take them.

    """
    request = metrics.LogMetricsRequest(execution_id=execution.id, series=points.series())
    if request.series:
        call = partial(execution.workspace.store._log_metrics, request)
        retrying(call) if patient else call()


def put_training(
    execution: Execution | None, inputs: Iterable[DataSet], parameters: Mapping[str, Any], points: Points
) -> None:
    """Record what a training read and how it went; a failure of the store is a warning."""
    if execution is None:
        return
    try:
        for data_set in inputs:
            execution.log_input(data_set)
        put_parameters(execution, parameters)
        put_points(execution, points)
    except errors.StatusError as error:
        tell(f"not all of the training {execution.id} was recorded", error)
