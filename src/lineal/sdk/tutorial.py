"""The tutorial as a program: the steps of examples/tutorial.ipynb, which print what they store.

A bakery forecasts how many loaves to bake. Every run makes new versions, so that it can be repeated in one store.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from uuid import uuid4

from lineal.sdk.artifacts import Artifact, DataSet, Metrics, Model
from lineal.sdk.executions import Execution, Run
from lineal.sdk.store import Store
from lineal.sdk.workspace import Workspace
from lineal.wire import metadata_store as pb

Write = Callable[[str], None]

WORKSPACE_NAME = "bakery"
MODEL_NAME = "loaf-forecast"
MODEL_URI = "gs://bakery/models/loaf-forecast"
TEAM = "forecasting"


class ServingLoad(Artifact):
    """A custom artifact type: what a serving process used up, with numbers as numbers."""

    ARTIFACT_TYPE_NAME = "bakery.example/serving_load"

    def __init__(
        self, uri: str, latency_ms: float, memory_mib: int, labels: Mapping[str, str], create_time: str
    ) -> None:
        self.id: int | None = None
        self.create_time = create_time
        self.uri = uri
        self.latency_ms = latency_ms
        self.memory_mib = memory_mib
        self.labels = labels

    def serialization(self) -> pb.Artifact:
        """Return the record; the type gets these properties when the first one is logged."""
        return pb.Artifact(
            uri=self.uri,
            properties={
                "latency_ms": pb.Value(double_value=self.latency_ms),
                "memory_mib": pb.Value(int_value=self.memory_mib),
                "labels": pb.Value(string_value=json.dumps(dict(self.labels))),
                "create_time": pb.Value(string_value=self.create_time),
            },
        )


@dataclass(frozen=True)
class _Trained:
    """What the training left behind."""

    execution: Execution
    model: Model
    data_set: DataSet


def run(url: str, *, write: Write) -> None:
    """Run the tutorial in a store and print what happens.

    Args:
        url: the store, such as sqlite:///metadata.db or grpc://localhost:8080.
        write: takes each line of the account.

    Raises:
        StatusError: the store cannot be opened or reached.

    """
    store = Store(url=url)
    with contextlib.closing(store.store):
        workspace = Workspace(
            store, WORKSPACE_NAME, description="How many loaves to bake", labels={"team": TEAM, "site": "mill street"}
        )
        write(f"workspace {workspace.name!r} has id {workspace.context_id}")
        trained = _train(workspace, write)
        _serve(workspace, trained.model, write)
        _list(workspace, trained.model, write)
        _look_back(workspace, trained, write)
        _monitor(workspace, trained.model, write)


def _train(workspace: Workspace, write: Write) -> _Trained:
    """Train a model from a data set and an older model, and evaluate it."""
    version = uuid4().hex[:8]
    with Run(workspace, f"nightly-{version}", description="trains on the orders of the last four weeks") as nightly:
        training = Execution("train", workspace, nightly, description="fits the forecast")
        data_set = training.log_input(_orders(version))
        base = training.log_input(Model(name="season-encoder", uri="gs://bakery/models/season-encoder", version="7"))
        model = training.log_output(_forecast(version))
        metrics = training.log_output(_evaluation(data_set, model))
    write(
        f"run {nightly.name!r}: execution {training.id} read data set {data_set.id} and model {base.id} (as its base),"
    )
    write(f"  wrote model {model.id} (version {model.version}) and metrics {metrics.id}: {metrics.values}")
    return _Trained(training, model, data_set)


def _orders(version: str) -> DataSet:
    return DataSet(
        name="orders",
        uri="bigquery://bakery/orders",
        version=version,
        owner="till@bakery.example",
        query="SELECT day, loaf, count(*) FROM orders WHERE day > current_date - 28 GROUP BY day, loaf",
    )


def _forecast(version: str) -> Model:
    return Model(
        name=MODEL_NAME,
        uri=MODEL_URI,
        version=version,
        owner="forecasting@bakery.example",
        description="loaves for each day and kind",
        model_type="neural network",
        training_framework={"name": "tensorflow", "version": "2.15"},
        hyperparameters={"learning_rate": 0.05, "layers": [28, 14, 7], "early_stop": True},
        labels={"team": TEAM, "season": "autumn"},
    )


def _evaluation(data_set: DataSet, model: Model) -> Metrics:
    metrics = Metrics(
        name="holdout-week",
        uri=f"{MODEL_URI}/evaluation.csv",
        data_set_id=str(data_set.id),
        model_id=str(model.id),
        metrics_type=Metrics.VALIDATION,
        values={"mean_error": 3.2, "days_sold_out": 1},
        labels={"team": TEAM},
    )
    metrics.create_time = _days_ago(3)
    return metrics


def _days_ago(days: int) -> str:
    """Return a time as the SDK records it: what is measured on one day may be recorded on a later one."""
    time = datetime.now(timezone.utc) - timedelta(days=days)
    return time.replace(tzinfo=None).isoformat() + "Z"


def _serve(workspace: Workspace, model: Model, write: Write) -> None:
    """Serve the model: name, uri and version are enough to find the record of the training."""
    serving = Execution("serve", workspace, description="answers the shop's requests")
    served = serving.log_input(Model(name=model.name, uri=model.uri, version=model.version))
    write(f"execution {serving.id} serves model {served.id}, found again by name, uri and version")


def _list(workspace: Workspace, model: Model, write: Write) -> None:
    """List models: all, those with a label, one by its name."""
    write(f"models in the workspace: {[(found['id'], found['name']) for found in workspace.list()]}")
    autumn = workspace.list(Model.ARTIFACT_TYPE_NAME, labels={"season": "autumn"}, name=MODEL_NAME)
    newest = autumn[-1]
    write(f"models for the autumn: {[found['id'] for found in autumn]}; the newest was trained with")
    write(f"  {newest['training_framework']} and {newest['hyperparameters']}")


def _look_back(workspace: Workspace, trained: _Trained, write: Write) -> None:
    """Follow events by hand, and the lineage as a whole."""
    events = workspace.store.get_events_by_artifact_ids([trained.model.id or 0])
    write(f"model {trained.model.id} was touched by executions {sorted({event.execution_id for event in events})}")
    events = workspace.store.get_events_by_execution_ids([trained.execution.id])
    write(f"execution {trained.execution.id} touched artifacts {sorted({event.artifact_id for event in events})}")
    lineage = trained.model.lineage()
    write(f"model {trained.model.id} came from artifacts {[found['id'] for found in lineage.upstream.artifacts]}")
    write(f"  and went into executions {[found['name'] for found in lineage.downstream.executions]}")


def _monitor(workspace: Workspace, model: Model, write: Write) -> None:
    """Log how the model and its server fare over three days, under labels that they share; then read it back."""
    labels = {"service": "forecast", "version": model.version or ""}
    monitoring = Execution("monitor", workspace, description="compares forecasts with sales")
    monitoring.log_input(model)
    observed = (("mon", 3.1, 12.5), ("tue", 3.4, 13.0), ("wed", 4.9, 31.5))
    for ago, (day, mean_error, latency_ms) in zip((2, 1, 0), observed, strict=True):
        quality_of_day = _observed(day, mean_error, model, labels)
        quality_of_day.create_time = _days_ago(ago)
        monitoring.log_output(quality_of_day)
        monitoring.log_output(ServingLoad(f"{MODEL_URI}/load/{day}", latency_ms, 210, labels, _days_ago(ago)))
    quality = workspace.list(Metrics.ARTIFACT_TYPE_NAME, labels=labels)
    load = workspace.list(ServingLoad.ARTIFACT_TYPE_NAME, labels=labels)
    write(f"mean error over the days: {[found['values']['mean_error'] for found in quality]}")
    write(f"latency over the days, in ms: {[found['latency_ms'] for found in load]}")


def _observed(day: str, mean_error: float, model: Model, labels: Mapping[str, str]) -> Metrics:
    return Metrics(
        name=f"sales-{day}",
        uri=f"{MODEL_URI}/production/{day}.csv",
        model_id=str(model.id),
        metrics_type=Metrics.PRODUCTION,
        values={"mean_error": mean_error},
        labels=labels,
    )
