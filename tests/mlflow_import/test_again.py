"""An import that is run again: after it ended, after it was killed, and after the source has grown."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from lineal.mlflow.importing import histories
from lineal.upkeep.opening import open_service
from tests.mlflow_import.conftest import Store
from tests.mlflow_import.mlflow_database import MlflowDatabase

RUN = "0123456789abcdef0123456789abcdef"


def rich(mlflow: MlflowDatabase) -> None:
    """Give a source one of everything."""
    mlflow.run_row(RUN, params={"p": "1"}, tags={"t": "2"}, metrics={"m": [1.0, 2.0, 3.0]})
    mlflow.add(
        "datasets", {"dataset_uuid": "d", "experiment_id": 1, "name": "n", "digest": "g", "dataset_source": "{}"}
    )
    used = {"input_uuid": "i", "source_type": "DATASET", "source_id": "d", "destination_type": "RUN"}
    mlflow.add("inputs", {**used, "destination_id": RUN})
    known = {"artifact_location": "s3://b/m", "creation_timestamp_ms": 5, "last_updated_timestamp_ms": 9}
    mlflow.add("logged_models", {"model_id": "m-1", "experiment_id": 1, "name": "mm", "status": 2, **known})
    point = {"metric_name": "acc", "metric_timestamp_ms": 7, "metric_step": 0, "metric_value": 0.5, "experiment_id": 1}
    mlflow.add("logged_model_metrics", {"model_id": "m-1", "run_id": RUN, **point})
    mlflow.add("registered_models", {"name": "reg", "creation_time": 5, "last_updated_time": 6})
    mlflow.add("model_versions", {"name": "reg", "version": 1, "creation_time": 5, "source": "models:/m-1"})
    mlflow.add("registered_model_aliases", {"alias": "best", "version": 1, "name": "reg"})


def test_the_second_time_brings_nothing_new(mlflow: MlflowDatabase, store: Store) -> None:
    rich(mlflow)
    first = store.take(mlflow.url)
    before = everything(store)
    second = store.take(mlflow.url)
    assert first.new["runs"] == 1
    assert (+second.new, second.differing.counts()) == ({}, {})
    assert second.known["metric points"] == 0
    assert everything(store) == before


def test_a_source_that_has_grown_brings_what_is_new(mlflow: MlflowDatabase, store: Store) -> None:
    mlflow.run_row(RUN, status="RUNNING", end_time=None, params={"p": "1"}, metrics={"m": [1.0, 2.0]})
    store.take(mlflow.url)
    mlflow.run(f"UPDATE runs SET status = 'FAILED', end_time = 1700000099000 WHERE run_uuid = '{RUN}'")
    mlflow.add("params", {"key": "q", "value": "2", "run_uuid": RUN})
    mlflow.points(RUN, "m", [3.0], first=2)
    mlflow.points(RUN, "n", [9.0])
    mlflow.run_row("f" * 32)
    done = store.take(mlflow.url)
    assert {what: count for what, count in done.new.items() if count} == {
        "runs": 1,
        "parameters": 1,
        "ended runs": 1,
        "metric points": 2,
    }
    info = store.run(RUN)["info"]
    assert (info["status"], info["end_time"]) == ("FAILED", 1_700_000_099_000)
    assert [value for *_, value in store.history(RUN, "m")] == [1.0, 2.0, 3.0]


def test_what_was_changed_here_stays_and_is_counted(mlflow: MlflowDatabase, store: Store) -> None:
    mlflow.run_row(RUN, tags={"t": "there"})
    store.take(mlflow.url)
    store.ask("runs/set-tag", run_id=RUN, key="t", value="here")
    store.ask("runs/delete", run_id=RUN)
    done = store.take(mlflow.url)
    assert done.differing.counts() == {"runs with other tags": 1, "runs that are deleted on one side alone": 1}
    found = store.run(RUN)
    assert (found["data"]["tags"], found["info"]["lifecycle_stage"]) == ([{"key": "t", "value": "here"}], "deleted")


def test_an_experiment_that_was_renamed_here_is_found_again(mlflow: MlflowDatabase, store: Store) -> None:
    store.take(mlflow.url)
    store.ask("experiments/update", experiment_id=store.experiment("first")["experiment_id"], new_name="renamed")
    mlflow.run_row(RUN)
    done = store.take(mlflow.url)
    assert done.new["experiments"] == 0
    assert store.runs_of("renamed") == [RUN]


def test_an_experiment_with_the_name_takes_the_runs_in(mlflow: MlflowDatabase, store: Store) -> None:
    here = store.ask("experiments/create", name="first")["experiment_id"]
    mlflow.run_row(RUN)
    store.take(mlflow.url)
    assert store.run(RUN)["info"]["experiment_id"] == here


def test_points_of_a_batch_that_was_cut_off_are_completed(
    mlflow: MlflowDatabase, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for each in range(8):
        mlflow.run_row(f"{each:032x}", metrics={"m": [float(step) for step in range(30)], "n": [1.0]})
    add, count = histories.add, 0

    def fails(*given: object, **named: object) -> int:
        nonlocal count
        count += 1
        if count == 5:
            raise KeyboardInterrupt
        return add(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(histories, "MOST_POINTS", 20)
    monkeypatch.setattr(histories, "add", fails)
    with pytest.raises(KeyboardInterrupt):
        store.take(mlflow.url)
    monkeypatch.undo()
    assert 0 < sum(len(store.history(f"{each:032x}", "m")) for each in range(8)) < 240
    store.take(mlflow.url)
    for each in range(8):
        assert store.history(f"{each:032x}", "m") == [(1_700_000_000_000 + n, n, float(n)) for n in range(30)]
        latest = {point["key"]: point["value"] for point in store.run(f"{each:032x}")["data"]["metrics"]}
        assert latest == {"m": 29.0, "n": 1.0}
    assert +store.take(mlflow.url).new == {}


@pytest.mark.long
def test_a_process_that_was_killed_is_run_again(mlflow: MlflowDatabase, tmp_path: Path) -> None:
    for each in range(300):
        mlflow.run_row(f"{each:032x}", metrics={"m": [float(step) for step in range(100)]})
    url = f"sqlite:///{tmp_path}/killed.db"
    command = [sys.executable, "-m", "lineal", "import", "mlflow", mlflow.url, "--db", url]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        file = tmp_path / "killed.db-wal"
        end = time.monotonic() + 60
        while time.monotonic() < end and process.poll() is None and not (file.exists() and file.stat().st_size > 2e6):
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    with closing(open_service(url)) as service:
        store = Store(url, service)
        assert len(store.runs_of("first")) == 300
        assert {len(store.history(f"{each:032x}", "m")) for each in range(300)} == {100}


def everything(store: Store) -> list[object]:
    """Return what the store answers of all records."""
    wanted = [store.experiment("first")["experiment_id"]]
    return [
        store.ask("runs/search", experiment_ids=wanted, run_view_type="ALL"),
        store.ask("logged-models/search", experiment_ids=wanted),
        store.ask("registered-models/search"),
        store.history(RUN, "m"),
    ]
