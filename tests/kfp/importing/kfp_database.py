"""Databases in the shape of Kubeflow Pipelines 3: the tables that its API server makes, with what an import reads.

The names, types and keys are those of its models (backend/src/apiserver/model). What stays out: indexes, and columns of
tables that nobody reads.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

ID, NAME, LONG, BIG, INT = sa.String(191), sa.String(128), sa.Text(), sa.BigInteger(), sa.Integer()
JSON = sa.JSON(none_as_null=True)
SHAPE: dict[str, dict[str, Any]] = {
    "experiments": {
        **{"UUID": ID, "Name": NAME, "Description": LONG, "CreatedAtInSec": BIG, "Namespace": sa.String(63)},
        **{"LastRunCreatedAtInSec": BIG, "StorageState": NAME},
    },
    "pipelines": {"UUID": sa.String(64), "CreatedAtInSec": BIG, "Name": NAME, "DisplayName": NAME, "Namespace": NAME},
    "pipeline_versions": {"UUID": ID, "Name": NAME, "PipelineId": ID, "PipelineSpec": LONG},
    "jobs": {"UUID": ID, "DisplayName": NAME},
    "db_statuses": {"HaveSamplesLoaded": sa.Boolean()},
    "run_details": {
        **{"UUID": ID, "DisplayName": NAME, "Name": NAME, "Description": LONG, "Namespace": sa.String(63)},
        **{"ExperimentUUID": sa.String(64), "JobUUID": ID, "StorageState": NAME, "ServiceAccount": NAME},
        **{"PipelineId": ID, "PipelineVersionId": ID, "PipelineName": NAME, "PipelineSpecManifest": LONG},
        **{"WorkflowSpecManifest": LONG, "Parameters": LONG, "RuntimeParameters": LONG, "PipelineRoot": LONG},
        **{"CreatedAtInSec": BIG, "ScheduledAtInSec": BIG, "FinishedAtInSec": BIG, "Conditions": sa.String(125)},
        **{"State": NAME, "StateHistory": LONG, "PipelineContextId": BIG, "PipelineRunContextId": BIG},
    },
    "run_metrics": {"RunUUID": ID, "NodeID": ID, "Name": ID, "NumberValue": sa.Float(53), "Format": NAME},
    "tasks": {
        **{"UUID": ID, "Namespace": sa.String(63), "RunUUID": ID, "pods": JSON, "CreatedAtInSec": BIG},
        **{"StartedInSec": BIG, "FinishedInSec": BIG, "Fingerprint": sa.String(255), "Name": NAME, "DisplayName": NAME},
        **{"ParentTaskUUID": ID, "State": INT, "StatusMetadata": JSON, "StateHistory": JSON, "InputParameters": JSON},
        **{"OutputParameters": JSON, "Type": INT, "TypeAttrs": JSON, "ScopePath": LONG, "LogicalKey": sa.String(64)},
    },
    "artifacts": {
        **{"UUID": ID, "Namespace": sa.String(63), "Type": INT, "URI": sa.String(2048), "URIHash": sa.String(64)},
        **{"Name": NAME, "Description": LONG, "CreatedAtInSec": BIG, "LastUpdateInSec": BIG, "Metadata": JSON},
        **{"NumberValue": sa.Float(53), "IdentityKey": sa.String(64)},
    },
    "artifact_tasks": {
        **{"UUID": ID, "ArtifactID": ID, "TaskID": ID, "Type": INT, "Iteration": BIG, "RunUUID": ID},
        **{"Producer": JSON, "ArtifactKey": ID},
    },
}
START = 1_780_000_000
"""When the first run began, in seconds."""


class KfpDatabase:
    """A database that a test fills with rows; what a row leaves out is NULL."""

    def __init__(self, url: str, shape: dict[str, dict[str, Any]] = SHAPE) -> None:
        self.url, self._shape = url, shape
        self._metadata = sa.MetaData()
        for name, columns in shape.items():
            made = [sa.Column(each, kind, primary_key=each == "UUID") for each, kind in columns.items()]
            sa.Table(name, self._metadata, *made)
        self._engine = sa.create_engine(url)
        self._metadata.create_all(self._engine)
        self._links = 0

    def add(self, table: str, **row: Any) -> None:
        """Add a row."""
        with self._engine.begin() as connection:
            connection.execute(sa.insert(self._metadata.tables[table]), [row])

    @contextmanager
    def writing(self) -> Iterator[Callable[[str, list[dict[str, Any]]], None]]:
        """Add rows to tables in one transaction, by the function that this yields."""
        with self._engine.begin() as connection:

            def write(table: str, rows: list[dict[str, Any]]) -> None:
                connection.execute(sa.insert(self._metadata.tables[table]), rows)

            yield write

    def change(self, table: str, key: str, **row: Any) -> None:
        """Change a row."""
        held = self._metadata.tables[table]
        with self._engine.begin() as connection:
            connection.execute(sa.update(held).where(key == held.c.UUID).values(**row))

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Return the rows of a table."""
        with self._engine.begin() as connection:
            return [dict(row._mapping) for row in connection.execute(sa.select(self._metadata.tables[table]))]

    def run(self, run_id: str, *, pipeline: str = "churn", **more: Any) -> str:
        """Add a run of a pipeline."""
        spec = f"components: {{}}\npipelineInfo:\n  description: what\n  name: {pipeline}\nroot: {{}}\n"
        row = {
            **{"DisplayName": f"run {run_id}", "Name": run_id, "Namespace": "team-a", "StorageState": "AVAILABLE"},
            **{"CreatedAtInSec": START, "ScheduledAtInSec": 0, "FinishedAtInSec": START + 60, "State": "SUCCEEDED"},
            **{"Conditions": "Succeeded", "PipelineSpecManifest": spec, "ExperimentUUID": "e-1"},
            **{"RuntimeParameters": json.dumps({"seed": 7}), "PipelineRoot": "minio://artifacts/v2"},
        }
        self.add("run_details", UUID=run_id, **{**row, **more})
        return run_id

    def task(
        self, task_id: str, run_id: str, name: str, *, parent: str | None = None, kind: int = 2, **more: Any
    ) -> str:
        """Add a task."""
        row = {
            **{"Namespace": "team-a", "pods": [], "CreatedAtInSec": START + 1, "StartedInSec": START + 2},
            **{"FinishedInSec": START + 30, "Fingerprint": "", "DisplayName": name, "State": 2, "TypeAttrs": {}},
            **{"ScopePath": f"root.{name}", "StateHistory": []},
        }
        self.add("tasks", UUID=task_id, RunUUID=run_id, Name=name, ParentTaskUUID=parent, Type=kind, **{**row, **more})
        return task_id

    def artifact(self, artifact_id: str, kind: int, **more: Any) -> str:
        """Add an artifact."""
        row = {
            **{"Namespace": "team-a", "URI": f"minio://artifacts/{artifact_id}", "CreatedAtInSec": START + 20},
            **{"LastUpdateInSec": START + 20},
        }
        self.add("artifacts", UUID=artifact_id, Type=kind, **{**row, **more})
        return artifact_id

    def link(self, artifact_id: str, task_id: str, run_id: str, kind: int, key: str, **more: Any) -> None:
        """Add a link."""
        self._links += 1
        row = {"UUID": f"link-{run_id}-{self._links}", "Iteration": -1, **more}
        self.add(
            "artifact_tasks", ArtifactID=artifact_id, TaskID=task_id, RunUUID=run_id, Type=kind, ArtifactKey=key, **row
        )

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()
