"""A folder `mlruns`, written here in the form that MLflow gives it."""

from __future__ import annotations

import builtins
from pathlib import Path
from typing import Any

import pytest

from lineal import errors
from tests.mlflow_import.conftest import Store

RUN, OTHER, GONE = "0123456789abcdef0123456789abcdef", "f" * 32, "e" * 32
EXPERIMENT = "286259329957168655"


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")


def meta(path: Path, **fields: Any) -> None:
    write(path / "meta.yaml", "".join(f"{name}: {value}\n" for name, value in fields.items()))


@pytest.fixture
def mlruns(tmp_path: Path) -> Path:
    """A folder with an experiment, a run with everything, and a deleted experiment with a run."""
    top = tmp_path / "mlruns"
    first = top / EXPERIMENT
    times = {"creation_time": 1_600_000_000_000, "last_update_time": 1_600_000_000_009}
    meta(first, experiment_id=f"'{EXPERIMENT}'", name="first", lifecycle_stage="active", **times)
    write(first / "tags" / "team", "a")
    run = first / RUN
    own = {"run_id": RUN, "run_name": "calm-owl", "user_id": "ann", "status": 3, "start_time": 1_700_000_000_000}
    meta(run, **own, end_time=1_700_000_060_000, lifecycle_stage="active", artifact_uri=f"file://{run}/artifacts")
    write(run / "params" / "a" / "b", "x\r\n'y'")
    write(run / "tags" / "mlflow.runName", "calm-owl")
    write(run / "metrics" / "loss", "1700000000000 1.5 0\n1700000000001 nan 1\n1700000000002 -inf 2\n")
    write(run / "metrics" / "old", "1700000000000 0.25\n")
    meta(
        first / "datasets" / "d1",
        name="numbers",
        digest="8be7b4a3",
        source='\'{"uri": "/a.csv"}\'',
        source_type="local",
    )
    used = {"source_id": "d1", "source_type": "DATASET", "destination_id": "d1", "destination_type": "RUN"}
    meta(run / "inputs" / "i1", **used, tags="{mlflow.data.context: training}")
    gone = top / ".trash" / "642281270768825618"
    meta(gone, experiment_id="'642281270768825618'", name="gone", lifecycle_stage="deleted", **times)
    meta(gone / GONE, run_id=GONE, lifecycle_stage="deleted", status=1, start_time=5, deleted_time=7)
    return top


def test_a_run_of_a_folder_is_whole(mlruns: Path, store: Store) -> None:
    done = store.take(str(mlruns))
    assert (done.left_out.counts(), done.new["metric points"]) == ({}, 4)
    found = store.run(RUN)
    assert found["info"]["run_name"] == "calm-owl"
    assert (found["info"]["status"], found["info"]["end_time"]) == ("FINISHED", 1_700_000_060_000)
    assert found["data"]["params"] == [{"key": "a/b", "value": "x\r\n'y'"}]
    [used] = found["inputs"]["dataset_inputs"]
    assert used["tags"] == [{"key": "mlflow.data.context", "value": "training"}]
    assert (used["dataset"]["name"], used["dataset"]["source"]) == ("numbers", '{"uri": "/a.csv"}')
    assert [(time, step) for time, step, _ in store.history(RUN, "loss")] == [
        (1_700_000_000_000 + n, n) for n in range(3)
    ]
    assert store.history(RUN, "old") == [(1_700_000_000_000, 0, 0.25)]


def test_what_is_in_the_trash_is_deleted(mlruns: Path, store: Store) -> None:
    store.take(f"file://{mlruns}")
    assert store.experiment("gone")["lifecycle_stage"] == "deleted"
    assert store.run(GONE)["info"]["lifecycle_stage"] == "deleted"
    assert store.experiment("first")["tags"] == [{"key": "team", "value": "a"}]


