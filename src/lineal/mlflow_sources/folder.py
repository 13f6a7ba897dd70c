"""A folder `mlruns` as a source: what MLflow writes without a database.

    ID/meta.yaml, ID/tags/                                  an experiment; deleted ones are below .trash/
    ID/RUN/meta.yaml, params/, tags/, metrics/, inputs/, outputs/
    ID/datasets/HASH/meta.yaml, ID/models/m-.../            data sets and logged models of an experiment
    models/NAME/                                            a registered model (folder_registry.py)

What cannot be read is counted and left out, and the rest is read. What stays out: single files (folder_files.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from lineal import errors
from lineal.importing.findings import Findings
from lineal.mlflow_sources.folder_files import Files
from lineal.mlflow_sources.folder_registry import REGISTRY, registered_models
from lineal.mlflow_sources.records import DataSetUse, Experiment, Model, RegisteredModel, Run, Series

_TRASH = ".trash"
_META = "meta.yaml"
_NAME_TAG = "mlflow.runName"
_OWN = ("tags", "datasets", "models", "traces")
"""The folders of an experiment that are no runs."""
_STATUSES = {1: "RUNNING", 2: "SCHEDULED", 3: "FINISHED", 4: "FAILED", 5: "KILLED"}
_MODEL_STATUSES = {1: "LOGGED_MODEL_PENDING", 2: "LOGGED_MODEL_READY", 3: "LOGGED_MODEL_UPLOAD_FAILED"}
_START = re.compile(r"^(?:start_time|creation_timestamp): '?(\d+)", re.MULTILINE)
_KEPT = ("name", "digest", "source_type", "source", "schema", "profile")


class FolderSource:
    """The source; `Source` explains its functions."""

    repeats_points = True
    batch_size = 100

    def __init__(self, folder: Path, *, proxy: str = "") -> None:
        """Open a folder.

        Args:
            folder: where the experiments are.
            proxy: the address of the server that keeps the files at `mlflow-artifacts:` addresses.

        Raises:
            InvalidArgumentError: there is no experiment in it.
            FailedPreconditionError: PyYAML is not installed.
        """
        self.shown, self.proxy, self.findings = str(folder), proxy, Findings()
        self._files = Files(folder, self.findings)
        self._places = {each.name: each for each in self._experiment_folders(folder)}
        if not self._places:
            raise errors.InvalidArgumentError(
                f"{self.shown!r} has no experiments: no folder in it has a file {_META}; name the folder mlruns itself"
            )

    @staticmethod
    def _experiment_folders(folder: Path) -> Iterator[Path]:
        for parent in (folder, folder / _TRASH):
            for each in sorted(parent.iterdir()) if parent.is_dir() else ():
                if each.name not in (REGISTRY, _TRASH) and (each / _META).is_file():
                    yield each

    def experiments(self) -> Sequence[Experiment]:
        """Return all experiments, deleted ones too, the oldest first."""
        found = [each for place in self._places.values() if (each := self._experiment(place)) is not None]
        return sorted(found, key=lambda each: (each.created or 0, each.id))

    def _experiment(self, place: Path) -> Experiment | None:
        meta = self._files.meta(place / _META, "experiments")
        if meta is None:
            return None
        return Experiment(
            id=place.name,
            name=text(meta, "name") or place.name,
            artifact_location=text(meta, "artifact_location"),
            is_deleted=meta.get("lifecycle_stage") == "deleted" or place.parent.name == _TRASH,
            created=number(meta, "creation_time"),
            updated=number(meta, "last_update_time"),
            tags=self._files.texts(place / "tags"),
        )

    def count_runs(self) -> int | None:
        """Return how many runs there are."""
        return sum(len(self._run_names(place)) for place in self._places.values())

    def _run_names(self, experiment: Path) -> list[str]:
        return [each.name for each in experiment.iterdir() if each.name not in _OWN and (each / _META).is_file()]

    def run_batches(self, experiment_id: str, size: int) -> Iterator[Sequence[Run]]:
        """Yield the runs of an experiment, the oldest first."""
        place = self._places[experiment_id]
        for names in self._batches(place, self._run_names(place), size):
            yield [run for name in names if (run := self._run(place / name, experiment_id)) is not None]

    def _batches(self, place: Path, names: Sequence[str], size: int) -> Iterator[Sequence[str]]:
        ordered = sorted(names, key=lambda name: (_start(place / name / _META), name))
        return (ordered[start : start + size] for start in range(0, len(ordered), size))

    def _run(self, place: Path, experiment_id: str) -> Run | None:
        meta = self._files.meta(place / _META, "runs")
        if meta is None:
            return None
        tags = self._files.texts(place / "tags")
        status = meta.get("status")
        return Run(
            run_id=place.name,
            experiment_id=experiment_id,
            name=text(meta, "run_name") or tags.get(_NAME_TAG, ""),
            user_id=text(meta, "user_id"),
            status=_STATUSES.get(status, "RUNNING") if isinstance(status, int) else str(status),
            started=number(meta, "start_time") or 0,
            ended=number(meta, "end_time"),
            is_deleted=meta.get("lifecycle_stage") == "deleted",
            deleted=number(meta, "deleted_time"),
            artifact_uri=text(meta, "artifact_uri"),
            params=self._files.texts(place / "params"),
            tags=tags,
            inputs=self._inputs(place),
            models_read=[each["source_id"] for each in self._uses(place / "inputs", "MODEL")],
            models_made=[
                (each["source_id"], number(each, "step") or 0) for each in self._uses(place / "outputs", "RUN_OUTPUT")
            ],
        )

    def _inputs(self, run: Path) -> list[DataSetUse]:
        found = []
        for use in self._uses(run / "inputs", "DATASET"):
            meta = self._files.meta(run.parent / "datasets" / use["source_id"] / _META, "data sets")
            if meta is not None:
                data_set = {name: str(meta[name]) for name in _KEPT if meta.get(name) is not None}
                tags = use.get("tags")
                found.append(DataSetUse(data_set, tags if isinstance(tags, dict) else {}))
        return found

    def _uses(self, folder: Path, kind: str) -> list[dict[str, Any]]:
        """Return what is said of the inputs or outputs of a run that are of a kind."""
        found = [self._files.meta(each / _META, "inputs and outputs") for each in _subfolders(folder)]
        return [each for each in found if each and each.get("source_type") == kind and text(each, "source_id")]

    def model_batches(self, experiment_id: str, size: int) -> Iterator[Sequence[Model]]:
        """Yield the logged models of an experiment, the oldest first."""
        place = self._places[experiment_id] / "models"
        names = [each.name for each in _subfolders(place) if (each / _META).is_file()]
        for batch in self._batches(place, names, size):
            yield [model for name in batch if (model := self._model(place / name, experiment_id)) is not None]

    def _model(self, place: Path, experiment_id: str) -> Model | None:
        meta = self._files.meta(place / _META, "logged models")
        if meta is None:
            return None
        self.findings.add("status messages of logged models", place.name, count=bool(meta.get("status_message")))
        return Model(
            model_id=place.name,
            experiment_id=experiment_id,
            name=text(meta, "name"),
            model_type=text(meta, "model_type"),
            source_run_id=text(meta, "source_run_id"),
            status=_MODEL_STATUSES.get(number(meta, "status") or 1, _MODEL_STATUSES[1]),
            artifact_uri=text(meta, "artifact_location"),
            created=number(meta, "creation_timestamp"),
            updated=number(meta, "last_updated_timestamp"),
            is_deleted=meta.get("lifecycle_stage") == "deleted",
            params=self._files.texts(place / "params"),
            tags=self._files.texts(place / "tags"),
        )

    def point_counts(self, run_ids: Sequence[str]) -> Mapping[str, int] | None:
        """Return how many points runs have."""
        return {each: self._files.count_points(place) for each, place in self._run_places(run_ids)}

    def points(self, run_ids: Sequence[str]) -> Iterator[Series]:
        """Yield all points of runs."""
        for run_id, place in self._run_places(run_ids):
            yield from self._files.points(place, run_id)

    def _run_places(self, run_ids: Sequence[str]) -> Iterator[tuple[str, Path]]:
        for run_id in run_ids:
            for experiment in self._places.values():
                if (experiment / run_id / _META).is_file():
                    yield run_id, experiment / run_id / "metrics"
                    break

    def model_points(self, model_ids: Sequence[str]) -> Iterator[Series]:
        """Yield all points of logged models."""
        for model_id, place in self._model_places(model_ids):
            yield from self._files.points(place, model_id, is_model=True)

    def _model_places(self, model_ids: Sequence[str]) -> Iterator[tuple[str, Path]]:
        for model_id in model_ids:
            for experiment in self._places.values():
                if (experiment / "models" / model_id / _META).is_file():
                    yield model_id, experiment / "models" / model_id / "metrics"
                    break

    def registered_models(self) -> Iterator[RegisteredModel]:
        """Yield the registered models with their versions."""
        return registered_models(self._files)

    def left_behind(self) -> Mapping[str, int]:
        """Return how many things of kinds that are not imported there are."""
        traces = sum(len(_subfolders(place / "traces")) for place in self._places.values())
        others = sum(
            1
            for place in self._places.values()
            for each in _subfolders(place)
            if each.name not in _OWN and not (each / _META).is_file()
        )
        found = {"traces": traces, f"folders without {_META} in experiments": others}
        return {called: count for called, count in found.items() if count}

    def close(self) -> None:
        """Do nothing: no file stays open."""


def _subfolders(folder: Path) -> list[Path]:
    return sorted(each for each in folder.iterdir() if each.is_dir()) if folder.is_dir() else []


def _start(meta: Path) -> int:
    """Return when a run or model began, for their order."""
    try:
        found = _START.search(meta.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return 0
    return int(found[1]) if found else 0


def text(meta: Mapping[str, Any], name: str) -> str:
    """Return a text of a file, "" if it says none; YAML takes some texts for numbers or dates."""
    found = meta.get(name)
    return "" if found is None else str(found)


def number(meta: Mapping[str, Any], name: str) -> int | None:
    """Return a whole number of a file, None if it says none."""
    found = meta.get(name)
    if isinstance(found, str) and found.isdecimal():
        return int(found)
    return found if isinstance(found, int) and not isinstance(found, bool) else None
