"""What may be a typo is warned of at the caller's line; programs for the original SDK run on."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pytest

from lineal.sdk import DataSet, Execution, Metrics, Model, Store, Workspace
from tests.sdk.wires import Wire

KINDS = [DataSet, Model, Metrics]


def warned(call: Callable[[], object]) -> list[str]:
    """Return the warnings of a call, all of which have to be at its line."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call()
    assert all(each.filename == __file__ and each.category is UserWarning for each in caught)
    return [str(each.message) for each in caught]


def test_a_list_of_a_type_that_does_not_exist_warns_and_names_the_nearest(workspace: Workspace) -> None:
    said = "the store has no artifact type 'modle', so the list is empty; the nearest is 'kubeflow.org/alpha/model'"
    assert warned(lambda: workspace.list("modle")) == [said]


def test_the_nearest_type_may_be_one_of_the_users(execution: Execution) -> None:
    class Load(Model):
        ARTIFACT_TYPE_NAME = "bakery.example/serving_load"

    execution.log_output(Load("gs://a", "a"))
    [said] = warned(lambda: execution.workspace.list("bakery.example/serving_laod"))
    assert said.endswith("the nearest is 'bakery.example/serving_load'")


def test_a_frame_of_a_type_that_does_not_exist_warns_at_the_same_line(workspace: Workspace) -> None:
    pytest.importorskip("pandas")
    assert len(warned(lambda: workspace.to_dataframe("modle"))) == 1


@pytest.mark.parametrize("name", [None, *[kind.ARTIFACT_TYPE_NAME for kind in KINDS]])
def test_types_of_the_sdk_are_known_before_anything_is_logged(name: str | None, workspace: Workspace) -> None:
    assert warned(lambda: workspace.list(name)) == []


def test_a_type_without_artifacts_here_is_listed_in_silence(execution: Execution, store: Store, wire: Wire) -> None:
    assert warned(lambda: execution.workspace.list("mlmd.Model")) == []
    assert "GetArtifactTypes" not in wire.calls


def test_a_misspelt_type_of_metrics_warns_and_is_stored(execution: Execution) -> None:
    logged: list[Metrics] = []
    make: Callable[[], None] = lambda: logged.append(Metrics("gs://a", "a", metrics_type="validatoin"))  # noqa: E731
    said = "metrics_type is 'validatoin', which is recorded as it is; the nearest of the usual ones is 'validation'"
    assert warned(make) == [said]
    execution.log_output(logged[0])
    assert execution.workspace.list(Metrics.ARTIFACT_TYPE_NAME)[0]["metrics_type"] == "validatoin"


@pytest.mark.parametrize("kind", ["holdout", "shadow", Metrics.TESTING, None])
def test_another_type_of_metrics_is_the_users_own(kind: str | None) -> None:
    assert warned(lambda: Metrics("gs://a", "a", metrics_type=kind)) == []


@pytest.mark.parametrize(
    ("kind", "wrong", "right"),
    [
        (Model, "hyperparams", "hyperparameters"),
        (Model, "label", "labels"),
        (DataSet, "Query", "query"),
        (Metrics, "dataset_id", "data_set_id"),
        (Metrics, "value", "values"),
    ],
)
def test_a_keyword_near_to_an_argument_warns_and_is_stored(kind: Any, wrong: str, right: str) -> None:
    made: list[Any] = []
    said = f"{kind.__name__} has no argument {wrong!r}, which is recorded as a further one; the nearest is {right!r}"
    assert warned(lambda: made.append(kind("gs://a", "a", **{wrong: "x"}))) == [said]
    assert made[0].kwargs == {wrong: "x"}


def test_a_keyword_that_is_the_users_own_is_silent() -> None:
    assert warned(lambda: DataSet("gs://a", "a", rows=4711, version="1", version_id=7)) == []


def workspace_of(_uri: str, name: str, labels: Any) -> Workspace:
    return Workspace(Store(url="sqlite://"), name, labels=labels)


@pytest.mark.parametrize("make", [*KINDS, workspace_of])
@pytest.mark.parametrize("labels", ["n", ["n"], {"n": None}, {"n": ["a"]}, {"n": {"a": 1}}, {1: "a", "1": "b"}])
def test_labels_that_are_no_texts_are_refused_and_shown(make: Callable[..., object], labels: Any) -> None:
    with pytest.raises(ValueError, match=r"'labels' .*got ") as refused:
        make("gs://a", "a", labels=labels)
    assert repr(labels if not isinstance(labels, dict) or len(labels) > 1 else labels["n"]) in str(refused.value)


def test_labels_of_a_workspace_that_are_numbers_become_texts(store: Store) -> None:
    workspace = Workspace(store, "bakery", labels={"ovens": 3})  # type: ignore[dict-item]
    assert workspace.labels == {"ovens": "3"}
    [context] = store.store.get_contexts()
    assert context.properties["labels"].string_value == '{"ovens": "3"}'
