"""Runs and logged models in a database of MLflow, with what belongs to them but their points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lineal.importing.reading import Reading
from lineal.mlflow_sources.records import DataSetUse, Model, Run

_RUN = ("run_uuid", "experiment_id", "name", "user_id", "status", "start_time", "end_time", "lifecycle_stage")
_DATA_SET = ("name", "digest", "dataset_source_type", "dataset_source", "dataset_schema", "dataset_profile")
_KEPT = ("name", "digest", "source_type", "source", "schema", "profile")
_MODEL = ("model_id", "experiment_id", "name", "model_type", "source_run_id", "status", "artifact_location")
_STATUSES = {1: "LOGGED_MODEL_PENDING", 2: "LOGGED_MODEL_READY", 3: "LOGGED_MODEL_UPLOAD_FAILED"}
_NAME_TAG = "mlflow.runName"


def read_runs(reading: Reading, ids: Sequence[str]) -> list[Run]:
    """Return those of some runs that are there, in the order of the ids."""
    columns = (*_RUN, "deleted_time", "artifact_uri")
    rows = {row[0]: row for row in reading.rows("runs", columns, where="run_uuid", among=ids)}
    params = reading.pairs("params", "run_uuid", "key", "value", ids)
    tags = reading.pairs("tags", "run_uuid", "key", "value", ids)
    inputs = _data_sets(reading, ids)
    read, made = _models(reading, ids)
    return [
        Run(
            run_id=run_id,
            experiment_id=str(rows[run_id][1]),
            name=rows[run_id][2] or tags.get(run_id, {}).get(_NAME_TAG, ""),
            user_id=rows[run_id][3] or "",
            status=rows[run_id][4] or "RUNNING",
            started=rows[run_id][5] or 0,
            ended=rows[run_id][6],
            is_deleted=rows[run_id][7] == "deleted",
            deleted=rows[run_id][8],
            artifact_uri=rows[run_id][9] or "",
            params=params.get(run_id, {}),
            tags=tags.get(run_id, {}),
            inputs=inputs.get(run_id, ()),
            models_read=read.get(run_id, ()),
            models_made=made.get(run_id, ()),
        )
        for run_id in ids
        if run_id in rows
    ]


def _data_sets(reading: Reading, ids: Sequence[str]) -> dict[str, list[DataSetUse]]:
    columns = ("destination_id", "source_id", "input_uuid", "source_type", "destination_type")
    rows = reading.rows("inputs", columns, where="destination_id", among=ids)
    used = [row[:3] for row in rows if row[3:] == ("DATASET", "RUN")]
    tags = reading.pairs("input_tags", "input_uuid", "name", "value", [row[2] for row in used])
    wanted = sorted({row[1] for row in used})
    known = {
        row[0]: _data_set(row[1:])
        for row in reading.rows("datasets", ("dataset_uuid", *_DATA_SET), where="dataset_uuid", among=wanted)
    }
    found: dict[str, list[DataSetUse]] = {}
    for run_id, data_set_id, input_id in used:
        if data_set_id in known:
            found.setdefault(run_id, []).append(DataSetUse(known[data_set_id], tags.get(input_id, {})))
    return found


def _data_set(values: Sequence[Any]) -> dict[str, str]:
    return {name: value for name, value in zip(_KEPT, values, strict=True) if value is not None}


def _models(reading: Reading, ids: Sequence[str]) -> tuple[dict[str, list[str]], dict[str, list[tuple[str, int]]]]:
    """Return the models that runs read, and those that they made with the steps, by the ids of the runs."""
    columns = ("source_id", "destination_id", "step", "source_type", "destination_type")
    read: dict[str, list[str]] = {}
    made: dict[str, list[tuple[str, int]]] = {}
    for run_id, model_id, step, *kinds in reading.rows("inputs", columns, where="source_id", among=ids):
        if kinds == ["RUN_INPUT", "MODEL_INPUT"]:
            read.setdefault(run_id, []).append(model_id)
        elif kinds == ["RUN_OUTPUT", "MODEL_OUTPUT"]:
            made.setdefault(run_id, []).append((model_id, step or 0))
    return read, made


def read_models(reading: Reading, ids: Sequence[str]) -> list[Model]:
    """Return those of some logged models that are there, in the order of the ids."""
    times = ("creation_timestamp_ms", "last_updated_timestamp_ms")
    columns = (*_MODEL, *times, "lifecycle_stage")
    rows = {row[0]: row for row in reading.rows("logged_models", columns, where="model_id", among=ids)}
    params = reading.pairs("logged_model_params", "model_id", "param_key", "param_value", ids)
    tags = reading.pairs("logged_model_tags", "model_id", "tag_key", "tag_value", ids)
    return [
        Model(
            model_id=model_id,
            experiment_id=str(rows[model_id][1]),
            name=rows[model_id][2],
            model_type=rows[model_id][3] or "",
            source_run_id=rows[model_id][4] or "",
            status=_STATUSES.get(rows[model_id][5], _STATUSES[1]),
            artifact_uri=rows[model_id][6] or "",
            created=rows[model_id][7],
            updated=rows[model_id][8],
            is_deleted=rows[model_id][9] == "deleted",
            params=params.get(model_id, {}),
            tags=tags.get(model_id, {}),
        )
        for model_id in ids
        if model_id in rows
    ]
