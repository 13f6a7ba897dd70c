"""Records a rich set of runs, models and versions with MLflow's own client.

Run by a Python with mlflow: `python record.py URL`, where the URL is a tracking URI of any kind.
"""

from __future__ import annotations

import json
import math
import sys
import warnings
from typing import Any

import mlflow
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric
from mlflow.tracking import MlflowClient

IS_NEW = int(mlflow.__version__.partition(".")[0]) >= 3
START = 1_700_000_000_000


def main(uri: str) -> None:
    """Record everything."""
    warnings.simplefilter("ignore")
    mlflow.set_tracking_uri(uri)
    client = MlflowClient(uri, uri)
    first = client.create_experiment("first", tags={"team": "a", "mlflow.note.content": "a\nnote"})
    second = client.create_experiment("zweites Ünicode / x", artifact_location="s3://bucket/there")
    gone = client.create_experiment("gone")
    runs = [record_run(client, first, number) for number in range(6)]
    record_run(client, "0", 6)
    record_run(client, second, 7)
    record_run(client, gone, 8)
    client.delete_experiment(gone)
    client.delete_run(runs[2])
    client.set_tag(runs[3], "mlflow.parentRunId", runs[0])
    source = record_model(client, first, runs) if IS_NEW else "s3://bucket/m"
    record_registry(client, source, runs[0])
    print("recorded")


def record_run(client: MlflowClient, experiment: str, number: int) -> str:
    """Record a run with everything; return its id."""
    tags = {"mlflow.user": "ann", "k": "v\nline 2"}
    run = client.create_run(experiment, start_time=START + number, run_name=f"run {number}", tags=tags).info.run_id
    for key, value in {"lr": str(number / 10), "a/b.c": "x: 'y' \"z\"\n# ü", "empty": ""}.items():
        client.log_param(run, key, value)
    client.log_batch(run, metrics=[Metric("loss", 1 / (step + 1), START + step, step) for step in range(50)])
    odd = [math.nan, math.inf, -math.inf, 1e-320, 5.0]
    client.log_batch(run, metrics=[Metric("odd", value, START, step) for step, value in enumerate(odd)])
    client.log_batch(run, metrics=[Metric("a/b c", value, time, -7) for value, time in ((3.0, 5), (2.0, 6))])
    source = json.dumps({"uri": "/data/numbers.csv"})
    data_set = Dataset("numbers", "8be7b4a3", "local", source, '{"schema": 1}', '{"rows": 2}')
    context = InputTag("mlflow.data.context", "training")
    client.log_inputs(run, [DatasetInput(data_set, [context])])
    status = ["FINISHED", "FAILED", "KILLED", "RUNNING"][number % 4]
    if status != "RUNNING":
        client.set_terminated(run, status, end_time=START + 60_000)
    return str(run)


def record_model(client: MlflowClient, experiment: str, runs: list[str]) -> str:
    """Record logged models with metrics and links; return the source of one."""
    from mlflow.entities import LoggedModelInput, LoggedModelOutput

    model = client.create_logged_model(
        experiment, name="net", source_run_id=runs[0], tags={"t": "1"}, params={"p": "2"}, model_type="agent"
    )
    client.finalize_logged_model(model.model_id, "READY")
    client.log_outputs(runs[0], [LoggedModelOutput(model.model_id, 7)])
    client.log_inputs(runs[1], models=[LoggedModelInput(model.model_id)])
    client.log_metric(runs[0], "acc", 0.5, timestamp=START, step=1, model_id=model.model_id)
    on: dict[str, Any] = {"dataset_name": "numbers", "dataset_digest": "8be7b4a3"}
    client.log_metric(runs[3], "acc", 0.75, timestamp=START, step=2, model_id=model.model_id, **on)
    client.create_logged_model(experiment, name="pending", source_run_id=runs[1])
    return f"models:/{model.model_id}"


def record_registry(client: MlflowClient, source: str, run: str) -> None:
    """Record registered models with versions, aliases and stages."""
    client.create_registered_model("churn", tags={"rt": "1"}, description="who leaves")
    client.create_registered_model("empty one")
    known = {"model_id": source.rpartition("/")[2]} if IS_NEW else {}
    client.create_model_version("churn", source, run_id=run, tags={"vt": "x"}, description="the first", **known)
    for name in ("second", "third"):
        client.create_model_version("churn", f"s3://bucket/{name}")
    for alias, version in (("champion", "1"), ("other", "1"), ("challenger", "2")):
        client.set_registered_model_alias("churn", alias, version)
    client.transition_model_version_stage("churn", "2", "Archived")
    client.delete_model_version("churn", "3")
    client.create_model_version("churn", "s3://bucket/fourth")


if __name__ == "__main__":
    main(sys.argv[1])
