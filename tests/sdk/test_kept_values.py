"""What an object shows when its artifact or workspace is stored already, with the same values and with others."""

from __future__ import annotations

import warnings
from typing import Any

import pytest

from lineal.sdk import DataSet, Execution, Model, Run, Store, Workspace
from tests.sdk.test_custom_artifacts import NamedSensor

BOTH = pytest.mark.parametrize("lacks", [set(), {"LogArtifact"}], ids=["Lineal", "official server"])
VALUES: dict[str, Any] = {
    "description": "loaves",
    "hyperparameters": {"layers": [3, 1], "rate": float("nan")},
    "labels": {"stage": "trial"},
    "rows": 7,
}


@BOTH
@pytest.mark.parametrize("method", ["log_input", "log_output"])
def test_other_values_of_a_stored_artifact_are_named_in_one_warning(method: str, execution: Execution) -> None:
    execution.log_output(Model("gs://a", "a", **VALUES))
    other = Model("gs://a", "a", description="cakes", hyperparameters=VALUES["hyperparameters"], labels={"stage": "x"})
    with pytest.warns(UserWarning, match="is stored with other values") as caught:
        getattr(execution, method)(other)
    assert [str(warning.message) for warning in caught] == [
        f"the Model 'a' (id {other.id}) is stored with other values of description, labels; "
        "the stored values were kept, and the object now shows them"
    ]
    assert caught[0].filename == __file__


@BOTH
@pytest.mark.filterwarnings("ignore:the Model")
def test_the_object_shows_what_is_stored(execution: Execution) -> None:
    first = execution.log_output(Model("gs://a", "a", **VALUES))
    second = execution.log_output(Model("gs://a", "a", description="cakes", owner="me", labels={}, rows=8))
    assert str(second) == str(first)


def test_what_was_not_given_asks_for_nothing_and_is_shown(execution: Execution) -> None:
    first = execution.log_output(Model("gs://a", "a", **VALUES))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        second = Execution("serve", execution.workspace).log_input(Model("gs://a", "a"))
    assert str(second) == str(first)


def test_the_same_values_are_no_warning_in_another_run(workspace: Workspace) -> None:
    for run in ("monday", "tuesday"):
        Execution("train", workspace, Run(workspace, run)).log_output(DataSet("gs://a", "a", labels={"n": "1"}))


def test_secrets_among_hyperparameters_are_stored_hidden_and_are_no_other_values(
    execution: Execution, workspace: Workspace
) -> None:
    given = {"api_key": "hunter2", "source": "http://ada:hunter2@db/x", "pad_token": "<pad>", "in": {"password": "x"}}
    hidden = {"api_key": "***", "source": "http://***@db/x", "pad_token": "<pad>", "in": {"password": "***"}}
    pattern = {"vectorizer__token_pattern": r"(?u)\b\w\w+\b"}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(2):
            model = execution.log_output(Model("gs://a", "a", hyperparameters=given | pattern))
    [stored] = workspace.list(Model.ARTIFACT_TYPE_NAME)
    assert stored["hyperparameters"] == hidden | pattern
    model.update(properties={"hyperparameters": {"token": "hunter3"}})
    assert model.hyperparameters == {"token": "***"}


def test_equal_values_stay_the_objects_that_were_given(execution: Execution) -> None:
    execution.log_output(Model("gs://a", "a", hyperparameters={"layers": (3, 1)}))
    again = execution.log_output(Model("gs://a", "a", hyperparameters={"layers": (3, 1)}))
    assert again.hyperparameters == {"layers": (3, 1)}


def test_a_record_of_another_writer_is_shown_as_far_as_it_goes(execution: Execution) -> None:
    store, first = execution.workspace.store, execution.log_output(Model("gs://a", "a", description="loaves"))
    [record] = store.get_artifacts_by_id([first.id or 0])
    del record.properties["__ALL_META__"], record.properties["create_time"]
    store.put_artifacts([record])
    with pytest.warns(UserWarning, match="other values of labels, kwargs;"):
        again = execution.log_output(Model("gs://a", "a", labels={"n": "1"}, rows=7))
    assert (again.description, again.labels, again.kwargs) == ("loaves", None, {})


def test_an_object_of_a_class_of_its_own_keeps_its_values_and_says_so(execution: Execution) -> None:
    first = execution.log_output(NamedSensor("gs://a", 1))
    with pytest.warns(UserWarning, match=r"'gs://a' \(id 1\) .* of celsius; .* the object keeps its own"):
        second = execution.log_output(NamedSensor("gs://a", 2))
    assert (second.id, second.celsius) == (first.id, 2)


def test_a_workspace_that_exists_shows_what_is_stored(store: Store) -> None:
    Workspace(store, "bakery", "loaves", {"site": "mill"})
    with pytest.warns(UserWarning, match="is stored with other values") as caught:
        again = Workspace(store, "bakery", "cakes", {"site": "shop"})
    assert (again.description, again.labels) == ("loaves", {"site": "mill"})
    assert [str(warning.message) for warning in caught] == [
        f"the workspace 'bakery' (id {again.context_id}) is stored with other values of description, labels; "
        "the stored values were kept, and the object now shows them"
    ]
    assert caught[0].filename == __file__


@pytest.mark.parametrize("given", [{}, {"description": "loaves", "labels": {"site": "mill"}}])
def test_a_workspace_found_again_shows_its_description_without_a_warning(store: Store, given: dict[str, Any]) -> None:
    Workspace(store, "bakery", "loaves", {"site": "mill"})
    again = Workspace(store, "bakery", **given)
    assert (again.description, again.labels) == ("loaves", {"site": "mill"})


def test_a_workspace_without_description_shows_none(store: Store) -> None:
    Workspace(store, "bakery")
    with pytest.warns(UserWarning, match="other values of description, labels"):
        again = Workspace(store, "bakery", "loaves", {"site": "mill"})
    assert (again.description, again.labels) == (None, None)


def test_labels_that_another_program_stored_as_numbers_are_the_same(execution: Execution) -> None:
    store, first = execution.workspace.store, execution.log_output(Model("gs://a", "a", labels={"n": "1"}))
    [record] = store.get_artifacts_by_id([first.id or 0])
    meta = record.properties["__ALL_META__"]
    meta.string_value = meta.string_value.replace('"1"', "1")
    store.put_artifacts([record])
    assert execution.log_output(Model("gs://a", "a", labels={"n": "1"})).id == first.id
