"""Experiments, logged models, registered models and versions that meet the terms of a filter, in an order.

They are compared here, one by one. The database finds runs, because a store has many of them
(store/rows/run_search.py).
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


_VERSION_FIELDS = {"source_path": "source"}
"""The same for versions."""
NO_PROMPTS = Term(Family.TAG, "mlflow.prompt.is_prompt", Operator.NOT_EQUAL, "true")
"""The term that all but prompts meet, those without the tag too."""


def matches(experiment: Fields, terms: Sequence[Term]) -> bool:
    """Say whether an experiment, as clients read it, meets all terms; what it lacks meets IS NULL alone."""
    return all(_meets(_value_of(experiment, term.family, term.key), term) for term in terms)


def _meets(value: Any, term: Term) -> bool:
    if term.operator in (Operator.IS_NULL, Operator.IS_NOT_NULL):
        return (value is None) == (term.operator is Operator.IS_NULL)
    return value is not None and bool(_COMPARED[term.operator](value, term.value))


def _value_of(item: Fields, family: Family, key: str) -> Any:
    """Return a tag or a field of an experiment, a registered model or a version; None for a tag that it lacks."""
    if family is Family.TAG:
        return next((tag["value"] for tag in item.get("tags", ()) if tag["key"] == key), None)
    return item[key]


def in_order(experiments: Sequence[Fields], order: Sequence[OrderTerm]) -> list[Fields]:
    """Return experiments in an order; ties have the greatest id first, and so has no order at all after the newest."""
    found = sorted(experiments, key=lambda each: int(each["experiment_id"]), reverse=True)
    for term in reversed(order or [OrderTerm(Family.ATTRIBUTE, "creation_time", ascending=False)]):
        found.sort(key=lambda each, key=term.key: _sorted(each, key), reverse=not term.ascending)  # type: ignore[misc]
    return found


def _sorted(experiment: Fields, key: str) -> Any:
    return int(experiment[key]) if key == "experiment_id" else experiment[key]


def model_matches(model: Fields, terms: Sequence[Term], data_sets: Sequence[Fields] = ()) -> bool:
    """Say whether a logged model, as clients read it, meets all terms.

    Args:
        model: the logged model.
        terms: the terms; one about a metric is met if any point of the metric meets it.
        data_sets: if there are any, points on one of these alone count, and there must be such a point.
    """
    points = model["data"].get("metrics", ())
    if data_sets:
        points = [point for point in points if any(_is_on(point, each) for each in data_sets)]
    return (not data_sets or bool(points)) and all(_meets_model(model, points, term) for term in terms)


def _meets_model(model: Fields, points: Sequence[Fields], term: Term) -> bool:
    if term.family is not Family.METRIC:
        return _meets(_of_model(model, term.family, term.key), term)
    return any(_meets(point["value"], term) for point in points if point["key"] == term.key)


def _is_on(point: Fields, data_set: Fields) -> bool:
    """Say whether a point was measured on a data set, given by its name or by its digest, too."""
    wanted = {name: data_set[name] for name in ("dataset_name", "dataset_digest") if data_set.get(name)}
    return all(point.get(name) == value for name, value in wanted.items())


def models_in_order(
    models: Sequence[Fields], order: Sequence[OrderTerm], data_sets: Sequence[Fields] = ()
) -> list[Fields]:
    """Return logged models in an order; what lacks a value comes last, and ties have the newest first.

    Args:
        models: the models.
        order: the terms of the order; of a metric, the latest point counts.
        data_sets: index-aligned with the order: the data set on which points of a metric count, empty for all points.
    """
    found = sorted(models, key=lambda each: each["info"]["model_id"])
    on = [*data_sets, *[{} for _ in range(len(order) - len(data_sets) + 1)]]
    terms = [*order, OrderTerm(Family.ATTRIBUTE, "creation_timestamp", ascending=False)]
    for term, data_set in reversed([*zip(terms, on, strict=True)]):
        values = {id(each): _sorted_value(each, term, data_set) for each in found}
        held = [each for each in found if values[id(each)] is not None]
        held.sort(key=lambda each, values=values: values[id(each)], reverse=not term.ascending)  # type: ignore[misc]
        found = [*held, *(each for each in found if values[id(each)] is None)]
    return found


def with_prompts(terms: tuple[Term, ...]) -> tuple[Term, ...]:
    """Return the terms of a search in the registry: it finds prompts alone if they ask for prompts, or else no prompts.

    The first term about them decides, as in MLflow's server; without one, no prompts are found.
    """
    asked = [each for each in terms if (each.family, each.key) == (NO_PROMPTS.family, NO_PROMPTS.key)]
    if asked and asked[0].operator is Operator.EQUAL and str(asked[0].value).lower() == "true":
        return terms
    return (*(each for each in terms if each not in asked), NO_PROMPTS)


def registered_matches(model: Fields, terms: Sequence[Term]) -> bool:
    """Say whether a registered model, as clients read it, meets all terms."""
    return all(_meets_registry(_value_of(model, term.family, term.key), term) for term in terms)


def registered_in_order(models: Sequence[Fields], order: Sequence[OrderTerm]) -> list[Fields]:
    """Return registered models in an order; ties are by name."""
    found = sorted(models, key=operator.itemgetter("name"))
    return _sorted_by(found, order)


def version_matches(version: Fields, terms: Sequence[Term]) -> bool:
    """Say whether a version, as clients read it, meets all terms."""
    return all(_meets_registry(_version_value(version, term), term) for term in terms)


def _version_value(version: Fields, term: Term) -> Any:
    is_own = term.family is Family.ATTRIBUTE
    return _registry_field(version, term.key) if is_own else _value_of(version, term.family, term.key)


def versions_in_order(versions: Sequence[Fields], order: Sequence[OrderTerm]) -> list[Fields]:
    """Return versions in an order; ties are by name, and the newest of a name comes first."""
    found = sorted(versions, key=lambda each: (each["name"], -int(each["version"])))
    return _sorted_by(found, order or [OrderTerm(Family.ATTRIBUTE, "last_updated_timestamp", ascending=False)])


def _sorted_by(items: list[Fields], order: Sequence[OrderTerm]) -> list[Fields]:
    for term in reversed(order):
        items.sort(key=lambda each, key=term.key: _registry_field(each, key), reverse=not term.ascending)  # type: ignore[misc]
    return items


def _registry_field(item: Fields, key: str) -> Any:
    """Return a field of a version or a registered model by its name in filters and orders."""
    return int(item["version"]) if key == "version_number" else item[_VERSION_FIELDS.get(key, key)]


def _meets_registry(value: Any, term: Term) -> bool:
    """Say whether a value meets a term; a model or version without the tag of prompts is not a prompt."""
    is_absent_prompt = value is None and term == NO_PROMPTS
    return is_absent_prompt or _meets(value, term)


def _sorted_value(model: Fields, term: OrderTerm, data_set: Fields) -> Any:
    if term.family is not Family.METRIC:
        return _of_model(model, term.family, term.key)
    points = model["data"].get("metrics", ())
    own = [point for point in points if point["key"] == term.key and _is_on(point, data_set)]
    return max(own, key=lambda point: (point["timestamp"], point["step"]))["value"] if own else None


def _of_model(model: Fields, family: Family, key: str) -> Any:
    info, data = model["info"], model["data"]
    if family is Family.ATTRIBUTE:
        return {**info, "lifecycle_stage": ACTIVE}.get(_MODEL_FIELDS.get(key, key), "")  # deleted ones are not searched
    lists = {Family.TAG: info.get("tags", ()), Family.PARAM: data.get("params", ())}
    return next((item["value"] for item in lists[family] if item["key"] == key), None)
