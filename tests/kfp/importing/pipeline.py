"""A run of Kubeflow Pipelines 3 with everything that an import knows, and a second one that reads from its cache."""

from __future__ import annotations

from typing import Any

from tests.kfp.importing.kfp_database import KfpDatabase

ROOT, RUNTIME, BRANCH, CONDITION, LOOP, EXIT, IMPORTER, DAG = range(1, 9)
RUNNING, SUCCEEDED, SKIPPED, FAILED, CACHED = range(1, 6)
ARTIFACT, MODEL, DATASET, HTML, MARKDOWN, METRIC, CLASSIFICATION, SLICED = range(1, 9)
FROM_TASK, FROM_PARENT, COLLECTED, FROM_ITERATOR, OF_ITERATOR, OUTPUT, ONE_OF = 2, 3, 5, 6, 8, 9, 10
FIRST, SECOND = "11111111-aaaa-4aaa-8aaa-000000000001", "22222222-aaaa-4aaa-8aaa-000000000002"


def parameter(key: str, value: Any) -> dict[str, Any]:
    """Return a parameter as the database has it."""
    return {"parameterKey": key, "value": value, "type": "RUNTIME_VALUE_INPUT"}


def fill(database: KfpDatabase) -> None:
    """Add two runs of the pipeline `churn`."""
    database.add("experiments", UUID="e-1", Name="nightly", Description="", CreatedAtInSec=1, Namespace="team-a")
    first(database)
    second(database)


def first(database: KfpDatabase) -> None:
    """Add a run: an importer, a step, a loop of two, a condition that does not hold, and a step that fails."""
    run = database.run(FIRST, Description="the first", ServiceAccount="pipeline-runner", JobUUID="job-1")
    root = database.task("t-root", run, "ROOT", kind=ROOT, InputParameters=[parameter("seed", 7)])
    database.task("t-import", run, "pre", parent=root, kind=IMPORTER)
    pods = [
        {"name": "churn-driver", "uid": "u-0", "type": "DRIVER"},
        {"name": "churn-impl", "uid": "u-1", "type": "EXECUTOR"},
    ]
    database.task(
        "t-prepare", run, "prepare", parent=root, pods=pods, Fingerprint="fp-1",
        InputParameters=[parameter("rows", 10), parameter("names", ["a", {"b": None}])],
        OutputParameters=[parameter("classes", 3)],
    )  # fmt: skip
    database.task("t-loop", run, "for-rates", parent=root, kind=LOOP, TypeAttrs={"iterationCount": "2"})
    for index in (0, 1):
        task = database.task(
            f"t-train-{index}", run, "train", parent="t-loop", TypeAttrs={"iterationIndex": str(index)}
        )
        database.link("a-data", task, run, FROM_TASK, "data")
        database.artifact(f"a-model-{index}", MODEL, Name="model", Metadata={"framework": "forest"})
        producer = {"taskName": "train", "iteration": str(index)}
        database.link(f"a-model-{index}", task, run, OF_ITERATOR, "model", Iteration=index, Producer=producer)
    database.task("t-branch", run, "condition-branches-1", parent=root, kind=BRANCH)
    database.task("t-if", run, "condition-2", parent="t-branch", kind=CONDITION, State=SKIPPED, FinishedInSec=0)
    database.task(
        "t-report", run, "report", parent=root, State=FAILED, StatusMetadata={"message": "exit code 137: OOMKilled"}
    )
    _artifacts(database, run)


def _artifacts(database: KfpDatabase, run: str) -> None:
    database.artifact("a-base", MODEL, URI="s3://shared/base", Name="base", Metadata={"revision": 3, "lfs": True})
    database.link("a-base", "t-import", run, OUTPUT, "artifact")
    database.link("a-base", "t-prepare", run, FROM_TASK, "base")
    metadata = {"rows": 10, "header": True, "origin": {"bucket": "raw"}, "columns": ["a", "ü"], "nothing": None}
    database.artifact("a-data", DATASET, Name="training_set", Metadata=metadata, Description="who leaves")
    database.link("a-data", "t-prepare", run, OUTPUT, "training_set")
    for name, value in (("accuracy", 0.9), ("loss", 0.25)):
        database.artifact(f"a-{name}", METRIC, URI=None, Name=name, NumberValue=value, Metadata={name: value})
        database.link(f"a-{name}", "t-prepare", run, OUTPUT, "metrics")
    for index in (0, 1):
        database.link(f"a-model-{index}", "t-report", run, COLLECTED, "models")
    database.link("a-data", "t-report", run, FROM_TASK, "data")


def second(database: KfpDatabase) -> None:
    """Add a run whose step took its outputs from the cache, and whose model was trained from them."""
    run = database.run(SECOND, CreatedAtInSec=1_780_003_600, FinishedAtInSec=0, State="RUNNING")
    root = database.task("u-root", run, "ROOT", kind=ROOT, State=RUNNING, FinishedInSec=0)
    database.task("u-prepare", run, "prepare", parent=root, State=CACHED, Fingerprint="fp-1")
    database.link("a-data", "u-prepare", run, OUTPUT, "training_set")
    database.task("u-train", run, "train", parent=root, State=RUNNING, FinishedInSec=0)
    database.link("a-data", "u-train", run, FROM_TASK, "data")
