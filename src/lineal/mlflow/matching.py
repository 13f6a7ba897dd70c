"""Experiments and logged models that meet the terms of a filter, in an order: they are compared here, one by one.

The database finds runs, because a store has many of them (store/rows/run_search.py).
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

from lineal.filter.mlflow import Family, Operator, OrderTerm, Term
from lineal.filter.mlflow.patterns import is_like
from lineal.mlflow.stored_form import ACTIVE

Fields = dict[str, Any]
_COMPARED: dict[Operator, Callable[[Any, Any], Any]] = {
    Operator.EQUAL: operator.eq,
    Operator.NOT_EQUAL: operator.ne,
    Operator.LESS: operator.lt,
    Operator.AT_MOST: operator.le,
    Operator.GREATER: operator.gt,
    Operator.AT_LEAST: operator.ge,
    Operator.LIKE: is_like,
    Operator.ILIKE: lambda value, pattern: is_like(value, pattern, folds=True),
    Operator.IN: lambda value, values: value in values,
    Operator.NOT_IN: lambda value, values: value not in values,
}


_MODEL_FIELDS = {
    "artifact_location": "artifact_uri",
    "creation_timestamp": "creation_timestamp_ms",
    "last_updated_timestamp": "last_updated_timestamp_ms",
}
"""The fields of a logged model that a filter knows by another name."""


def matches(experiment: Fields, terms: Sequence[Term]) -> bool:
    """Say whether an experiment, as clients read it, meets all terms; what it lacks meets IS NULL alone."""
    return all(_meets(_value(experiment, term.family, term.key), term) for term in terms)


def _meets(value: Any, term: Term) -> bool:
    if term.operator in (Operator.IS_NULL, Operator.IS_NOT_NULL):
        return (value is None) == (term.operator is Operator.IS_NULL)
    return value is not None and bool(_COMPARED[term.operator](value, term.value))


def _value(experiment: Fields, family: Family, key: str) -> Any:
    if family is Family.TAG:
        return next((tag["value"] for tag in experiment.get("tags", ()) if tag["key"] == key), None)
    return experiment[key]


def in_order(experiments: Sequence[Fields], order: Sequence[OrderTerm]) -> list[Fields]:
    """Return experiments in an order; ties have the greatest id first, and so has no order at all after the newest."""
    found = sorted(experiments, key=lambda each: int(each["experiment_id"]), reverse=True)
    for term in reversed(order or [OrderTerm(Family.ATTRIBUTE, "creation_time", ascending=False)]):
        found.sort(key=lambda each, key=term.key: _sorted(each, key), reverse=not term.ascending)  # type: ignore[misc]
    return found


def _sorted(experiment: Fields, key: str) -> Any:
    return int(experiment[key]) if key == "experiment_id" else experiment[key]


def model_matches(model: Fields, terms: Sequence[Term]) -> bool:
    """Say whether a logged model, as clients read it, meets all terms."""
    return all(_meets(_of_model(model, term.family, term.key), term) for term in terms)


def models_in_order(models: Sequence[Fields], order: Sequence[OrderTerm]) -> list[Fields]:
    """Return logged models in an order; what lacks a value comes last, and ties have the newest first."""
    found = sorted(models, key=lambda each: each["info"]["model_id"])
    for term in reversed([*order, OrderTerm(Family.ATTRIBUTE, "creation_timestamp", ascending=False)]):
        values = {id(each): _of_model(each, term.family, term.key) for each in found}
        held = [each for each in found if values[id(each)] is not None]
        held.sort(key=lambda each, values=values: values[id(each)], reverse=not term.ascending)  # type: ignore[misc]
        found = [*held, *(each for each in found if values[id(each)] is None)]
    return found


def _of_model(model: Fields, family: Family, key: str) -> Any:
    info, data = model["info"], model["data"]
    if family is Family.ATTRIBUTE:
        return {**info, "lifecycle_stage": ACTIVE}.get(_MODEL_FIELDS.get(key, key), "")  # deleted ones are not searched
    lists = {Family.TAG: info.get("tags", ()), Family.PARAM: data.get("params", ())}
    items = lists.get(family, data.get("metrics", ()))
    return next((item["value"] for item in items if item["key"] == key), None)
