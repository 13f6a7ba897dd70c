"""Where the values of MLflow's runs are stored, and the conditions on them that the terms of a filter are.

A run is an execution: its parameters, tags and attributes are properties, its metrics the latest points, its data sets
the artifacts that it reads. A value that a run lacks meets no condition but IS NULL. What stays out: the order and the
pages of a search (run_search.py), and writing runs (mlflow/).
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import sqlalchemy as sa

from lineal.conventions import ARCHIVED, MLFLOW_DATA_SET_STEPS
from lineal.errors import InvalidArgumentError
from lineal.event_directions import INPUTS
from lineal.filter.dialects import AllOf, AnyOf, Like, Not, TextIn
from lineal.filter.exact_like import exact_like, glob_of
from lineal.filter.limits import LONGEST_PATTERN
from lineal.filter.mlflow import Family, Operator, Term
from lineal.filter.mlflow.patterns import is_like
from lineal.kinds import ARTIFACT, EXECUTION, Kind
from lineal.store.rows.metrics import NAN
from lineal.store.tables.mlmd_tables import EVENT, EVENT_PATH, PROPERTY
from lineal.store.tables.own_tables import METRIC
from lineal.wire import metadata_store as pb

Condition = sa.ColumnElement[bool]

PARAM_PREFIX, TAG_PREFIX = "param.", "tag."
EXPERIMENT_PROPERTY = "experiment_id"
STATUSES = {
    pb.Execution.NEW: "SCHEDULED",
    pb.Execution.RUNNING: "RUNNING",
    pb.Execution.COMPLETE: "FINISHED",
    pb.Execution.CACHED: "FINISHED",
    pb.Execution.FAILED: "FAILED",
    pb.Execution.CANCELED: "KILLED",
}
"""The status of a run by the state of its execution. One without a state has no status, and none is found by it."""


class Stored(NamedTuple):
    """Where a value is stored: the name of a property, whether it is a custom one, and the column of its value."""

    name: str
    is_custom: bool
    column: str = "string_value"


ATTRIBUTES = {
    "run_id": Stored("run_id", False),
    "run_name": Stored("name", False),
    "user_id": Stored("user_id", False),
    "artifact_uri": Stored("artifact_uri", False),
    "start_time": Stored("__started__", True, "int_value"),
    "end_time": Stored("__ended__", True, "int_value"),
}
# The properties of a data set. Its context, what a run reads it for, is a step of the path of the event.
_DATASETS = {"name": Stored("name", False), "digest": Stored("version", False)}

_BEYOND = 2**63
_ONE: sa.ColumnElement[int] = sa.literal_column("1")
_COMPARE: dict[Operator, Callable[[Any, Any], Any]] = {
    Operator.EQUAL: operator.eq,
    Operator.NOT_EQUAL: operator.ne,
    Operator.LESS: operator.lt,
    Operator.AT_MOST: operator.le,
    Operator.GREATER: operator.gt,
    Operator.AT_LEAST: operator.ge,
}


def stored(family: Family, key: str) -> Stored:
    """Return where a parameter, a tag or an attribute other than the status is stored."""
    if family is Family.ATTRIBUTE:
        return ATTRIBUTES[key]
    return Stored((PARAM_PREFIX if family is Family.PARAM else TAG_PREFIX) + key, True)


def owns(row: Any, node_id: Any, place: Stored, *, kind: Kind = EXECUTION) -> Condition:
    """Return the condition that a row of properties is a node's property of a name."""
    return sa.and_(row[kind.id_column] == node_id, *named(row, place))


def named(row: Any, place: Stored) -> tuple[Condition, Condition]:
    """Return the conditions that a row of properties has a name and is, or is not, a custom one."""
    name: sa.ColumnElement[str] = sa.literal(place.name, sa.Text())
    return row.name == name, row.is_custom_property == sa.literal(place.is_custom, sa.Boolean())


def measures(row: Any, node_id: Any, key: str) -> Condition:
    """Return the condition that a row of metrics is a run's metric of a name."""
    kind = sa.literal(EXECUTION.type_kind, sa.BigInteger())
    return sa.and_(row.kind == kind, row.node_id == node_id, row.name == sa.literal(key, sa.Text()))


def is_archived(node_id: Any) -> Condition:
    """Return the condition that a run is deleted, as MLflow calls it."""
    row = PROPERTY[EXECUTION].alias().c
    return sa.exists(sa.select(_ONE).where(owns(row, node_id, Stored(ARCHIVED, True))))


def condition(term: Term, run: Any) -> Condition:
    """Return the condition that a run, given by the columns of its execution, meets a term.

    Raises:
        InvalidArgumentError: a pattern is longer than databases take.
    """
    if term.family is Family.METRIC:
        row = METRIC.alias().c
        return sa.exists(sa.select(_ONE).where(measures(row, run.id, term.key), _metric(term, row)))
    if term.family is Family.DATASET:
        return _dataset(term, run)
    if term.key == "status" and term.family is Family.ATTRIBUTE:
        return _status(term, run)
    place = stored(term.family, term.key)
    row = PROPERTY[EXECUTION].alias().c
    found = sa.select(_ONE).where(owns(row, run.id, place))
    if term.operator is Operator.IS_NULL:
        return ~sa.exists(found)
    if term.operator is Operator.IS_NOT_NULL:
        return sa.exists(found)
    value = row[place.column]
    test = text_test if place.column == "string_value" else _time
    return sa.exists(found.where(value.is_not(None), test(term, value)))


