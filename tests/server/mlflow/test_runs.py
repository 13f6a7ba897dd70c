"""Runs: their fields, parameters, tags and metrics, and the executions that they are."""

from __future__ import annotations

import math
from typing import Any

import pytest

from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.server.mlflow.door import Door


def test_a_new_run_has_what_it_was_given(door: Door) -> None:
    made = door.post(
        "runs/create",
        experiment_id="0",
        user_id="ann",
        run_name="first",
        start_time=1_700_000_000_000,
        tags=[{"key": "team", "value": "risk"}],
    )["run"]
    info = made["info"]
    assert (info["run_name"], info["user_id"], info["status"]) == ("first", "ann", "RUNNING")
    assert (info["experiment_id"], info["start_time"], info["lifecycle_stage"]) == ("0", 1_700_000_000_000, "active")
    assert info["artifact_uri"] == f"mlflow-artifacts:/{door.workspace}/0/{info['run_id']}/artifacts"
    assert "end_time" not in info
    assert {each["key"]: each["value"] for each in made["data"]["tags"]} == {"team": "risk", "mlflow.runName": "first"}
    assert door.get("runs/get", run_id=info["run_id"])["run"]["info"] == info


@pytest.mark.parametrize(
    ("place", "files"),
    [
        ("s3://bucket/x", "s3://bucket/x/RUN/artifacts"),
        ("s3://bucket/x/", "s3://bucket/x/RUN/artifacts"),
        ("gs://bucket/x?user=a", "gs://bucket/x/RUN/artifacts?user=a"),
    ],
)
def test_the_files_of_a_run_are_inside_the_place_of_its_experiment(door: Door, place: str, files: str) -> None:
    run = door.run(door.experiment("elsewhere", artifact_location=place))
    uri = door.get("runs/get", run_id=run)["run"]["info"]["artifact_uri"]
    assert uri == files.replace("RUN", run)


def test_a_run_without_a_name_gets_one(door: Door) -> None:
    names = {door.get("runs/get", run_id=door.run())["run"]["info"]["run_name"] for _ in range(3)}
    assert len(names) == 3
    assert all(name.count("-") == 2 for name in names)


def test_a_run_is_an_execution_in_a_context_inside_its_experiment(door: Door) -> None:
    experiment = door.experiment("churn")
    run = door.run(experiment, run_name="first")
    [execution] = door.executions()
    assert execution.external_id == f"mlflow:{door.workspace}:run:{run}"
    assert execution.custom_properties["__kf_workspace__"].string_value == door.workspace
    request = rpc.GetContextsByExecutionRequest(execution_id=execution.id)
    response: Any = door.service.call("GetContextsByExecution", request)
    held = {each.type: each for each in response.contexts}
    assert set(held) == {"kubeflow.org/alpha/workspace", "mlflow.Experiment", "mlflow.Run"}
    assert held["mlflow.Run"].name == f"first {run[:12]}"
    parents: Any = door.service.call(
        "GetParentContextsByContext", rpc.GetParentContextsByContextRequest(context_id=held["mlflow.Run"].id)
    )
    assert [each.id for each in parents.contexts] == [int(experiment)]


def test_status_and_end_are_those_of_the_execution(door: Door) -> None:
    run = door.run()
    states = {"FINISHED": pb.Execution.COMPLETE, "FAILED": pb.Execution.FAILED, "KILLED": pb.Execution.CANCELED}
    assert door.post("runs/update", run_id=run, status=4)["run_info"]["status"] == "FAILED"
    for status, state in states.items():
        info = door.post("runs/update", run_id=run, status=status, end_time="1700000000500")["run_info"]
        assert (info["status"], info["end_time"]) == (status, 1_700_000_000_500)
        [execution] = door.executions()
        assert execution.last_known_state == state
        assert execution.custom_properties["__ended__"].int_value == 1_700_000_000_500