def test_the_second_time_brings_nothing_new(mlruns: Path, store: Store) -> None:
    write(mlruns / EXPERIMENT / RUN / "metrics" / "twice", "5 1.0 0\n5 1.0 0\n5 nan 1\n5 nan 1\n")
    assert store.take(str(mlruns)).new["metric points"] == 6
    assert +store.take(str(mlruns)).new == {}


def test_what_cannot_be_read_is_named_and_the_rest_is_there(mlruns: Path, store: Store) -> None:
    run = mlruns / EXPERIMENT / RUN
    write(run / "metrics" / "odd", "1700000000000 1.0 0\nno point\n99999999999999999999 1.0 1\n1700000000002 0.")
    (run / "params" / "bytes").write_bytes(b"\xff\xfe")
    write(mlruns / EXPERIMENT / OTHER / "meta.yaml", "run_id: [")
    (mlruns / EXPERIMENT / "notes").mkdir()
    done = store.take(str(mlruns))
    assert done.left_out.counts() == {
        "lines of files of metrics that cannot be read": 3,
        "parameters and tags that cannot be read": 1,
        "runs whose meta.yaml cannot be read": 1,
        "folders without meta.yaml in experiments": 1,
    }
    [second, *_] = done.left_out.examples("lines of files of metrics that cannot be read")
    assert second == f"{EXPERIMENT}/{RUN}/metrics/odd:2"
    assert store.history(RUN, "odd") == [(1_700_000_000_000, 0, 1.0)]


def test_logged_models_and_the_registry_are_read(mlruns: Path, store: Store) -> None:
    first, registry = mlruns / EXPERIMENT, mlruns / "models" / "churn"
    times = {"creation_timestamp": 5, "last_updated_timestamp": 9}
    meta(first / "models" / "m-1", model_id="m-1", name="net", source_run_id=RUN, status=2, model_type="agent", **times)
    write(first / "models" / "m-1" / "metrics" / "acc", f"7 0.5 3 {RUN} the numbers 8be7b4a3\n8 0.6 4 {RUN}\n")
    made = {"source_id": "m-1", "source_type": "RUN_OUTPUT", "destination_id": "m-1"}
    meta(first / RUN / "outputs" / "m-1", **made, destination_type="MODEL_OUTPUT", step=4)
    meta(registry, name="churn", description="who leaves", **times)
    write(registry / "aliases" / "best", "1")
    meta(registry / "version-1", version=1, source="models:/m-1", run_id=RUN, current_stage="Staging", **times)
    meta(registry / "version-2", version=2, source="s3://b", run_id="null", current_stage="Deleted_Internal", **times)
    done = store.take(str(mlruns))
    assert (done.left_out.counts(), done.failed.counts()) == ({}, {})
    model = store.ask("logged-models/get", model_id="m-1")["model"]
    assert (model["info"]["status"], model["info"]["model_type"]) == ("LOGGED_MODEL_READY", "agent")
    told = [(each["value"], each["step"], each.get("dataset_name")) for each in model["data"]["metrics"]]
    assert sorted(told) == [(0.5, 3, "the numbers"), (0.6, 4, None)]
    assert store.run(RUN)["outputs"]["model_outputs"] == [{"model_id": "m-1", "step": 4}]
    [version] = store.ask("model-versions/search", filter="name='churn'")["model_versions"]
    assert (version["version"], version["current_stage"], version["run_id"]) == ("1", "Staging", RUN)
    assert store.ask("registered-models/get-by-alias", name="churn", alias="best")["model_version"]["version"] == "1"


def test_a_folder_without_experiments_is_refused(tmp_path: Path, store: Store) -> None:
    with pytest.raises(errors.InvalidArgumentError, match="has no experiments"):
        store.take(str(tmp_path))


def test_without_pyyaml_the_error_says_what_to_install(
    mlruns: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    importing = builtins.__import__

    def without(name: str, *given: Any, **named: Any) -> Any:
        if name == "yaml":
            raise ImportError(name)
        return importing(name, *given, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(errors.FailedPreconditionError, match=r"pip install 'lineal\[mlruns\]'"):
        store.take(str(mlruns))
