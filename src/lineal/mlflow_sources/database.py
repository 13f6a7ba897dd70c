"""A database of MLflow as a source, on SQLite, MySQL or PostgreSQL; nothing in it is changed.

Rows are read in pieces: 100,000 runs with their histories never are in memory together. What stays out: connections
(connecting.py), which columns there are (tables.py), and what is not read at all (left_behind.py).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from lineal.importing.findings import Findings
from lineal.importing.reading import open_source
from lineal.importing.tables import Wanted
from lineal.mlflow_sources import left_behind
from lineal.mlflow_sources.database_registry import registered_models
from lineal.mlflow_sources.database_runs import read_models, read_runs
from lineal.mlflow_sources.records import (
    DEFAULT_WORKSPACE,
    LONGEST_SERIES,
    Experiment,
    Model,
    RegisteredModel,
    Run,
    Series,
)
from lineal.urls import redact_url

Row = Sequence[Any]
NEEDED: Mapping[str, Sequence[str]] = {
    "experiments": ("experiment_id", "name", "artifact_location", "lifecycle_stage"),
    "runs": ("run_uuid", "experiment_id", "status", "start_time", "end_time", "lifecycle_stage", "artifact_uri"),
    "params": ("run_uuid", "key", "value"),
    "tags": ("run_uuid", "key", "value"),
    "metrics": ("run_uuid", "key", "value", "timestamp", "step", "is_nan"),
}
"""The columns without which nothing can be read; MLflow has had them since its version 1.1."""
_WANTED = Wanted(
    "MLflow",
    NEEDED,
    hint="name the one that `mlflow server` gets as --backend-store-uri",
    too_old=", which came with MLflow 1.1; run `mlflow db upgrade URL` with a newer MLflow on a copy, and import "
    "the copy",
)
_VALUES = ("step", "timestamp", "value", "is_nan")
_POINT = ("run_uuid", "key", *_VALUES)
_MODEL_POINT = (
    *("model_id", "metric_name", "run_id", "dataset_name", "dataset_digest"),
    *("metric_step", "metric_timestamp_ms", "metric_value", "is_nan"),
)
_BATCH, _BATCH_OF_FILE = 100, 25
"""How many runs are read together; those who write to a SQLite file wait meanwhile, for five seconds at most."""
_GREATEST = 1.7976931348623157e308
"""What MLflow's databases hold in place of an infinity."""


