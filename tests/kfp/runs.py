"""Runs of pipelines as data: what the replays play.

Names and values are invented; the forms are those of compiled pipelines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

Metadata = Mapping[str, Any]


@dataclass(frozen=True)
class Task:
    """A task of a pipeline.

    Attributes:
        name: its name, unique within the pipeline.
        kind: container, importer, dag or loop.
        parameters: its input parameters.
        reads: its input artifacts: names by `TASK.OUTPUT`.
        makes: its output artifacts: the type and the metadata of each.
        returns: its output parameters.
        tasks: the tasks inside of a dag, or inside of each iteration of a loop.
        items: what a loop iterates over.
        ends: COMPLETE or FAILED; CANCELED for one whose condition does not hold.
        is_cached: whether the outputs of the same task of the run before are taken.
        driver_restarts: whether its driver's pod is lost after it has recorded the execution, and another one starts.
        uri: where an imported artifact is.
        reimports: whether an imported artifact is recorded anew.
        plugins: custom properties of plugins.
    """

    name: str
    kind: str = "container"
    parameters: Metadata = field(default_factory=dict)
    reads: Mapping[str, str] = field(default_factory=dict)
    makes: Mapping[str, tuple[str, Metadata]] = field(default_factory=dict)
    returns: Metadata = field(default_factory=dict)
    tasks: Sequence[Task] = ()
    items: Sequence[Any] = ()
    ends: str = "COMPLETE"
    is_cached: bool = False
    driver_restarts: bool = False
    uri: str = ""
    reimports: bool = False
    plugins: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """A run of a pipeline."""

    pipeline: str
    run_id: str
    namespace: str
    tasks: Sequence[Task]
    parameters: Metadata = field(default_factory=dict)

    @property
    def root(self) -> str:
        """Where its outputs go."""
        return f"minio://artifacts/{self.namespace}/v2"


PREPARE = Task(
    "prepare",
    parameters={"rows": 10_000, "share": 0.2, "shuffle": True, "columns": ["age", "näme"], "options": {"sep": ";"}},
    makes={
        "training_set": ("system.Dataset", {"rows": 8_000, "header": True, "columns": ["age", "näme"]}),
        "test_set": ("system.Dataset", {"rows": 2_000, "origin": {"bucket": "raw", "days": [1, 2]}}),
    },
    returns={"classes": 3, "summary": "fine"},
    plugins={"plugins.tracker.run_id": "7f1"},
)
TRAIN = Task(
    "train",
    parameters={"epochs": 3, "rate": 0.01},
    reads={"data": "prepare.training_set"},
    makes={"model": ("system.Model", {"framework": "forest"}), "log": ("system.Artifact", {})},
)
EVALUATE = Task(
    "evaluate",
    reads={"model": "train.model", "data": "prepare.test_set"},
    makes={
        "metrics": ("system.Metrics", {"accuracy": 0.91, "loss": 0.2}),
        "confusion": (
            "system.ClassificationMetrics",
            {"confusionMatrix": {"struct": {"annotationSpecs": [{"displayName": "a"}], "rows": [{"row": [1, 2]}]}}},
        ),
        "report": ("system.HTML", {}),
    },
)
SIMPLE = Run("churn", "0b8e2f52-0001", "team-a", [PREPARE, TRAIN, EVALUATE], {"seed": 7})
CACHED = replace(
    SIMPLE, run_id="0b8e2f52-0002", tasks=[replace(task, is_cached=True) for task in (PREPARE, TRAIN)] + [EVALUATE]
)
FAILED = replace(
    SIMPLE,
    run_id="0b8e2f52-0003",
    tasks=[
        PREPARE,
        replace(TRAIN, ends="FAILED", makes={}, driver_restarts=True),
        Task("clean-up", "dag", tasks=[Task("notify", parameters={"to": "ops"})]),
    ],
)
RETRIED = replace(FAILED, run_id="0b8e2f52-0004", tasks=[replace(PREPARE, is_cached=True), TRAIN, EVALUATE])
LOOPS = Run(
    "sweep",
    "0b8e2f52-0005",
    "team-b",
    [
        PREPARE,
        Task(
            "for-rates",
            "loop",
            items=[0.1, 0.01, 0.001],
            parameters={"rates": [0.1, 0.01, 0.001]},
            tasks=[
                replace(TRAIN, name="train-one"),
                Task("score-one", reads={"model": "train-one.model"}, returns={"score": 0.5}),
            ],
        ),
        Task("for-nothing", "loop", items=[], tasks=[TRAIN]),
    ],
)
MANY = Run(
    "many",
    "0b8e2f52-0006",
    "team-b",
    [Task("for-days", "loop", items=list(range(12)), tasks=[Task("count-day", returns={"count": 1})])],
)
"""More executions in one run than a page of the server has."""
NESTED = Run(
    "nested",
    "0b8e2f52-0007",
    "team-a",
    [
        Task(
            "pre",
            "importer",
            uri="s3://shared/base-model",
            makes={"artifact": ("system.Model", {"display_name": "base", "revision": 3})},
        ),
        Task(
            "outer",
            "dag",
            reads={"base": "pre.artifact"},
            tasks=[
                Task("inner", "dag", tasks=[PREPARE, replace(TRAIN, reads={"data": "prepare.training_set"})]),
                replace(EVALUATE, reads={"model": "train.model"}),
            ],
        ),
        Task("condition-1", "dag", ends="CANCELED", tasks=[]),
    ],
)
IMPORTED_AGAIN = replace(
    NESTED,
    run_id="0b8e2f52-0008",
    tasks=[NESTED.tasks[0], replace(NESTED.tasks[0], name="pre-2", reimports=True)],
)
"""Finds the artifact that the run before imported, and imports it a second time as a new one."""
EVERY_RUN = (SIMPLE, CACHED, FAILED, RETRIED, LOOPS, MANY, NESTED, IMPORTED_AGAIN)


@dataclass(frozen=True)
class Step:
    """A pod of Kubeflow Pipelines 1, as its metadata writer sees it.

    Attributes:
        pod: the name of the pod.
        component: the name of its component.
        arguments: the arguments of its parameters.
        reads: the names of its input artifacts, and their uris.
        makes: its output artifacts: the uri and the type of each.
    """

    pod: str
    component: str
    arguments: Metadata = field(default_factory=dict)
    reads: Mapping[str, str] = field(default_factory=dict)
    makes: Mapping[str, tuple[str, str]] = field(default_factory=dict)


OLD_WORKFLOW = "churn-x7k2p"
OLD_STEPS = (
    Step("churn-x7k2p-1", "Fetch@sha256=12ab", {"n": 5, "where": "eu", "q": 0.5}, {}, {
        "table": ("minio://old/churn-x7k2p/1/table.tgz", "CSV"),
        "notes": ("minio://old/churn-x7k2p/1/notes.tgz", "NoType"),
    }),
    Step("churn-x7k2p-2", "Fit@sha256=34cd", {}, {"rows": "minio://old/churn-x7k2p/1/table.tgz"}, {
        "model": ("minio://old/churn-x7k2p/2/model.tgz", "Model"),
    }),
    Step("churn-x7k2p-3", "Fit@sha256=34cd", {}, {"rows": "minio://old/nothing"}, {}),
)  # fmt: skip
