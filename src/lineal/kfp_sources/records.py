"""What a source of an import holds, as values: runs, their tasks, artifacts, and the links between both.

Times are milliseconds since the epoch. What stays out: reading them (the other modules), and storing them (lineal/kfp).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from lineal.importing.findings import Findings


class RunMetric(NamedTuple):
    """A metric that a step of a run reported by the old interface for metrics."""

    node: str
    name: str
    value: float


@dataclass(frozen=True)
class Run:
    """A run of a pipeline.

    Attributes:
        run_id: its id.
        name: the name that people gave it.
        pipeline: the name of its pipeline, as its specification has it.
        namespace: its namespace, "" if the source does not say.
        experiment_id, experiment: the id and the name of its experiment.
        description: its description.
        state: its state, such as SUCCEEDED; "" if the source does not say.
        is_archived: whether it was archived.
        service_account: who ran it.
        recurring_run_id: the recurring run that it is of.
        pipeline_root: where its outputs go, "" for the place of the installation.
        parameters: its parameters.
        created, scheduled, ended: when it was made, was to start, and ended; None if the source does not say.
        metrics: what steps reported by the old interface.
    """

    run_id: str
    name: str = ""
    pipeline: str = ""
    namespace: str = ""
    experiment_id: str = ""
    experiment: str = ""
    description: str = ""
    state: str = ""
    is_archived: bool = False
    service_account: str = ""
    recurring_run_id: str = ""
    pipeline_root: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    created: int | None = None
    scheduled: int | None = None
    ended: int | None = None
    metrics: Sequence[RunMetric] = ()


@dataclass(frozen=True)
class Task:
    """A task of a run.

    Attributes:
        task_id, run_id: its id, and that of its run.
        parent_id: the task that it is inside of, "" for the first one of a run.
        name, display_name: its names.
        kind: ROOT, RUNTIME, CONDITION_BRANCH, CONDITION, LOOP, EXIT_HANDLER, IMPORTER or DAG.
        state: RUNNING, SUCCEEDED, SKIPPED, FAILED, CACHED, or "" for none.
        message: what is said of the state.
        namespace: its namespace.
        fingerprint: what the cache knows it by.
        pods: the name, the uid and the type (DRIVER, EXECUTOR) of each of its pods.
        iteration_index: which iteration it is, None for none.
        iteration_count: how many iterations a loop has, None for no loop.
        downloads: whether an importer copies the artifact into the workspace of the run.
        scope_path: where it is in the pipeline.
        inputs, outputs: parameters.
        created, started, ended: when it was recorded, started and ended; None if the source does not say.
    """

    task_id: str
    run_id: str
    parent_id: str = ""
    name: str = ""
    display_name: str = ""
    kind: str = "RUNTIME"
    state: str = ""
    message: str = ""
    namespace: str = ""
    fingerprint: str = ""
    pods: Sequence[tuple[str, str, str]] = ()
    iteration_index: int | None = None
    iteration_count: int | None = None
    downloads: bool = False
    scope_path: str = ""
    inputs: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    created: int | None = None
    started: int | None = None
    ended: int | None = None


@dataclass(frozen=True)
class Artifact:
    """An artifact.

    Attributes:
        artifact_id: its id.
        type: Artifact, Model, Dataset, HTML, Markdown, Metric, ClassificationMetric, SlicedClassificationMetric, or ""
            for none.
        name: its name, of a metric the name of the metric.
        uri: where its bytes are.
        namespace: its namespace.
        description: its description.
        metadata: its properties.
        number: the value of a metric, None for none.
        created, updated: when it was recorded and last changed; None if the source does not say.
    """

    artifact_id: str
    type: str = "Artifact"
    name: str = ""
    uri: str = ""
    namespace: str = ""
    description: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    number: float | None = None
    created: int | None = None
    updated: int | None = None


@dataclass(frozen=True)
class Link:
    """What a task read or wrote.

    Attributes:
        artifact_id, task_id, run_id: what is linked.
        type: how, such as TASK_OUTPUT_INPUT or OUTPUT; "" for none.
        key: the name of the input or output.
        iteration: the iteration of a loop that made it, None for none.
    """

    artifact_id: str
    task_id: str
    run_id: str
    type: str
    key: str = ""
    iteration: int | None = None


@dataclass(frozen=True)
class WholeRun:
    """A run with its tasks, its links, and the artifacts that these name, by their ids."""

    run: Run
    tasks: Sequence[Task] = ()
    links: Sequence[Link] = ()
    artifacts: Mapping[str, Artifact] = field(default_factory=dict)


class Source(Protocol):
    """What an import reads.

    Attributes:
        shown: what it is called in messages, without secrets.
        findings: what of it could not be read.
    """

    shown: str
    findings: Findings

    def count_runs(self) -> int | None:
        """Return how many runs there are, None if that is not known."""

    def run_batches(self) -> Iterator[Sequence[WholeRun]]:
        """Yield the runs, the oldest first, with all that belongs to them."""

    def loose_artifacts(self) -> Iterator[Sequence[Artifact]]:
        """Yield the artifacts that no task is linked to."""

    def left_behind(self) -> Mapping[str, int]:
        """Return how many things of kinds that are not imported there are, by what they are called."""

    def close(self) -> None:
        """End reading."""