def test_the_name_and_its_tag_are_one(door: Door) -> None:
    run = door.run(run_name="first")
    door.post("runs/update", run_id=run, run_name="second")
    assert door.data(run)["tags"]["mlflow.runName"] == "second"
    door.post("runs/set-tag", run_id=run, key="mlflow.runName", value="third")
    assert f"third {run[:12]}" in [each.name for each in door.contexts()]
    assert door.get("runs/get", run_id=run)["run"]["info"]["run_name"] == "third"
    door.post("runs/set-tag", run_id=run, key="mlflow.runName", value="")
    assert door.get("runs/get", run_id=run)["run"]["info"]["run_name"] == "third"
    refusal = door.refused(
        "runs/create", experiment_id="0", run_name="a", tags=[{"key": "mlflow.runName", "value": "b"}]
    )
    assert refusal.startswith("INVALID_PARAMETER_VALUE: run_name says 'a'")


def test_a_batch_is_logged_as_a_whole_or_not_at_all(door: Door) -> None:
    run = door.run()
    points = [
        {"key": "auc", "value": 0.5, "timestamp": 1, "step": 0},
        {"key": "auc", "value": 0.75, "timestamp": 2, "step": 1},
        {"key": "loss", "value": "NaN", "timestamp": 2},
        {"key": "bound", "value": "-Infinity", "timestamp": 2},
    ]
    door.post("runs/log-batch", run_id=run, metrics=points, params=[{"key": "rate", "value": "0.1"}])
    found = door.data(run)
    assert found["params"] == {"rate": "0.1"}
    assert found["metrics"] == {"auc": 0.75, "loss": "NaN", "bound": -1.7976931348623157e308}
    refusal = door.refused(
        "runs/log-batch",
        run_id=run,
        metrics=[{"key": "late", "value": 1, "timestamp": 3}],
        params=[{"key": "new", "value": "1"}, {"key": "rate", "value": "0.2"}],
        tags=[{"key": "t", "value": "1"}],
    )
    assert "'rate' from '0.1' to '0.2'" in refusal
    assert refusal.startswith("INVALID_PARAMETER_VALUE")
    assert door.data(run)["params"] == {"rate": "0.1"}
    assert "late" not in door.data(run)["metrics"]


def test_a_call_that_is_repeated_changes_nothing(door: Door) -> None:
    run = door.run()
    point = {"key": "auc", "value": 0.5, "timestamp": 7, "step": 3}
    for _ in range(2):
        door.post("runs/log-metric", run_id=run, **point)
        door.post("runs/log-parameter", run_id=run, key="rate", value="0.1")
        door.post("runs/set-tag", run_id=run, key="team", value="risk")
    assert door.get("metrics/get-history", run_id=run, metric_key="auc")["metrics"] == [point]
    assert door.data(run)["params"] == {"rate": "0.1"}


def test_parameters_tags_and_metrics_of_one_key_are_three(door: Door) -> None:
    run = door.run()
    door.post("runs/log-parameter", run_id=run, key="rate", value="a")
    door.post("runs/set-tag", run_id=run, key="rate", value="b")
    door.post("runs/log-metric", run_id=run, key="rate", value=2, timestamp=1)
    found = door.data(run)
    assert (found["params"]["rate"], found["tags"]["rate"], found["metrics"]["rate"]) == ("a", "b", 2.0)


@pytest.mark.parametrize("key", ["__kf_workspace__", "__kf_run__", "__archived__", "__ALL_META__", "__started__"])
def test_no_key_of_a_client_is_one_of_the_records_own(door: Door, key: str) -> None:
    run = door.run()
    before = door.executions()[0].custom_properties
    own = {name: value for name, value in before.items() if name.startswith("__")}
    door.post("runs/set-tag", run_id=run, key=key, value="elsewhere")
    door.post("runs/log-parameter", run_id=run, key=key, value="elsewhere")
    door.post("experiments/set-experiment-tag", experiment_id="0", key=key, value="elsewhere")
    after = door.executions()[0].custom_properties
    assert {name: value for name, value in after.items() if name.startswith("__")} == own
    assert door.data(run)["tags"][key] == "elsewhere"
    assert door.get("experiments/get", experiment_id="0")["experiment"]["name"] == "Default"


