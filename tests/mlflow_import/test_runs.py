"""Experiments and runs of a database of MLflow, as its clients find them after an import."""

from __future__ import annotations

import json
import math
from contextlib import closing
from pathlib import Path

import pytest

from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.mlflow_import.conftest import Store
from tests.mlflow_import.mlflow_database import NEW, OLD, OLDEST, MlflowDatabase

RUN = "0123456789abcdef0123456789abcdef"
OTHER = "f" * 32


def test_a_run_keeps_what_mlflow_says_of_it(mlflow: MlflowDatabase, store: Store) -> None:
    mlflow.run_row(RUN, params={"a/b": "x\n'y'", "empty": ""}, tags={"mlflow.runName": f"run {RUN}", "k": "ü"})
    store.take(mlflow.url)
    found = store.run(RUN)
    assert found["info"] == {
        "run_uuid": RUN,
        "run_id": RUN,
        "experiment_id": store.experiment("first")["experiment_id"],
        "run_name": f"run {RUN}",
        "user_id": "ann",
        "status": "FINISHED",
        "start_time": 1_700_000_000_000,
        "end_time": 1_700_000_060_000,
        "artifact_uri": f"s3://bucket/1/{RUN}/artifacts",
        "lifecycle_stage": "active",
    }
    assert found["data"]["params"] == [{"key": "a/b", "value": "x\n'y'"}, {"key": "empty", "value": ""}]
    assert found["data"]["tags"] == [{"key": "k", "value": "ü"}, {"key": "mlflow.runName", "value": f"run {RUN}"}]


def test_a_history_is_whole_and_its_latest_point_is_the_value(mlflow: MlflowDatabase, store: Store) -> None:
    values = [1.0, math.nan, 1.7976931348623157e308, -1.7976931348623157e308, 1e-320, 0.25]
    mlflow.run_row(RUN, metrics={"loss": values, "a/b c": [7.0]})
    done = store.take(mlflow.url)
    assert done.new["metric points"] == 7
    found = store.history(RUN, "loss")
    assert [point[:2] for point in found] == [(1_700_000_000_000 + step, step) for step in range(6)]
    assert [repr(value) for *_, value in found] == [repr(value) for value in values]
    latest = {point["key"]: point["value"] for point in store.run(RUN)["data"]["metrics"]}
    assert latest == {"a/b c": 7.0, "loss": 0.25}


@pytest.mark.parametrize(
    ("status", "shown"), [(each, each) for each in ("RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED")]
)
def test_a_run_keeps_its_status(mlflow: MlflowDatabase, store: Store, status: str, shown: str) -> None:
    mlflow.run_row(RUN, status=status, end_time=None)
    store.take(mlflow.url)
    info = store.run(RUN)["info"]
    assert info["status"] == shown
    assert "end_time" not in info


def test_deleted_runs_and_experiments_are_deleted_here(mlflow: MlflowDatabase, store: Store) -> None:
    mlflow.experiment(2, "gone", lifecycle_stage="deleted")
    mlflow.run_row(RUN, lifecycle_stage="deleted", deleted_time=1_700_000_000_777)
    mlflow.run_row(OTHER, 2, lifecycle_stage="deleted")
    store.take(mlflow.url)
    assert store.experiment("gone")["lifecycle_stage"] == "deleted"
    assert store.run(RUN)["info"]["lifecycle_stage"] == "deleted"
    [node] = [each for each in _executions(store) if each.properties["run_id"].string_value == RUN]
    assert node.custom_properties["__archived__"].int_value == 1_700_000_000_777
    store.ask("runs/restore", run_id=RUN)
    assert store.run(RUN)["info"]["lifecycle_stage"] == "active"


def test_experiments_keep_their_times_and_tags(mlflow: MlflowDatabase, store: Store) -> None:
    mlflow.add("experiment_tags", {"experiment_id": 1, "key": "team", "value": "a"})
    store.take(mlflow.url)
    found = store.experiment("first")
    assert (found["creation_time"], found["last_update_time"]) == (1_600_000_000_001, 1_600_000_100_001)
    assert found["artifact_location"] == "s3://bucket/1"
    assert found["tags"] == [{"key": "team", "value": "a"}]


def test_the_experiment_with_the_id_0_keeps_its_id(mlflow: MlflowDatabase, store: Store) -> None:
    mlflow.experiment(0, "Default", artifact_location="/somewhere/0")
    mlflow.run_row(RUN, 0)
    store.take(mlflow.url)
    found = store.experiment("Default")
    assert (found["experiment_id"], found["creation_time"]) == ("0", 1_600_000_000_000)
    assert store.run(RUN)["info"]["experiment_id"] == "0"


