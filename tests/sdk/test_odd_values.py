"""What no store can hold, or nobody can read again, is refused when it is given, with what to do instead."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

import pytest

from lineal.sdk import DataSet, Execution, Model, Run, Store, Workspace

FILE = "caf\udce9.csv"


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = {"a": value}
    return value


def test_half_a_surrogate_pair_is_refused_by_name(execution: Execution, workspace: Workspace, store: Store) -> None:
    for make, name in (
        (lambda: DataSet(name=FILE, uri="u"), "name"),
        (lambda: DataSet(name="n", uri=FILE), "uri"),
        (lambda: execution.log_output(DataSet(name="n", uri="u", version=FILE)), "version"),
        (lambda: Run(workspace, FILE), "name"),
        (lambda: Workspace(store, "w", description=FILE), "description"),
        (lambda: workspace.list(DataSet.ARTIFACT_TYPE_NAME, name=FILE), "name"),
    ):
        with pytest.raises(ValueError, match=rf"'{name}' is 'caf\\udce9.csv', and its character 4 is half of a surr"):
            make()


def test_the_way_that_the_error_names_is_taken(execution: Execution, workspace: Workspace) -> None:
    name = os.fsencode(FILE).decode("utf-8", "backslashreplace")
    execution.log_output(DataSet(name=name, uri="u"))

    assert workspace.list(DataSet.ARTIFACT_TYPE_NAME, name=r"caf\xe9.csv")


def test_a_label_may_hold_half_a_surrogate_pair(execution: Execution, workspace: Workspace) -> None:
    execution.log_output(DataSet(name="n", uri="u", labels={"file": FILE}))

    [found] = workspace.list(DataSet.ARTIFACT_TYPE_NAME, labels={"file": FILE})
    assert found["labels"] == {"file": FILE}


def test_values_of_as_many_levels_as_can_be_read_are_kept(execution: Execution, workspace: Workspace) -> None:
    execution.log_output(Model(name="n", uri="u", layers=nested(498)))

    [found] = workspace.list(Model.ARTIFACT_TYPE_NAME)
    assert json.dumps(found["kwargs"]["layers"]) == json.dumps(nested(498))


@pytest.mark.parametrize(
    ("around", "times"), [(lambda inner: [inner], 490), (lambda inner: {"name": "password", "value": [inner]}, 240)]
)
def test_secrets_at_any_level_of_hyperparameters_are_not_stored(
    execution: Execution, workspace: Workspace, around: Callable[[Any], Any], times: int
) -> None:
    deep: Any = {"password": "hunter2"}
    for _ in range(times):
        deep = around(deep)
    execution.log_output(Model(name="n", uri="u", hyperparameters={"layers": deep}))

    [found] = workspace.list(Model.ARTIFACT_TYPE_NAME)
    assert "***" in (stored := json.dumps(found["hyperparameters"]))
    assert "hunter2" not in stored


@pytest.mark.parametrize("levels", [500, 900, 5_000])
def test_values_that_are_nested_too_deeply_are_refused(execution: Execution, levels: int) -> None:
    with pytest.raises(TypeError, match="'hyperparameters' cannot be recorded: its lists and dicts are nested more"):
        execution.log_output(Model(name="n", uri="u", hyperparameters=nested(levels)))


@pytest.mark.parametrize("levels", [500, 5_000])
def test_labels_that_are_nested_too_deeply_are_refused(workspace: Workspace, store: Store, levels: int) -> None:
    with pytest.raises(ValueError, match="'labels' must be texts, got"):
        Workspace(store, "deep", labels=nested(levels))
    with pytest.raises(TypeError, match="'labels' cannot be recorded: its lists and dicts are nested more"):
        workspace.list(DataSet.ARTIFACT_TYPE_NAME, labels=nested(levels))