def test_a_history_comes_in_pages(door: Door) -> None:
    run = door.run()
    points = [{"key": "auc", "value": step / 8, "timestamp": 100 - step, "step": step} for step in range(8)]
    door.post("runs/log-batch", run_id=run, metrics=points)
    whole = door.get("metrics/get-history", run_id=run, metric_key="auc")
    assert whole == {"metrics": points[::-1]}  # by time, and then by step
    first = door.get("metrics/get-history", run_id=run, metric_key="auc", max_results="5")
    rest = door.get(
        "metrics/get-history", run_id=run, metric_key="auc", max_results="5", page_token=first["next_page_token"]
    )
    assert first["metrics"] + rest["metrics"] == points[::-1]
    assert "next_page_token" not in rest
    assert door.get("metrics/get-history", run_id=run, metric_key="none") == {}
    assert door.get("metrics/get-history", run_id="none", metric_key="auc") == {}
    for wrong in ({"max_results": "0"}, {"max_results": "5", "page_token": "x"}):
        refusal = door.not_found("metrics/get-history", run_id=run, metric_key="auc", **wrong)
        assert refusal.startswith("INVALID_PARAMETER_VALUE")


@pytest.mark.parametrize("timestamp", [1000, "1000", 1000.0])
def test_a_whole_number_may_be_written_as_a_text_or_with_a_fraction_of_zero(door: Door, timestamp: object) -> None:
    run = door.run()
    door.post("runs/log-metric", run_id=run, key="loss", value="0.5", timestamp=timestamp, step=2.0)
    [point] = door.get("metrics/get-history", run_id=run, metric_key="loss")["metrics"]
    assert (point["timestamp"], point["step"], point["value"]) == (1000, 2, 0.5)


def test_nan_is_a_number_in_the_history(door: Door) -> None:
    run = door.run()
    door.post("runs/log-metric", run_id=run, key="loss", value="NaN", timestamp=1)
    [point] = door.get("metrics/get-history", run_id=run, metric_key="loss")["metrics"]
    assert math.isnan(float(point["value"]))


def test_a_deleted_run_is_read_and_not_changed(door: Door) -> None:
    run = door.run()
    door.post("runs/set-tag", run_id=run, key="a", value="1")
    for _ in range(2):
        door.post("runs/delete", run_id=run)
    assert door.get("runs/get", run_id=run)["run"]["info"]["lifecycle_stage"] == "deleted"
    point = {"key": "a", "value": 1, "timestamp": 1}
    for call, fields in {
        "runs/update": {"status": "FAILED"},
        "runs/log-metric": point,
        "runs/log-parameter": {"key": "a", "value": "1"},
        "runs/set-tag": {"key": "a", "value": "2"},
        "runs/delete-tag": {"key": "a"},
        "runs/log-batch": {"metrics": [point]},
    }.items():
        assert "restore it first" in door.refused(call, run_id=run, **fields), call
    for _ in range(2):
        door.post("runs/restore", run_id=run)
    door.post("runs/delete-tag", run_id=run, key="a")
    assert door.refused("runs/delete-tag", run_id=run, key="a").startswith("RESOURCE_DOES_NOT_EXIST")


