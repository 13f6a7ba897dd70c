"""Experiments: their ids, names and stages, and the contexts that they are."""

from __future__ import annotations

import pytest

from lineal.wire import lifecycle
from tests.server.mlflow.door import Door


def test_the_first_experiment_is_there(door: Door) -> None:
    found = door.get("experiments/get", experiment_id="0")["experiment"]
    assert (found["experiment_id"], found["name"], found["lifecycle_stage"]) == ("0", "Default", "active")
    assert found["artifact_location"] == f"mlflow-artifacts:/{door.workspace}/0"
    assert door.get("experiments/get-by-name", experiment_name="Default")["experiment"] == found


def test_an_experiment_is_a_context_of_its_workspace(door: Door) -> None:
    made = door.experiment("churn", tags=[{"key": "team", "value": "risk"}])
    [context] = [each for each in door.contexts() if each.id == int(made)]
    assert (context.type, context.name) == ("mlflow.Experiment", f"{door.workspace}/churn")
    assert context.properties["name"].string_value == "churn"
    assert context.custom_properties["__kf_workspace__"].string_value == door.workspace
    assert context.custom_properties["tag.team"].string_value == "risk"


@pytest.mark.parametrize(
    ("call", "fields"),
    [
        ("runs/create", {}),
        ("logged-models", {"name": "net"}),
        ("experiments/set-experiment-tag", {"key": "team", "value": "risk"}),
    ],
)
def test_the_first_experiment_is_stored_again_after_it_was_deleted_from_the_store(
    door: Door, call: str, fields: dict[str, str]
) -> None:
    def first() -> list[int]:
        return [each.id for each in door.contexts() if each.external_id == f"mlflow:{door.workspace}:experiment:0"]

    door.experiment("wine")
    deleted = first()
    door.service.call("DeleteNodes", lifecycle.DeleteNodesRequest(nodes={"context_ids": deleted}))
    door.post(call, experiment_id="0", **fields)
    assert len(first()) == 1
    assert first() != deleted


def test_names_are_unique_deleted_ones_included(door: Door) -> None:
    made = door.experiment("churn")
    door.post("experiments/delete", experiment_id=made)
    assert "is deleted: restore it" in door.refused("experiments/create", name="churn")
    assert door.refused("experiments/create", name="Default").startswith("RESOURCE_ALREADY_EXISTS")
    other = door.experiment("other")
    assert door.refused("experiments/update", experiment_id=other, new_name="churn").startswith(
        "RESOURCE_ALREADY_EXISTS"
    )
    door.post("experiments/update", experiment_id=other, new_name="other")
    door.post("experiments/update", experiment_id=other, new_name="renamed")
    assert door.get("experiments/get-by-name", experiment_name="renamed")["experiment"]["experiment_id"] == other
    assert door.experiment("other") != other


def test_a_deleted_experiment_is_read_and_not_changed(door: Door) -> None:
    made = door.experiment("churn")
    door.post("experiments/set-experiment-tag", experiment_id=made, key="a", value="1")
    door.post("experiments/delete", experiment_id=made)
    assert door.get("experiments/get", experiment_id=made)["experiment"]["lifecycle_stage"] == "deleted"
    assert door.refused("experiments/delete", experiment_id=made).startswith("RESOURCE_DOES_NOT_EXIST")
    assert door.refused("experiments/update", experiment_id=made, new_name="b").startswith("INVALID_STATE")
    for call in ("set-experiment-tag", "delete-experiment-tag"):
        refusal = door.refused(f"experiments/{call}", experiment_id=made, key="a", value="2")
        assert refusal.startswith("INVALID_PARAMETER_VALUE")
    assert door.refused("runs/create", experiment_id=made).startswith("INVALID_PARAMETER_VALUE")
    door.post("experiments/restore", experiment_id=made)
    assert door.refused("experiments/restore", experiment_id=made).startswith("RESOURCE_DOES_NOT_EXIST")
    door.post("experiments/delete-experiment-tag", experiment_id=made, key="a")
    assert "tags" not in door.get("experiments/get", experiment_id=made)["experiment"]
    assert "has no tag 'a'" in door.refused("experiments/delete-experiment-tag", experiment_id=made, key="a")


def test_runs_are_deleted_and_restored_with_their_experiment(door: Door) -> None:
    made = door.experiment("churn")
    first, second, elsewhere = door.run(made), door.run(made), door.run()
    door.post("runs/delete", run_id=first)

    def stages() -> list[str]:
        return [
            door.get("runs/get", run_id=run)["run"]["info"]["lifecycle_stage"] for run in (first, second, elsewhere)
        ]

    door.post("experiments/delete", experiment_id=made)
    assert stages() == ["deleted", "deleted", "active"]
    door.post("experiments/restore", experiment_id=made)
    assert stages() == ["active", "active", "active"]


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({}, "INVALID_PARAMETER_VALUE: the field 'name' is missing or empty; give a value"),
        ({"name": 5}, "INVALID_PARAMETER_VALUE: the field 'name' must be a text, and it is 5"),
        ({"name": "x" * 254}, "INVALID_PARAMETER_VALUE: the name of the experiment has 254 characters; it can have 25"),
        ({"name": "a", "tags": "b"}, "INVALID_PARAMETER_VALUE: the field 'tags' must be a list"),
        ({"name": "a", "tags": ["b"]}, "INVALID_PARAMETER_VALUE: 'tags[0]' must be an object"),
        ({"name": "a", "artifact_location": "s3://b#c"}, "INVALID_PARAMETER_VALUE: artifact_location"),
        ({"name": "a", "tags": [{"key": "../b", "value": ""}]}, "INVALID_PARAMETER_VALUE: 'key' cannot be '../b'"),
    ],
)
def test_what_cannot_be_an_experiment_is_refused(door: Door, fields: dict[str, object], says: str) -> None:
    assert door.refused("experiments/create", **fields).startswith(says)


@pytest.mark.parametrize("unknown", ["7777", "-1", str(1 << 70)])
def test_an_unknown_experiment_is_said(door: Door, unknown: str) -> None:
    assert door.not_found("experiments/get", experiment_id=unknown).startswith("RESOURCE_DOES_NOT_EXIST")


def test_the_id_of_another_context_is_no_experiment(door: Door) -> None:
    door.run()
    ids = [each.id for each in door.contexts() if each.type != "mlflow.Experiment"]
    default = next(each.id for each in door.contexts() if each.type == "mlflow.Experiment")
    assert len(ids) == 2
    for number in (*ids, default):  # the first experiment has the id 0 and no other
        assert door.not_found("experiments/get", experiment_id=str(number)).startswith("RESOURCE_DOES_NOT_EXIST")
    assert door.not_found("experiments/get", experiment_id="abc").startswith("INVALID_PARAMETER_VALUE")
