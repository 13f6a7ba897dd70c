from __future__ import annotations

import sys

import pytest

from lineal.sdk import Execution, Metrics, Model, Run, Workspace


def test_a_dataframe_has_a_row_for_each_artifact(execution: Execution) -> None:
    pytest.importorskip("pandas")
    for number in range(3):
        execution.log_output(Model("gs://a", str(number), labels={"half": str(number % 2)}))
    frame = execution.workspace.to_dataframe(labels={"half": "0"})
    assert list(frame["name"]) == ["0", "2"]
    assert frame.to_dict("records") == execution.workspace.list(labels={"half": "0"})


def test_nested_values_can_be_columns_of_their_own(execution: Execution) -> None:
    pytest.importorskip("pandas")
    execution.log_output(Metrics("gs://a", "a", values={"accuracy": 0.5}, labels={"x": "y"}))
    frame = execution.workspace.to_dataframe(Metrics.ARTIFACT_TYPE_NAME, flatten=True)
    assert (frame["values.accuracy"][0], frame["labels.x"][0]) == (0.5, "y")


def test_no_artifacts_are_an_empty_dataframe(workspace: Workspace) -> None:
    pytest.importorskip("pandas")
    assert workspace.to_dataframe().empty


def test_without_pandas_the_error_says_what_to_install(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match=r"pip install 'lineal\[notebook\]'"):
        workspace.to_dataframe()


def test_the_columns_come_in_the_order_of_a_record_though_the_first_ones_lack_some(workspace: Workspace) -> None:
    pytest.importorskip("pandas")
    Execution("train", workspace).log_output(Model("gs://a", "a"))
    Execution("train", workspace, Run(workspace, "r")).log_output(Model("gs://b", "b", labels={"x": "y"}))
    assert list(workspace.to_dataframe())[:4] == ["id", "workspace", "run", "model_type"]
    assert list(workspace.to_dataframe(flatten=True))[-3:] == ["hyperparameters", "labels", "labels.x"]
