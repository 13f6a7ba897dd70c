"""NaN and the infinities in records of the SDK: JSON that every reader takes, and numbers again in a listing."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from lineal import json_form
from lineal.sdk import Artifact, DataSet, Execution, Metrics, Model, Store, Workspace
from lineal.sdk.stored_form import plain_artifact, plain_value
from lineal.wire import metadata_store as pb


def refuse(name: str) -> None:
    raise AssertionError(f"the JSON holds a bare {name}")


def strict(artifact: Artifact) -> dict[str, Any]:
    """The JSON of a record, read by the letter of the standard."""
    text = artifact.serialization().properties["__ALL_META__"].string_value
    found: dict[str, Any] = json.loads(text, parse_constant=refuse)
    return found


def test_a_record_is_valid_json_with_their_names() -> None:
    meta = strict(Metrics("u", "n", values={"auc": math.nan, "loss": math.inf, "gain": -math.inf, "f1": 0.5}))
    assert meta["values"] == {"auc": "NaN", "loss": "Infinity", "gain": "-Infinity", "f1": 0.5}
    assert meta["__non_finite__"] == [["values"]]


def test_a_record_of_finite_numbers_is_as_the_original_writes_it() -> None:
    metrics = Metrics("u", "NaN", values={"auc": 0.5}, labels={"x": "Infinity"})
    assert strict(metrics) == vars(metrics)


def test_numbers_come_back_as_numbers_and_texts_as_texts(execution: Execution) -> None:
    values = {"auc": math.nan, "note": "NaN", "per_class": [0.5, -math.inf, {"x": math.inf}]}
    execution.log_output(Metrics("u", "NaN", values=values, labels={"site": "Infinity"}, na_values="NaN"))
    [found] = execution.workspace.list(Metrics.ARTIFACT_TYPE_NAME)
    assert repr(found["values"]) == repr(values)
    assert (found["name"], found["labels"], found["kwargs"]) == ("NaN", {"site": "Infinity"}, {"na_values": "NaN"})
    assert "__non_finite__" not in found


def test_hyperparameters_and_further_arguments_come_back(execution: Execution) -> None:
    execution.log_output(Model("u", "m", hyperparameters={"clip": math.inf, "init": "NaN"}))
    execution.log_output(DataSet("u", "d", drift=[math.nan]))
    assert execution.workspace.list()[0]["hyperparameters"] == {"clip": math.inf, "init": "NaN"}
    [data] = execution.workspace.list(DataSet.ARTIFACT_TYPE_NAME)
    assert math.isnan(data["kwargs"]["drift"][0])


def test_numbers_and_arrays_of_numpy_come_back(execution: Execution) -> None:
    numpy = pytest.importorskip("numpy")
    values = {"single": numpy.float32("nan"), "double": numpy.float64("inf"), "array": numpy.array([1, -math.inf])}
    execution.log_output(Metrics("u", "m", values=values))
    [found] = execution.workspace.list(Metrics.ARTIFACT_TYPE_NAME)
    assert repr(found["values"]) == "{'single': nan, 'double': inf, 'array': [1.0, -inf]}"


def test_a_record_with_a_bare_nan_is_still_read() -> None:
    meta = pb.Value(string_value='{"values": {"auc": NaN, "loss": -Infinity, "note": "x"}}')
    read = plain_artifact(pb.Artifact(properties={"__ALL_META__": meta}))
    assert repr(read["values"]) == "{'auc': nan, 'loss': -inf, 'note': 'x'}"


def test_a_record_of_another_program_has_numbers_among_values_alone() -> None:
    read = json_form.record({"name": "NaN", "values": {"auc": "NaN"}, "kwargs": {"x": "NaN"}})
    assert repr(read) == "{'name': 'NaN', 'values': {'auc': nan}, 'kwargs': {'x': 'NaN'}}"


@pytest.mark.parametrize("mark", ["3", "null", '[["values", "x", 9], [], ["gone"], "values", [7]]'])
def test_a_mark_that_makes_no_sense_changes_nothing(mark: str) -> None:
    fields = {"values": {"x": ["NaN"]}, "__non_finite__": json.loads(mark)}
    assert json_form.record(fields) == {"values": {"x": ["NaN"]}}


def test_artifacts_are_listed_by_a_label_that_is_nan(execution: Execution) -> None:
    execution.log_output(Model("u", "new", labels={"limit": math.nan}))  # type: ignore[dict-item]
    execution.log_output(Model("u", "other", labels={"limit": 1.5}))  # type: ignore[dict-item]
    found = execution.workspace.list(labels={"limit": math.nan})
    assert [each["name"] for each in found] == ["new"]


def test_the_labels_of_a_workspace_are_valid_json(store: Store) -> None:
    made = Workspace(store, "limits", labels={"most": math.inf})  # type: ignore[dict-item]
    context = made.store.get_context_by_type_and_name(made.CONTEXT_TYPE_NAME, "limits")
    assert context is not None
    assert json.loads(context.properties["labels"].string_value, parse_constant=refuse) == {"most": "Infinity"}


def test_a_struct_may_hold_them() -> None:
    value = pb.Value()
    value.struct_value.update({"a": math.nan, "b": [math.inf, None], "c": {"d": -math.inf}})
    assert repr(dict(sorted(plain_value(value).items()))) == "{'a': nan, 'b': [inf, None], 'c': {'d': -inf}}"