def test_an_old_id_is_found_by_a_property(mlflow: MlflowDatabase, store: Store) -> None:
    store.take(mlflow.url)
    new_id = int(store.experiment("first")["experiment_id"])
    [node] = [each for each in _contexts(store) if each.id == new_id]
    assert node.custom_properties["__mlflow_source_id__"].string_value == "1"


def test_records_have_the_times_when_they_were_made(mlflow: MlflowDatabase, store: Store) -> None:
    mlflow.run_row(RUN, metrics={"loss": [1.0]})
    store.take(mlflow.url)
    [node] = [each for each in _executions(store) if each.properties["run_id"].string_value == RUN]
    assert node.create_time_since_epoch == 1_700_000_000_000
    assert 0 <= node.last_update_time_since_epoch - 1_700_000_060_000 <= 1


def test_a_record_shows_the_latest_value_of_each_metric(mlflow: MlflowDatabase, store: Store) -> None:
    mlflow.run_row(RUN, metrics={"loss": [3.0, 2.0, 1.0], "acc": [0.5]})
    store.take(mlflow.url)
    [node] = [each for each in _executions(store) if each.properties["run_id"].string_value == RUN]
    assert json.loads(node.properties["__ALL_META__"].string_value)["values"] == {"acc": 0.5, "loss": 1.0}


@pytest.mark.parametrize("shape", [OLDEST, OLD, NEW], ids=["oldest", "2.9", "3.17"])
def test_every_version_of_the_schema_is_read(tmp_path: Path, store: Store, shape: dict[str, object]) -> None:
    with closing(MlflowDatabase(f"sqlite:///{tmp_path}/old.db", shape)) as old:  # type: ignore[arg-type]
        old.experiment(1, "first")
        old.run_row(RUN, params={"p": "1"}, tags={"t": "2"}, metrics={"m": [1.0, 2.0]}, name=None)
        store.take(old.url)
    found = store.run(RUN)
    assert found["data"]["params"] == [{"key": "p", "value": "1"}]
    assert store.history(RUN, "m") == [(1_700_000_000_000, 0, 1.0), (1_700_000_000_001, 1, 2.0)]


def test_a_run_of_an_old_version_is_named_by_its_tag(mlflow: MlflowDatabase, store: Store) -> None:
    mlflow.run_row(RUN, tags={"mlflow.runName": "named by a tag"}, name=None)
    store.take(mlflow.url)
    assert store.run(RUN)["info"]["run_name"] == "named by a tag"


def test_runs_inside_others_are_inside_them_here(mlflow: MlflowDatabase, store: Store) -> None:
    mlflow.run_row(RUN, tags={"mlflow.parentRunId": OTHER})
    mlflow.run_row(OTHER, start_time=1_800_000_000_000)
    store.take(mlflow.url)
    ids = {each.properties["run_id"].string_value: each.id for each in _contexts(store) if each.type == "mlflow.Run"}
    parents = store.service.call(
        "GetParentContextsByContext", rpc.GetParentContextsByContextRequest(context_id=ids[RUN])
    )
    assert ids[OTHER] in [each.id for each in parents.contexts]  # type: ignore[attr-defined]


def test_workspaces_keep_their_names_and_default_gets_the_one_that_is_named(
    mlflow: MlflowDatabase, store: Store
) -> None:
    mlflow.experiment(2, "theirs", workspace="other")
    mlflow.run_row(RUN)
    mlflow.run_row(OTHER, 2)
    store.take(mlflow.url, workspace="mine")
    assert store.runs_of("first", workspace="mine") == [RUN]
    assert store.runs_of("theirs", workspace="other") == [OTHER]


def test_one_source_can_be_imported_into_two_workspaces(mlflow: MlflowDatabase, store: Store) -> None:
    mlflow.run_row(RUN, metrics={"m": [1.0]})
    for workspace in ("one", "two"):
        done = store.take(mlflow.url, workspace=workspace)
        assert (done.new["runs"], done.failed.counts()) == (1, {})
        assert store.runs_of("first", workspace=workspace) == [RUN]


def _executions(store: Store) -> list[pb.Execution]:
    return list(store.service.call("GetExecutions", rpc.GetExecutionsRequest()).executions)  # type: ignore[attr-defined]


def _contexts(store: Store) -> list[pb.Context]:
    return list(store.service.call("GetContexts", rpc.GetContextsRequest()).contexts)  # type: ignore[attr-defined]
