"""The database of an API server of Kubeflow Pipelines 3, on MySQL, PostgreSQL or SQLite; nothing in it is changed.

Runs are read in batches with all that belongs to them. What stays out: connections and queries (lineal/importing), the
forms of columns (forms.py), and what is not read at all (left_behind.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa

from lineal.importing.findings import Findings
from lineal.importing.reading import open_source
from lineal.importing.tables import Wanted
from lineal.kfp_sources import forms, left_behind
from lineal.kfp_sources.records import Artifact, Link, Run, RunMetric, Task, WholeRun
from lineal.urls import redact_url

Row = Sequence[Any]
Value = TypeVar("Value")
_WANTED = Wanted(
    "Kubeflow Pipelines",
    {
        "run_details": ("UUID", "DisplayName", "Namespace", "CreatedAtInSec"),
        "tasks": ("UUID", "RunUUID", "Name", "State", "Type", "ParentTaskUUID", "TypeAttrs"),
        "artifacts": ("UUID", "Type", "URI", "Name", "Metadata"),
        "artifact_tasks": ("ArtifactID", "TaskID", "Type", "RunUUID", "ArtifactKey"),
    },
    hint="name the one of the API server (mlpipeline), of version 3. Version 2 keeps lineage in the database of the "
    "metadata server (metadb), which Lineal opens without an import",
    too_old=", which came with version 3. Version 2 keeps lineage in the database of the metadata server (metadb), "
    "which Lineal opens without an import",
)
_BATCH, _BATCH_OF_FILE = 100, 25
"""How many runs are read together; those who write to a SQLite file wait meanwhile."""
_PIECE = 500
"""How many ids a query names."""
_RUN = (
    *("UUID", "DisplayName", "Name", "Namespace", "ExperimentUUID", "Description", "State", "Conditions"),
    *("StorageState", "ServiceAccount", "JobUUID", "PipelineRoot", "RuntimeParameters", "CreatedAtInSec"),
    *("ScheduledAtInSec", "FinishedAtInSec", "PipelineName", "PipelineId"),
)
_SPECIFICATIONS = ("PipelineSpecManifest", "WorkflowSpecManifest")
_FEW = 10
"""How many specifications are read together: each can have a megabyte."""
_TASK = (
    *("UUID", "RunUUID", "ParentTaskUUID", "Name", "DisplayName", "Type", "State", "StatusMetadata", "Namespace"),
    *("Fingerprint", "pods", "TypeAttrs", "ScopePath", "InputParameters", "OutputParameters", "CreatedAtInSec"),
    *("StartedInSec", "FinishedInSec"),
)
_ARTIFACT = (
    *("UUID", "Type", "Name", "URI", "Namespace", "Description", "Metadata", "NumberValue", "CreatedAtInSec"),
    "LastUpdateInSec",
)
_LINK = ("ArtifactID", "TaskID", "RunUUID", "Type", "ArtifactKey", "Iteration")


class DatabaseSource:
    """The source; `Source` explains its functions."""

    def __init__(self, url: str, namespaces: Sequence[str] = ()) -> None:
        """Open a database.

        Args:
            url: its URL.
            namespaces: the namespaces whose runs are wanted; none for all.

        Raises:
            StatusError: it cannot be read, or is none of Kubeflow Pipelines 3.
        """
        self.shown, self.findings = redact_url(url), Findings()
        self._namespaces = list(namespaces)
        self._connection, self._reading = open_source(url, self.shown, "Kubeflow Pipelines", _WANTED)
        self._tables = self._reading.tables
        self._size = _BATCH_OF_FILE if self._connection.is_file else _BATCH

    def count_runs(self) -> int | None:
        """Return how many runs there are."""
        return self._reading.count("run_details", self._wanted("run_details"))

    def _wanted(self, table: str) -> sa.ColumnElement[bool] | None:
        if not self._namespaces:
            return None
        wanted: sa.ColumnElement[bool] = self._tables.table(table).c.Namespace.in_(self._namespaces)
        return wanted

    def _ids(self, name: str, more: sa.ColumnElement[bool] | None = None) -> list[str]:
        """Return the ids of wanted rows, the oldest first."""
        table, wanted = self._tables.table(name), self._wanted(name)
        query = sa.select(table.c.UUID).order_by(table.c.CreatedAtInSec, table.c.UUID)
        for condition in (wanted, more):
            query = query if condition is None else query.where(condition)
        return [row[0] for row in self._reading.query(query)]

    def run_batches(self) -> Iterator[Sequence[WholeRun]]:
        """Yield the runs, the oldest first."""
        ids = self._ids("run_details")
        for start in range(0, len(ids), self._size):
            with self._connection.state():
                batch = self._whole(ids[start : start + self._size])
            yield batch

    def _whole(self, ids: Sequence[str]) -> list[WholeRun]:
        runs = self._runs(ids)
        tasks, links = self._by_run("tasks", _TASK, ids, _task), self._by_run("artifact_tasks", _LINK, ids, _link)
        named = {link.artifact_id for found in links.values() for link in found}
        artifacts = {each.artifact_id: each for each in self._artifacts(sorted(named))}
        return [
            WholeRun(
                run,
                tasks.get(run.run_id, ()),
                links.get(run.run_id, ()),
                {
                    each.artifact_id: artifacts[each.artifact_id]
                    for each in links.get(run.run_id, ())
                    if each.artifact_id in artifacts
                },
            )
            for run in runs
        ]

    def _by_run(
        self, table: str, columns: Sequence[str], ids: Sequence[str], made: Callable[[Row], tuple[str, Value]]
    ) -> dict[str, list[Value]]:
        found: dict[str, list[Value]] = {}
        for row in self._reading.rows(table, columns, where="RunUUID", among=ids):
            run_id, value = made(row)
            found.setdefault(run_id, []).append(value)
        return found

    def _runs(self, ids: Sequence[str]) -> list[Run]:
        rows = {row[0]: row for row in self._reading.rows("run_details", _RUN, where="UUID", among=ids)}
        experiments = self._names("experiments", "Name", {row[4] for row in rows.values()})
        pipelines = self._names("pipelines", "Name", {row[-1] for row in rows.values()})
        metrics = self._by_run("run_metrics", ("RunUUID", "NodeID", "Name", "NumberValue"), ids, _run_metric)
        specified = self._specified(list(rows))
        return [
            _run(rows[each], specified.get(each, ""), experiments, pipelines, metrics.get(each, ()))
            for each in ids
            if each in rows
        ]

    def _specified(self, ids: Sequence[str]) -> dict[str, str]:
        """Return the names of pipelines that the specifications of runs say, by the runs' ids."""
        found: dict[str, str] = {}
        for column in _SPECIFICATIONS:
            lacking = [each for each in ids if not found.get(each)]
            for start in range(0, len(lacking), _FEW):
                piece = lacking[start : start + _FEW]
                for run_id, text in self._reading.rows("run_details", ("UUID", column), where="UUID", among=piece):
                    found[run_id] = forms.pipeline_name(text)
        return found

    def _names(self, table: str, column: str, ids: set[Any]) -> dict[str, str]:
        known = sorted(each for each in ids if each)
        return {row[0]: row[1] or "" for row in self._reading.rows(table, ("UUID", column), where="UUID", among=known)}

    def _artifacts(self, ids: Sequence[str]) -> Iterator[Artifact]:
        for start in range(0, len(ids), _PIECE):
            piece = ids[start : start + _PIECE]
            yield from map(_artifact, self._reading.rows("artifacts", _ARTIFACT, where="UUID", among=piece))

    def loose_artifacts(self) -> Iterator[Sequence[Artifact]]:
        """Yield the artifacts that no task is linked to."""
        linked = self._tables.table("artifact_tasks")
        artifacts = self._tables.table("artifacts")
        ids = self._ids("artifacts", artifacts.c.UUID.not_in(sa.select(linked.c.ArtifactID)))
        for start in range(0, len(ids), _PIECE):
            with self._connection.state():
                found = list(self._artifacts(ids[start : start + _PIECE]))
            yield found

    def left_behind(self) -> Mapping[str, int]:
        """Return how many things of kinds that are not imported there are."""
        return left_behind.counted(self._reading, self._namespaces)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def _run(
    row: Row, specified: str, experiments: Mapping[str, str], pipelines: Mapping[str, str], metrics: Sequence[RunMetric]
) -> Run:
    told = dict(zip(_RUN, row, strict=True))
    return Run(
        run_id=told["UUID"],
        name=told["DisplayName"] or told["Name"] or "",
        pipeline=specified or pipelines.get(told["PipelineId"] or "", "") or told["PipelineName"] or "",
        namespace=told["Namespace"] or "",
        experiment_id=told["ExperimentUUID"] or "",
        experiment=experiments.get(told["ExperimentUUID"] or "", ""),
        description=told["Description"] or "",
        state=(told["State"] or told["Conditions"] or "").upper(),
        is_archived="ARCHIVED" in (told["StorageState"] or ""),
        service_account=told["ServiceAccount"] or "",
        recurring_run_id=told["JobUUID"] or "",
        pipeline_root=told["PipelineRoot"] or "",
        parameters=forms.an_object(told["RuntimeParameters"]),
        created=forms.seconds(told["CreatedAtInSec"]),
        scheduled=forms.seconds(told["ScheduledAtInSec"]),
        ended=forms.seconds(told["FinishedAtInSec"]),
        metrics=metrics,
    )


