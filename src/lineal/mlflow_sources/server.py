"""An MLflow server as a source, over its REST interface.

It does not say when something was deleted, nor shows deleted models and versions. What stays out: HTTP
(http_client.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from lineal.importing.findings import Findings
from lineal.mlflow_sources.http_client import HttpClient
from lineal.mlflow_sources.records import Experiment, Model, RegisteredModel, Run, Series
from lineal.mlflow_sources.server_records import experiment_of, model_of, run_of, series_of
from lineal.mlflow_sources.server_registry import registered_models

Fields = dict[str, Any]
_PAGE = 1000
_MODELS_PAGE = 50
_HISTORY_PAGE = 25_000
_MOST_RUNS = 100


class ServerSource:
    """The source; `Source` explains its functions."""

    repeats_points = True
    batch_size = 100

    def __init__(self, url: str) -> None:
        """Connect to a server.

        Raises:
            InvalidArgumentError: the address is wrong, or there is no MLflow server.
            StatusError: it refuses, or cannot be reached.
        """
        self._client = HttpClient(url)
        self.shown = self.proxy = self._client.shown
        self.findings = Findings()
        self._workspaces = self._names_of_workspaces()
        self._workspace = ""
        self._has_models = False
        self._workspace_of: dict[str, str] = {}
        self._keys: dict[str, list[str]] = {}
        self._model_metrics: dict[str, list[Fields]] = {}

    def _names_of_workspaces(self) -> list[str]:
        """Return the workspaces, [""] of a server without them."""
        told = self._client.get("3.0", "server-info", missing={})
        if not told.get("workspaces_enabled"):
            return [""]
        found = self._client.get("3.0", "workspaces", missing={}).get("workspaces", [])
        return [each["name"] for each in found] or [""]

    def experiments(self) -> Sequence[Experiment]:
        """Return all experiments, deleted ones too, the oldest first."""
        found = []
        for workspace in self._workspaces:
            asked = {"max_results": _PAGE, "view_type": "ALL"}
            for each in self._client.pages("2.0", "experiments/search", asked, "experiments", workspace=workspace):
                experiment = experiment_of(each, workspace)
                self._workspace_of[experiment.id] = workspace
                found.append(experiment)
            own = [each for each, of in self._workspace_of.items() if of == workspace]
            pieces = [own[start : start + _PAGE] for start in range(0, len(own), _PAGE)]
            self._has_models |= any(self._has_any_model(piece, workspace) for piece in pieces)
        return sorted(found, key=lambda each: (each.created or 0, each.id))

    def count_runs(self) -> int | None:
        """Return None: a server does not count."""
        return None

    def run_batches(self, experiment_id: str, size: int) -> Iterator[Sequence[Run]]:
        """Yield the runs of an experiment, the oldest first."""
        asked = {
            "experiment_ids": [experiment_id],
            "max_results": size,
            "run_view_type": "ALL",
            "order_by": ["attributes.start_time ASC"],
        }
        self._workspace = self._workspace_of[experiment_id]
        for page in self._client.lists("2.0", "runs/search", asked, "runs", workspace=self._workspace):
            runs = [self._whole(run_of(each, experiment_id)) for each in page]
            self._keys = {
                run.run_id: [point["key"] for point in told.get("data", {}).get("metrics", ())]
                for run, told in zip(runs, page, strict=True)
            }
            yield runs

    def _has_any_model(self, experiment_ids: list[str], workspace: str) -> bool:
        asked = {"experiment_ids": experiment_ids, "max_results": 1}
        return any(self._client.lists("2.0", "logged-models/search", asked, "models", workspace=workspace, missing={}))

    def _whole(self, run: Run) -> Run:
        """Return a run with the logged models that it read, which MLflow's searches leave out."""
        if not self._has_models:
            return run
        told = self._client.get("2.0", "runs/get", {"run_id": run.run_id}, workspace=self._workspace)
        return replace(run, models_read=run_of(told["run"], run.experiment_id).models_read)

    def model_batches(self, experiment_id: str, size: int) -> Iterator[Sequence[Model]]:
        """Yield the logged models of an experiment; a server does not show deleted ones."""
        asked = {
            "experiment_ids": [experiment_id],
            "max_results": min(size, _MODELS_PAGE),
            "order_by": [{"field_name": "creation_timestamp", "ascending": True}],
        }
        workspace = self._workspace_of[experiment_id]
        for page in self._client.lists("2.0", "logged-models/search", asked, "models", workspace=workspace, missing={}):
            self._model_metrics = {each["info"]["model_id"]: each.get("data", {}).get("metrics", []) for each in page}
            yield [model_of(each) for each in page]

    def point_counts(self, run_ids: Sequence[str]) -> Mapping[str, int] | None:
        """Return None: a server does not count."""
        return None

    def points(self, run_ids: Sequence[str]) -> Iterator[Series]:
        """Yield all points of the runs of the last batch."""
        wanted: dict[str, list[str]] = {}
        for run_id in run_ids:
            for key in self._keys.get(run_id, ()):
                wanted.setdefault(key, []).append(run_id)
        for key, owners in wanted.items():
            for start in range(0, len(owners), _MOST_RUNS):
                yield from self._histories(key, owners[start : start + _MOST_RUNS])

    def _histories(self, key: str, run_ids: Sequence[str]) -> Iterator[Series]:
        """Yield the points of a metric of some runs: by one request if they fit into its answer."""
        asked = {"run_id": list(run_ids), "metric_key": key, "max_results": _HISTORY_PAGE}
        path, workspace = "metrics/get-history-bulk", self._workspace
        told = self._client.get("2.0", path, asked, workspace=workspace, missing={}, is_for_pages=True)
        points = told.get("metrics")
        if points is None or len(points) >= _HISTORY_PAGE:
            for run_id in run_ids:
                yield from self._history(key, run_id, workspace)
            return
        by_run: dict[str, list[Fields]] = {}
        for point in points:
            by_run.setdefault(point["run_id"], []).append(point)
        for run_id, own in by_run.items():
            yield series_of(run_id, key, own)

    def _history(self, key: str, run_id: str, workspace: str) -> Iterator[Series]:
        asked: Fields = {"run_id": run_id, "run_uuid": run_id, "metric_key": key, "max_results": _HISTORY_PAGE}
        while True:
            told = self._client.get("2.0", "metrics/get-history", asked, workspace=workspace)
            if told.get("metrics"):
                yield series_of(run_id, key, told["metrics"])
            if not told.get("next_page_token"):
                return
            asked = {**asked, "page_token": told["next_page_token"]}

    def model_points(self, model_ids: Sequence[str]) -> Iterator[Series]:
        """Yield all points of the logged models of the last batch."""
        for model_id in model_ids:
            for point in self._model_metrics.get(model_id, ()):
                data_set = (point.get("dataset_name", ""), point.get("dataset_digest", ""))
                series = series_of(model_id, point["key"], [point])
                yield series._replace(run_id=point.get("run_id", ""), data_set=data_set)

    def registered_models(self) -> Iterator[RegisteredModel]:
        """Yield the registered models with their versions."""
        for workspace in self._workspaces:
            yield from registered_models(self._client, workspace)

    def left_behind(self) -> Mapping[str, int]:
        """Return how many things of kinds that are not imported there are, as far as a server tells."""
        found: dict[str, int] = {}
        for experiment_id, workspace in self._workspace_of.items():
            asked = {"experiment_ids": [experiment_id], "max_results": 1}
            told = self._client.get("2.0", "traces", asked, workspace=workspace, missing={})
            found["experiments with traces"] = found.get("experiments with traces", 0) + bool(told.get("traces"))
        for workspace in self._workspaces:
            told = self._client.get("2.0", "webhooks", workspace=workspace, missing={})
            found["webhooks"] = found.get("webhooks", 0) + len(told.get("webhooks", ()))
        return {called: count for called, count in found.items() if count}

    def close(self) -> None:
        """Close the connection."""
        self._client.close()
