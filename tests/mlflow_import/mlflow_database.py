"""Databases in the shape of MLflow's, made without mlflow: the tables that an import reads, as some versions have them.

`NEW` has what MLflow 3.17 has, `OLD` what 2.9 has, and `OLDEST` what the readers need at least. What stays out: tables
that nobody reads, constraints, and the order of columns.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

TEXT, KEY, NUMBER, BIG, REAL, TRUTH = (
    sa.Text(),
    sa.String(250),
    sa.Integer(),
    sa.BigInteger(),
    sa.Float(53),
    sa.Boolean(),
)
OLDEST: dict[str, dict[str, Any]] = {
    "experiments": {"experiment_id": NUMBER, "name": KEY, "artifact_location": KEY, "lifecycle_stage": KEY},
    "runs": {
        **{"run_uuid": sa.String(32), "name": KEY, "user_id": KEY, "status": sa.String(9), "start_time": BIG},
        **{"end_time": BIG, "lifecycle_stage": KEY, "artifact_uri": KEY, "experiment_id": NUMBER},
    },
    "params": {"key": KEY, "value": TEXT, "run_uuid": sa.String(32)},
    "tags": {"key": KEY, "value": TEXT, "run_uuid": sa.String(32)},
    "metrics": {
        **{"key": KEY, "value": REAL, "timestamp": BIG, "run_uuid": sa.String(32), "step": BIG, "is_nan": TRUTH}
    },
}
OLD = {
    **OLDEST,
    "experiments": {**OLDEST["experiments"], "creation_time": BIG, "last_update_time": BIG},
    "runs": {**OLDEST["runs"], "deleted_time": BIG},
    "experiment_tags": {"key": KEY, "value": TEXT, "experiment_id": NUMBER},
    "datasets": {
        **{"dataset_uuid": KEY, "experiment_id": NUMBER, "name": sa.String(500), "digest": KEY},
        **dict.fromkeys(("dataset_source_type", "dataset_source", "dataset_schema", "dataset_profile"), TEXT),
    },
    "inputs": dict.fromkeys(("input_uuid", "source_type", "source_id", "destination_type", "destination_id"), KEY),
    "input_tags": {"input_uuid": KEY, "name": KEY, "value": TEXT},
    "registered_models": {"name": KEY, "creation_time": BIG, "last_updated_time": BIG, "description": TEXT},
    "registered_model_tags": {"key": KEY, "value": TEXT, "name": KEY},
    "registered_model_aliases": {"alias": KEY, "version": NUMBER, "name": KEY},
    "model_versions": {
        **{"name": KEY, "version": NUMBER, "creation_time": BIG, "last_updated_time": BIG},
        **dict.fromkeys(("description", "user_id", "current_stage", "source", "run_id", "status", "run_link"), TEXT),
        **{"status_message": TEXT, "storage_location": TEXT},
    },
    "model_version_tags": {"key": KEY, "value": TEXT, "name": KEY, "version": NUMBER},
}
_IN_WORKSPACES = (
    *("experiments", "registered_models", "registered_model_tags", "registered_model_aliases"),
    *("model_versions", "model_version_tags"),
)
NEW = {
    **{name: {**columns, **({"workspace": KEY} if name in _IN_WORKSPACES else {})} for name, columns in OLD.items()},
    "inputs": {**OLD["inputs"], "step": BIG},
    "logged_models": {
        **{"model_id": KEY, "experiment_id": NUMBER, "name": sa.String(500), "artifact_location": TEXT},
        **{"creation_timestamp_ms": BIG, "last_updated_timestamp_ms": BIG, "status": NUMBER, "lifecycle_stage": KEY},
        **{"model_type": KEY, "source_run_id": KEY, "status_message": TEXT},
    },
    "logged_model_metrics": {
        **{"model_id": KEY, "metric_name": sa.String(500), "metric_timestamp_ms": BIG, "metric_step": BIG},
        **{"metric_value": REAL, "experiment_id": NUMBER, "run_id": KEY, "dataset_name": KEY, "dataset_digest": KEY},
    },
    "logged_model_params": {"model_id": KEY, "experiment_id": NUMBER, "param_key": KEY, "param_value": TEXT},
    "logged_model_tags": {"model_id": KEY, "experiment_id": NUMBER, "tag_key": KEY, "tag_value": TEXT},
    "workspaces": {"name": KEY},
    "trace_info": {"request_id": KEY, "experiment_id": NUMBER},
}


@dataclass
class MlflowDatabase:
    """A database that a test fills with rows; what a row leaves out is NULL."""

    url: str
    shape: dict[str, dict[str, Any]] = field(default_factory=lambda: NEW)

    def __post_init__(self) -> None:
        self._metadata = sa.MetaData()
        for name, columns in self.shape.items():
            sa.Table(name, self._metadata, *[sa.Column(each, kind, quote=True) for each, kind in columns.items()])
        self._engine = sa.create_engine(self.url)
        self._metadata.create_all(self._engine)

    def add(self, table: str, *rows: dict[str, Any]) -> None:
        """Add rows."""
        if rows:
            with self._engine.begin() as connection:
                connection.execute(sa.insert(self._metadata.tables[table]), list(rows))

    def run(self, text: str) -> None:
        """Run a statement."""
        with self._engine.begin() as connection:
            connection.execute(sa.text(text))

    def experiment(self, number: int, name: str, **more: Any) -> int:
        """Add an experiment; return its id."""
        known = {"creation_time": 1_600_000_000_000 + number, "last_update_time": 1_600_000_100_000 + number}
        row = {"experiment_id": number, "name": name, "lifecycle_stage": "active", **known, **more}
        self.add("experiments", {key: value for key, value in row.items() if key in self.shape["experiments"]})
        return number

    def run_row(
        self,
        run_id: str,
        experiment: int = 1,
        *,
        params: dict[str, str] | None = None,
        tags: dict[str, str] | None = None,
        metrics: dict[str, list[float]] | None = None,
        **more: Any,
    ) -> str:
        """Add a run with parameters, tags and the values of metrics by step; return its id."""
        row = {
            **{"run_uuid": run_id, "experiment_id": experiment, "name": f"run {run_id}", "user_id": "ann"},
            **{"status": "FINISHED", "start_time": 1_700_000_000_000, "end_time": 1_700_000_060_000},
            **{"lifecycle_stage": "active", "artifact_uri": f"s3://bucket/{experiment}/{run_id}/artifacts", **more},
        }
        self.add("runs", {key: value for key, value in row.items() if key in self.shape["runs"]})
        for table, pairs in (("params", params), ("tags", tags)):
            self.add(table, *[{"key": key, "value": value, "run_uuid": run_id} for key, value in (pairs or {}).items()])
        for key, values in (metrics or {}).items():
            self.points(run_id, key, values)
        return run_id

    def points(self, run_id: str, key: str, values: list[float], *, first: int = 0) -> None:
        """Add points of a metric, one for each step from the first on; NaN is stored as MLflow stores it."""
        rows = []
        for step, value in enumerate(values, start=first):
            is_nan = value != value
            rows.append({"key": key, "value": 0.0 if is_nan else value, "step": step, "is_nan": is_nan})
        self.add(
            "metrics", *[{**row, "timestamp": 1_700_000_000_000 + row["step"], "run_uuid": run_id} for row in rows]
        )

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()
