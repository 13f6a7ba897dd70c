"""The execution in which a training is recorded, its parameters, and the points of its curves.

A training belongs to the step that it runs in; outside of one it gets an execution of its own. A failure of the store
never ends a training: a NotRecordedWarning says what could not be recorded. What stays out: what a framework
tells (the modules of the frameworks), and artifacts (data.py, saving.py).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from lineal import errors
from lineal.conventions import PARAM_PREFIX
from lineal.frameworks.points import Points
from lineal.redaction.names import REDACTED, is_secret
from lineal.sdk import Execution, plain
from lineal.sdk.artifacts import DataSet
from lineal.sdk.retry import retrying
from lineal.wire import metadata_store as pb
from lineal.wire import metrics

LONGEST_PARAMETER = 500
"""Characters; more of a parameter are not recorded."""
_PLAIN = (str, bool, int, float, type(None))


class NotRecordedWarning(UserWarning):
    """Something of a training could not be recorded; `warnings.simplefilter("error", ...)` makes it an error."""


def tell(what: str, error: BaseException) -> None:
    """Warn that something was not recorded, and why.

    Args:
        what: the beginning of the sentence, such as "3 points of auc were not recorded".
        error: why.

    """
    message = getattr(error, "message", "") or str(error)
    warnings.warn(f"{what}: {message}", NotRecordedWarning, stacklevel=3)


@contextmanager
def recorded_in(execution: Execution | None, name: str) -> Iterator[Execution | None]:
    """Yield the execution that is given; None if the store failed.

    Raises:
        FailedPreconditionError: there is none.

    """
    if execution is None:
        raise errors.FailedPreconditionError(
            f"there is no execution to record {name!r} in: write `with metadata.Execution(name, workspace) as run:` "
            "around it, and pass execution=run"
        )
    yield execution


# ---- parameters


def plain_parameters(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters that are texts, numbers, booleans or None, and short lists of these; others are left out.

    A number of NumPy is a number, a class or a function its name; a text that is too long is cut. The value of a name
    that tells of a secret is hidden.
    """
    found = {str(name): REDACTED if is_secret(str(name), value) else _plain(value) for name, value in given.items()}
    return {name: value for name, value in found.items() if value is not _LEFT_OUT}


_LEFT_OUT = object()


def _plain(value: Any) -> Any:
    if getattr(value, "shape", None) == () and hasattr(value, "item"):  # a number of NumPy
        value = value.item()
    if isinstance(value, (list, tuple)) and all(isinstance(each, _PLAIN) for each in value):
        value = str(list(value))
    if isinstance(value, str):
        return str.__str__(value)[:LONGEST_PARAMETER]
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, type) or callable(value):
        return getattr(value, "__qualname__", _LEFT_OUT)
    text = plain.text_of(value)  # a date, a path, a member of an enumeration
    return _LEFT_OUT if text is None else text[:LONGEST_PARAMETER]


def put_parameters(execution: Execution, parameters: Mapping[str, Any]) -> None:
    """Record parameters of an execution, as plain values by name; those of the same names are replaced.

    Raises:
        StatusError: the store did not take them.

    """
    update = pb.Execution(id=execution.id, type_id=execution._type_id)
    for name, value in parameters.items():
        update.custom_properties[PARAM_PREFIX + name].string_value = str(value)
    paths = [f"custom_properties.{PARAM_PREFIX}{name}" for name in parameters]
    if paths:
        retrying(lambda: execution.workspace.store.put_executions([update], paths))


# ---- points


def put_points(execution: Execution, points: Points) -> None:
    """Add points to the metrics of an execution.

    Raises:
        StatusError: the store did not take them.

    """
    request = metrics.LogMetricsRequest(execution_id=execution.id, series=points.series())
    if request.series:
        retrying(lambda: execution.workspace.store._log_metrics(request))


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