@pytest.mark.parametrize(
    ("call", "fields", "says"),
    [
        ("runs/log-metric", {"key": "a", "value": 1}, "the field 'timestamp' is missing"),
        ("runs/log-metric", {"key": "a", "value": "x", "timestamp": 1}, "the field 'value' must be a number"),
        ("runs/log-metric", {"key": "a", "value": 1, "timestamp": -1}, "give milliseconds since the epoch"),
        ("runs/log-metric", {"key": "a", "value": 1, "timestamp": 1.5}, "must be a whole number of 64 bits"),
        ("runs/log-metric", {"key": "a", "value": 1, "timestamp": True}, "must be a whole number of 64 bits"),
        ("runs/log-metric", {"key": "a", "value": 1, "timestamp": 1e19}, "must be a whole number of 64 bits"),
        ("runs/log-metric", {"key": "a", "value": 1, "timestamp": 1, "dataset_name": "wine"}, "give both, or none"),
        ("runs/log-metric", {"key": "a$", "value": 1, "timestamp": 1}, "'name' cannot be 'a$'"),
        ("runs/log-parameter", {"key": "a//b", "value": "1"}, "as the path of a file it would be 'a/b'"),
        ("runs/log-parameter", {"key": "a" * 250, "value": "1"}, "it has 250 characters; use up to 249"),
        ("runs/set-tag", {"key": "a" * 251, "value": "1"}, "it has 251 characters; use up to 250"),
        ("runs/log-parameter", {"key": "a", "value": 1}, "the field 'value' must be a text, and it is 1"),
        ("runs/set-tag", {"key": "/a", "value": "1"}, "'key' cannot be '/a'"),
        ("runs/log-batch", {"metrics": [{"key": "a", "timestamp": 1}]}, "the field 'metrics[0].value' is missing"),
        ("runs/log-batch", {"params": [{"key": "a"}, {"key": "a"}]}, "is given twice in one call"),
        ("runs/log-batch", {"tags": [{"key": str(n)} for n in range(101)]}, "has 101 tags, and one takes up to 100"),
        (
            "runs/log-batch",
            {"metrics": [{"key": "a", "value": n, "timestamp": n} for n in range(1001)]},
            "has 1001 metrics",
        ),
    ],
)
def test_what_cannot_be_logged_is_refused(door: Door, call: str, fields: dict[str, object], says: str) -> None:
    run = door.run()
    refusal = door.refused(call, run_id=run, **fields)
    assert refusal.startswith("INVALID_PARAMETER_VALUE: ")
    assert says in refusal
    assert door.data(run)["metrics"] == {}


def test_long_values_are_cut_as_mlflow_cuts_them(door: Door) -> None:
    run = door.run()
    door.post("runs/log-parameter", run_id=run, key="a" * 249, value="x" * 7000)
    door.post("runs/set-tag", run_id=run, key="b" * 250, value="x" * 9000)
    found = door.data(run)
    assert [len(found["params"]["a" * 249]), len(found["tags"]["b" * 250])] == [6000, 8000]


def test_an_unknown_run_is_said(door: Door) -> None:
    assert door.not_found("runs/get", run_id="0" * 32).startswith("RESOURCE_DOES_NOT_EXIST")
    assert door.not_found("runs/get").startswith("INVALID_PARAMETER_VALUE: the field 'run_id' is missing")
    assert door.refused("runs/set-tag", run_id="none", key="a").startswith("RESOURCE_DOES_NOT_EXIST")


def test_older_clients_name_a_run_by_its_uuid(door: Door) -> None:
    run = door.run()
    door.post("runs/log-parameter", run_uuid=run, key="rate", value="0.1")
    assert door.get("runs/get", run_uuid=run)["run"]["info"]["run_id"] == run


def parents(door: Door, run: str) -> set[str]:
    """Return the types and names of the contexts that hold the context of a run."""
    [context] = [each for each in door.contexts() if each.properties["run_id"].string_value == run]
    request = rpc.GetParentContextsByContextRequest(context_id=context.id)
    found: Any = door.service.call("GetParentContextsByContext", request)
    return {f"{each.type} {each.properties['name'].string_value}" for each in found.contexts}


def test_a_run_is_inside_the_run_that_its_tag_names(door: Door) -> None:
    outer, other = door.run(run_name="outer"), door.run(run_name="other")
    inner = door.run(run_name="inner", tags=[{"key": "mlflow.parentRunId", "value": outer}])
    assert parents(door, inner) == {"mlflow.Experiment Default", "mlflow.Run outer"}
    door.post("runs/set-tag", run_id=inner, key="mlflow.parentRunId", value=other)
    assert parents(door, inner) == {"mlflow.Experiment Default", "mlflow.Run other"}
    door.post("runs/log-batch", run_id=other, tags=[{"key": "mlflow.parentRunId", "value": inner}])  # a circle
    assert parents(door, other) == {"mlflow.Experiment Default"}
    door.post("runs/delete-tag", run_id=inner, key="mlflow.parentRunId")
    assert parents(door, inner) == {"mlflow.Experiment Default"}
    door.post("runs/set-tag", run_id=inner, key="mlflow.parentRunId", value="nobody")
    assert parents(door, inner) == {"mlflow.Experiment Default"}
