"""What an MLflow server answers, as records. Numbers may come as texts, and what is empty is left out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from lineal.mlflow_sources.records import DEFAULT_WORKSPACE, DataSetUse, Experiment, Model, Run, Series

Fields = Mapping[str, Any]
_GREATEST = 1.7976931348623157e308
"""What a server answers in place of an infinity."""
_NAME_TAG = "mlflow.runName"


def experiment_of(told: Fields, workspace: str) -> Experiment:
    """Return an experiment of a workspace, "" on a server without workspaces."""
    return Experiment(
        id=str(told["experiment_id"]),
        name=told["name"],
        workspace=workspace or DEFAULT_WORKSPACE,
        artifact_location=told.get("artifact_location", ""),
        is_deleted=told.get("lifecycle_stage") == "deleted",
        created=number(told, "creation_time"),
        updated=number(told, "last_update_time"),
        tags=pairs(told.get("tags")),
    )


def run_of(told: Fields, experiment_id: str) -> Run:
    """Return a run of an experiment."""
    info, data = told["info"], told.get("data", {})
    inputs, outputs = told.get("inputs", {}), told.get("outputs", {})
    tags = pairs(data.get("tags"))
    return Run(
        run_id=info.get("run_id") or info["run_uuid"],
        experiment_id=experiment_id,
        name=info.get("run_name") or tags.get(_NAME_TAG, ""),
        user_id=info.get("user_id", ""),
        status=info.get("status", "RUNNING"),
        started=number(info, "start_time") or 0,
        ended=number(info, "end_time") or None,
        is_deleted=info.get("lifecycle_stage") == "deleted",
        artifact_uri=info.get("artifact_uri", ""),
        params=pairs(data.get("params")),
        tags=tags,
        inputs=[DataSetUse(each["dataset"], pairs(each.get("tags"))) for each in inputs.get("dataset_inputs", ())],
        models_read=[each["model_id"] for each in inputs.get("model_inputs", ())],
        models_made=[(each["model_id"], number(each, "step") or 0) for each in outputs.get("model_outputs", ())],
    )


def model_of(told: Fields) -> Model:
    """Return a logged model."""
    info, data = told["info"], told.get("data", {})
    return Model(
        model_id=info["model_id"],
        experiment_id=str(info["experiment_id"]),
        name=info.get("name", ""),
        model_type=info.get("model_type", ""),
        source_run_id=info.get("source_run_id", ""),
        status=info.get("status", "LOGGED_MODEL_PENDING"),
        artifact_uri=info.get("artifact_uri", ""),
        created=number(info, "creation_timestamp_ms"),
        updated=number(info, "last_updated_timestamp_ms"),
        params=pairs(data.get("params")),
        tags=pairs(info.get("tags")),
    )


def series_of(owner: str, key: str, points: Sequence[Fields]) -> Series:
    """Return points of a metric."""
    values = [float(point.get("value", 0)) for point in points]
    return Series(
        owner,
        key,
        [number(point, "step") or 0 for point in points],
        [number(point, "timestamp") or 0 for point in points],
        [math.copysign(math.inf, value) if abs(value) >= _GREATEST else value for value in values],
    )


def pairs(told: Sequence[Fields] | None) -> dict[str, str]:
    """Return tags or parameters."""
    return {each["key"]: each.get("value", "") for each in told or ()}


def number(told: Fields, name: str) -> int | None:
    """Return a whole number, None if there is none."""
    found = told.get(name)
    return None if found is None else int(found)