class DatabaseSource:
    """The source; `Source` explains its functions."""

    repeats_points = False

    def __init__(self, url: str, *, proxy: str = "") -> None:
        """Open a database.

        Args:
            url: its URL, as `mlflow server --backend-store-uri` takes it.
            proxy: the address of the server that keeps the files at `mlflow-artifacts:` addresses.

        Raises:
            StatusError: it cannot be read, or is none of MLflow.
        """
        self.shown, self.proxy, self.findings = redact_url(url), proxy, Findings()
        self._connection, self._reading = open_source(url, self.shown, "MLflow", _WANTED)
        self._tables = self._reading.tables
        self.batch_size = _BATCH_OF_FILE if self._connection.is_file else _BATCH

    def experiments(self) -> Sequence[Experiment]:
        """Return all experiments, deleted ones too, the oldest first."""
        with self._connection.state():
            names = ("experiment_id", "name", "workspace", "artifact_location", "lifecycle_stage")
            rows = self._reading.rows("experiments", (*names, "creation_time", "last_update_time"))
            tags = self._reading.pairs("experiment_tags", "experiment_id", "key", "value")
        rows.sort(key=itemgetter(0))
        return [
            Experiment(
                id=str(row[0]),
                name=row[1],
                workspace=row[2] or DEFAULT_WORKSPACE,
                artifact_location=row[3] or "",
                is_deleted=row[4] == "deleted",
                created=row[5],
                updated=row[6],
                tags=tags.get(row[0], {}),
            )
            for row in rows
        ]

    def count_runs(self) -> int | None:
        """Return how many runs there are."""
        return self._reading.count("runs")

    def run_batches(self, experiment_id: str, size: int) -> Iterator[Sequence[Run]]:
        """Yield the runs of an experiment, the oldest first."""
        runs = self._tables.table("runs")
        query = sa.select(runs.c.run_uuid).where(runs.c.experiment_id == int(experiment_id))
        ids = [row[0] for row in self._reading.query(query.order_by(runs.c.start_time, runs.c.run_uuid))]
        for start in range(0, len(ids), size):
            with self._connection.state():
                yield read_runs(self._reading, ids[start : start + size])

    def model_batches(self, experiment_id: str, size: int) -> Iterator[Sequence[Model]]:
        """Yield the logged models of an experiment, the oldest first."""
        if not self._tables.has("logged_models"):
            return
        models = self._tables.table("logged_models")
        query = sa.select(models.c.model_id).where(models.c.experiment_id == int(experiment_id))
        query = query.order_by(models.c.creation_timestamp_ms, models.c.model_id)
        ids = [row[0] for row in self._reading.query(query)]
        for start in range(0, len(ids), size):
            with self._connection.state():
                yield read_models(self._reading, ids[start : start + size])

    def point_counts(self, run_ids: Sequence[str]) -> Mapping[str, int] | None:
        """Return how many points runs have."""
        if not run_ids:
            return {}
        runs = self._tables.table("metrics").c.run_uuid
        query = sa.select(runs, sa.func.count()).where(runs.in_(run_ids)).group_by(runs)
        return {row[0]: int(row[1]) for row in self._reading.query(query)}

    def points(self, run_ids: Sequence[str]) -> Iterator[Series]:
        """Yield all points of runs."""
        return self._series("metrics", _POINT, run_ids, order=("run_uuid", "key", "step"))

    def model_points(self, model_ids: Sequence[str]) -> Iterator[Series]:
        """Yield all points of logged models."""
        order = ("model_id", "metric_name", "run_id", "dataset_name", "dataset_digest", "metric_step")
        return self._series("logged_model_metrics", _MODEL_POINT, model_ids, order=order)

    def _series(
        self, name: str, columns: Sequence[str], ids: Sequence[str], *, order: Sequence[str]
    ) -> Iterator[Series]:
        if not ids or not self._tables.has(name):
            return
        table = self._tables.table(name)
        owner, count = table.c[columns[0]], len(columns) - len(_VALUES)
        query = sa.select(*self._tables.columns(table, columns)).where(owner.in_(ids))
        query = query.order_by(*self._tables.columns(table, order))
        for rows in self._reading.pieces(query, LONGEST_SERIES):
            for of, found in groupby(rows, key=itemgetter(*range(count))):
                yield _series_of(of, list(found))

    def registered_models(self) -> Iterator[RegisteredModel]:
        """Yield the registered models with their versions."""
        return registered_models(self._reading)

    def left_behind(self) -> Mapping[str, int]:
        """Return how many things of kinds that are not imported there are."""
        return left_behind.counted(self._reading)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def _series_of(of: Row, rows: Sequence[Row]) -> Series:
    owner, key, *more = of
    steps, times, values, marks = zip(*[row[-len(_VALUES) :] for row in rows], strict=True)
    found = list(values)
    if any(marks) or None in values or not -_GREATEST < min(found) <= max(found) < _GREATEST:
        found = [_meant(value, bool(mark)) for value, mark in zip(values, marks, strict=True)]
    series = Series(owner, key, list(steps), list(times), found)
    if not more:
        return series
    run_id, name, digest = (each or "" for each in more)
    return series._replace(run_id=run_id, data_set=(name, digest))


def _meant(value: float | None, is_nan: bool) -> float:
    """Return the number that a client logged."""
    if is_nan or value is None:
        return math.nan
    return math.copysign(math.inf, value) if abs(value) >= _GREATEST else value
