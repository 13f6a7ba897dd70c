"""What an MLflow server tells its client of everything it has, as lines of JSON that can be compared.

Run by a Python with mlflow: `python told.py URL`. Ids of experiments are those of each server, so they become names.
"""

from __future__ import annotations

import json
import math
import sys
from typing import Any

import mlflow
from mlflow.entities import ViewType
from mlflow.tracking import MlflowClient

IS_NEW = int(mlflow.__version__.partition(".")[0]) >= 3


def main(uri: str) -> None:
    """Print everything."""
    client = MlflowClient(uri, uri)
    names = {}
    for experiment in client.search_experiments(view_type=ViewType.ALL):
        names[experiment.experiment_id] = experiment.name
        tell("experiment", experiment.name, told_experiment(experiment))
    for experiment_id, name in names.items():
        for run in client.search_runs([experiment_id], run_view_type=ViewType.ALL):
            tell("run", run.info.run_id, {"experiment": name, **told_run(client, client.get_run(run.info.run_id))})
        if IS_NEW:
            for model in client.search_logged_models([experiment_id]):
                tell("logged model", model.model_id, {"experiment": name, **told_model(model)})
    for registered in client.search_registered_models():
        tell("registered model", registered.name, told_registered(registered))
        for version in client.search_model_versions(f"name='{registered.name}'"):
            whole = client.get_model_version(registered.name, version.version)
            tell("version", f"{registered.name} {version.version}", told_version(client, whole))


def tell(kind: str, which: str, what: dict[str, Any]) -> None:
    """Print a thing."""
    print(json.dumps([kind, which, what], sort_keys=True))


def told_experiment(experiment: Any) -> dict[str, Any]:
    """Return what is told of an experiment."""
    return {
        "created": experiment.creation_time,
        "updated": experiment.last_update_time,
        "stage": experiment.lifecycle_stage,
        "place": experiment.artifact_location,
        "tags": dict(experiment.tags),
    }


def told_run(client: MlflowClient, run: Any) -> dict[str, Any]:
    """Return what is told of a run."""
    info = {name: value for name, value in dict(run.info).items() if name != "experiment_id"}
    inputs, outputs = getattr(run, "inputs", None), getattr(run, "outputs", None)
    return {
        "info": {name: str(value) for name, value in info.items()},
        "params": run.data.params,
        "tags": run.data.tags,
        "metrics": {key: number(value) for key, value in run.data.metrics.items()},
        "history": {
            key: [point(each) for each in client.get_metric_history(run.info.run_id, key)] for key in run.data.metrics
        },
        "data sets": sorted(
            json.dumps([dict(each.dataset), sorted((tag.key, tag.value) for tag in each.tags)])
            for each in (inputs.dataset_inputs if inputs else ())
        ),
        "models read": sorted(each.model_id for each in getattr(inputs, "model_inputs", None) or ()),
        "models made": sorted((each.model_id, each.step) for each in getattr(outputs, "model_outputs", None) or ()),
    }


def told_model(model: Any) -> dict[str, Any]:
    """Return what is told of a logged model."""
    return {
        "name": model.name,
        "created": model.creation_timestamp,
        "updated": model.last_updated_timestamp,
        "status": str(model.status),
        "type": model.model_type or "",
        "run": model.source_run_id or "",
        "place": model.artifact_location,
        "tags": dict(model.tags),
        "params": dict(model.params),
        "metrics": sorted([each.run_id, each.dataset_name or "", *point(each)] for each in model.metrics or ()),
    }


def told_registered(model: Any) -> dict[str, Any]:
    """Return what is told of a registered model."""
    return {
        "created": model.creation_timestamp,
        "updated": model.last_updated_timestamp,
        "description": model.description or "",
        "tags": dict(model.tags),
        "aliases": dict(model.aliases),
        "latest": sorted((each.version, each.current_stage) for each in model.latest_versions),
    }


def told_version(client: MlflowClient, version: Any) -> dict[str, Any]:
    """Return what is told of a version."""
    return {
        "created": version.creation_timestamp,
        "updated": version.last_updated_timestamp,
        "description": version.description or "",
        "stage": version.current_stage,
        "source": version.source,
        "run": version.run_id or "",
        "status": version.status,
        "tags": dict(version.tags),
        "aliases": sorted(version.aliases),
        "place": client.get_model_version_download_uri(version.name, version.version),
    }


def point(metric: Any) -> list[Any]:
    """Return a point."""
    return [metric.key, number(metric.value), metric.timestamp, metric.step]


def number(value: float) -> float | str:
    """Return a number that is equal to itself."""
    return "NaN" if math.isnan(value) else value


if __name__ == "__main__":
    main(sys.argv[1])