def text_test(term: Term, text: Any) -> Condition:
    """Return the condition that a text compares as a term says.

    Raises:
        InvalidArgumentError: its pattern is longer than databases take.
    """
    if term.operator in (Operator.LIKE, Operator.ILIKE):
        pattern = str(term.value)
        if len(glob_of(pattern).encode()) > LONGEST_PATTERN:
            raise InvalidArgumentError(
                f"filter: the pattern of {term.operator.value} for {term.key[:60]!r} is longer than {LONGEST_PATTERN} "
                "bytes, counting * ? and [ as three; use a shorter one"
            )
        if term.operator is Operator.LIKE:
            return exact_like(text, pattern)
        return Like(text, sa.literal(pattern, sa.Text()))
    values = term.value if isinstance(term.value, tuple) else (term.value,)
    same = TextIn(text, *[sa.literal(value, sa.Text()) for value in values])
    return same if term.operator in (Operator.EQUAL, Operator.IN) else Not(same)


def _time(term: Term, time: Any) -> Condition:
    """Return the condition that a stored time, a whole number, compares as a term says.

    The number becomes a whole one here: MySQL would round it.
    """
    number: Any = term.value
    compare = _COMPARE[term.operator]
    if not -_BEYOND <= number < _BEYOND:
        return sa.true() if compare(0, number) else sa.false()
    whole = math.floor(number)
    if whole != number:  # between two whole numbers
        if term.operator in (Operator.EQUAL, Operator.NOT_EQUAL):
            return sa.true() if term.operator is Operator.NOT_EQUAL else sa.false()
        compare = operator.le if term.operator in (Operator.LESS, Operator.AT_MOST) else operator.gt
    return compare(time, sa.literal(whole, sa.BigInteger()))  # type: ignore[no-any-return]


def _metric(term: Term, row: Any) -> Condition:
    """Return the condition on a metric. NaN differs from every number, and an infinity is the greatest finite one."""
    number = float(term.value)  # type: ignore[arg-type]
    compare = _COMPARE[term.operator]
    if math.isinf(number):  # not every engine can be told an infinity
        holds: Condition = sa.true() if compare(0.0, number) else sa.false()
    else:
        holds = compare(row.last_value, sa.literal(number, sa.Double()))
    is_nan = row.last_special == sa.literal(NAN, sa.BigInteger())
    return AnyOf(is_nan, holds) if term.operator is Operator.NOT_EQUAL else AllOf(Not(is_nan), holds)


def _status(term: Term, run: Any) -> Condition:
    """Return the condition on the status. It compares the few names here, and the database compares numbers."""
    states = [state for state, status in STATUSES.items() if _holds(term, status)]
    return run.last_known_state.in_([sa.literal(state, sa.BigInteger()) for state in states]) if states else sa.false()


def _holds(term: Term, text: str) -> bool:
    """Say whether a text compares as a term says."""
    if term.operator in (Operator.LIKE, Operator.ILIKE):
        return is_like(text, str(term.value), folds=term.operator is Operator.ILIKE)
    return (text == term.value) == (term.operator is Operator.EQUAL)


def _dataset(term: Term, run: Any) -> Condition:
    """Return the condition that one of the data sets that a run reads meets a term."""
    event = EVENT.alias().c
    inputs = event.type.in_([sa.literal(each, sa.BigInteger()) for each in INPUTS])
    found = sa.select(_ONE).where(event.execution_id == run.id, inputs)
    if term.key == "context":
        step = EVENT_PATH.alias().c
        test = text_test(term, step.step_key)
        return sa.exists(found.where(step.event_id == event.id, step.step_key.is_not(None), test))
    place = _DATASETS[term.key]
    row = PROPERTY[ARTIFACT].alias().c
    value = row[place.column]
    owned = owns(row, event.artifact_id, place, kind=ARTIFACT)
    of_artifact = found.where(owned, value.is_not(None), text_test(term, value), ~_says(event.id, term.key))
    return sa.or_(sa.exists(of_artifact), sa.exists(found.where(_says(event.id, term.key, term))))


def _says(event_id: Any, name: str, term: Term | None = None) -> Condition:
    """Return the condition that the path of an event says the name or the digest of a data set, and which."""
    step, start = EVENT_PATH.alias().c, MLFLOW_DATA_SET_STEPS[name]
    found = sa.select(_ONE).where(step.event_id == event_id, step.step_key.like(sa.literal(f"{start}%", sa.Text())))
    if term is None:
        return sa.exists(found)
    value = tuple(f"{start}{each}" for each in term.value) if isinstance(term.value, tuple) else f"{start}{term.value}"
    return sa.exists(found.where(text_test(replace(term, value=value), step.step_key)))
