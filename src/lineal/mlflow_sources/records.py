"""What a source of an import holds, as values: experiments, runs, points, logged models, registered models, versions.

Times are milliseconds since the epoch. What stays out: reading them (the other modules), and storing them
(lineal/mlflow/importing).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from lineal.importing.findings import Findings

DEFAULT_WORKSPACE = "default"
DEFAULT_EXPERIMENT = "0"


@dataclass(frozen=True)
class Experiment:
    """An experiment; `created` and `updated` are None if the source does not know them."""

    id: str
    name: str
    workspace: str = DEFAULT_WORKSPACE
    artifact_location: str = ""
    is_deleted: bool = False
    created: int | None = None
    updated: int | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class DataSetUse:
    """A data set that a run read.

    Attributes:
        data_set: its `name` and `digest`, and those of `source_type`, `source`, `schema` and `profile` that are known.
        tags: the tags of the use, such as `mlflow.data.context`.
    """

    data_set: Mapping[str, str]
    tags: Mapping[str, str]


@dataclass(frozen=True)
class Run:
    """A run without its points.

    Attributes:
        run_id: its id.
        experiment_id: the id of its experiment in the source.
        name: its name.
        user_id: who ran it.
        status: RUNNING, SCHEDULED, FINISHED, FAILED or KILLED.
        started: when it started.
        ended: when it ended, None if it has not.
        is_deleted: whether it is deleted.
        deleted: when it was deleted, None if the source does not know.
        artifact_uri: where its files are.
        params: its parameters.
        tags: its tags.
        inputs: the data sets that it read.
        models_read: the ids of the logged models that it read.
        models_made: the ids of the logged models that it made, each with the step.
    """

    run_id: str
    experiment_id: str
    name: str = ""
    user_id: str = ""
    status: str = "RUNNING"
    started: int = 0
    ended: int | None = None
    is_deleted: bool = False
    deleted: int | None = None
    artifact_uri: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    inputs: Sequence[DataSetUse] = ()
    models_read: Sequence[str] = ()
    models_made: Sequence[tuple[str, int]] = ()


@dataclass(frozen=True)
class Model:
    """A logged model without its points; `status` is one of LOGGED_MODEL_PENDING, _READY and _UPLOAD_FAILED."""

    model_id: str
    experiment_id: str
    name: str = ""
    model_type: str = ""
    source_run_id: str = ""
    status: str = "LOGGED_MODEL_READY"
    artifact_uri: str = ""
    created: int | None = None
    updated: int | None = None
    is_deleted: bool = False
    params: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Version:
    """A version of a registered model.

    Attributes:
        number: its number, from 1 on.
        source: where its files are, as it was said when it was registered.
        run_id: the run that made it, "" if nobody said.
        model_id: the logged model that it is a version of, "" for none.
        status: PENDING_REGISTRATION, FAILED_REGISTRATION or READY.
        status_message: what MLflow says of the status.
        stage: None, Staging, Production or Archived.
        description: its description.
        run_link: the address of the run.
        user_id: who registered it.
        created: when it was registered.
        updated: when it was last changed.
        tags: its tags.
        is_deleted: whether it is deleted; MLflow keeps little of such a version.
    """

    number: int
    source: str
    run_id: str = ""
    model_id: str = ""
    status: str = "READY"
    status_message: str = ""
    stage: str = "None"
    description: str = ""
    run_link: str = ""
    user_id: str = ""
    created: int | None = None
    updated: int | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    is_deleted: bool = False


@dataclass(frozen=True)
class RegisteredModel:
    """A registered model with its versions; `aliases` are the numbers of versions by alias."""

    name: str
    workspace: str = DEFAULT_WORKSPACE
    description: str = ""
    created: int | None = None
    updated: int | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, int] = field(default_factory=dict)
    versions: Sequence[Version] = ()


class Series(NamedTuple):
    """Points of one metric as columns, index-aligned; a metric may come in several series.

    Attributes:
        owner: the id of the run or logged model.
        key: the name of the metric.
        steps: the steps.
        times: the times.
        values: the values, which may be NaN or infinite.
        run_id: for a logged model, the run that measured it.
        data_set: for a logged model, the name and the digest of the data set that it was measured on, "" for none.
    """

    owner: str
    key: str
    steps: list[int]
    times: list[int]
    values: list[float]
    run_id: str = ""
    data_set: tuple[str, str] = ("", "")


LONGEST_SERIES = 10_000
"""How many points a series has at most."""


class Source(Protocol):
    """What an import reads. Ids are those of the source.

    Attributes:
        shown: what it is called in messages, without secrets.
        findings: what of it could not be read.
        repeats_points: whether a metric may have the same point twice.
        batch_size: how many runs to read together.
        proxy: the address of the server that keeps the files at `mlflow-artifacts:` addresses, "" if it is not known.
    """

    shown: str
    findings: Findings
    repeats_points: bool
    batch_size: int
    proxy: str

    def experiments(self) -> Sequence[Experiment]:
        """Return all experiments, deleted ones too, the oldest first."""

    def count_runs(self) -> int | None:
        """Return how many runs there are, None if that is not known."""

    def run_batches(self, experiment_id: str, size: int) -> Iterator[Sequence[Run]]:
        """Yield the runs of an experiment, deleted ones too, the oldest first.

        What else is asked of a batch before the next one is read is of the same state of the source.
        """

    def model_batches(self, experiment_id: str, size: int) -> Iterator[Sequence[Model]]:
        """Yield the logged models of an experiment, deleted ones too if the source shows them, the oldest first."""

    def point_counts(self, run_ids: Sequence[str]) -> Mapping[str, int] | None:
        """Return how many points runs have, by their ids; None if that is not known."""

    def points(self, run_ids: Sequence[str]) -> Iterator[Series]:
        """Yield all points of runs, those of a run one after the other."""

    def model_points(self, model_ids: Sequence[str]) -> Iterator[Series]:
        """Yield all points of logged models, those of a model one after the other."""

    def registered_models(self) -> Iterator[RegisteredModel]:
        """Yield the registered models and prompts with their versions."""

    def left_behind(self) -> Mapping[str, int]:
        """Return how many things of kinds that Lineal does not import there are, by what they are called."""

    def close(self) -> None:
        """End reading."""