def _run_metric(row: Row) -> tuple[str, RunMetric]:
    run_id, node, name, value = row
    return run_id, RunMetric(node, name, float(value or 0))


def _task(row: Row) -> tuple[str, Task]:
    told = dict(zip(_TASK, row, strict=True))
    attributes, status = forms.an_object(told["TypeAttrs"]), forms.an_object(told["StatusMetadata"])
    return told["RunUUID"], Task(
        task_id=told["UUID"],
        run_id=told["RunUUID"],
        parent_id=told["ParentTaskUUID"] or "",
        name=told["Name"] or "",
        display_name=told["DisplayName"] or "",
        kind=forms.named(told["Type"], forms.TASK_TYPES),
        state=forms.named(told["State"], forms.TASK_STATES),
        message=str(status.get("message") or ""),
        namespace=told["Namespace"] or "",
        fingerprint=told["Fingerprint"] or "",
        pods=forms.pods(told["pods"]),
        iteration_index=forms.whole(forms.field_of(attributes, "iteration_index")),
        iteration_count=forms.whole(forms.field_of(attributes, "iteration_count")),
        downloads=bool(forms.field_of(attributes, "download_to_workspace")),
        scope_path=told["ScopePath"] or "",
        inputs=forms.parameters(told["InputParameters"]),
        outputs=forms.parameters(told["OutputParameters"]),
        created=forms.seconds(told["CreatedAtInSec"]),
        started=forms.seconds(told["StartedInSec"]),
        ended=forms.seconds(told["FinishedInSec"]),
    )


def _link(row: Row) -> tuple[str, Link]:
    artifact_id, task_id, run_id, type_, key, iteration = row
    number = forms.whole(iteration)
    return run_id, Link(
        artifact_id,
        task_id,
        run_id,
        forms.named(type_, forms.LINK_TYPES),
        key or "",
        None if number is None or number < 0 else number,
    )


def _artifact(row: Row) -> Artifact:
    told = dict(zip(_ARTIFACT, row, strict=True))
    return Artifact(
        artifact_id=told["UUID"],
        type=forms.named(told["Type"], forms.ARTIFACT_TYPES),
        name=told["Name"] or "",
        uri=told["URI"] or "",
        namespace=told["Namespace"] or "",
        description=told["Description"] or "",
        metadata=forms.an_object(told["Metadata"]),
        number=None if told["NumberValue"] is None else float(told["NumberValue"]),
        created=forms.seconds(told["CreatedAtInSec"]),
        updated=forms.seconds(told["LastUpdateInSec"]),
    )
