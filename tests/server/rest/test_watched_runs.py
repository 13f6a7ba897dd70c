"""Workflows and other watched objects that run several steps are runs, and the contexts below a context are listed."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from lineal import MetadataStore
from lineal.client.transport import LocalTransport
from lineal.watch import parse_resources
from lineal.watch.handlers import Seen
from lineal.watch.workloads import WorkloadHandler
from lineal.watch.writing.recorder import Recorder
from tests.engines import EVERY_ENGINE, Engine
from tests.server.rest.conftest import reading, serving
from tests.server.rest.shelf import Shelf

KINDS = {
    "Workflow": "argoproj.io/v1alpha1",
    "PipelineRun": "tekton.dev/v1",
    "TaskRun": "tekton.dev/v1",
    "Job": "batch/v1",
    "Pod": "v1",
}


def watched(kind: str, name: str, owner: tuple[str, str] | None = None) -> Seen:
    group, _, version = KINDS[kind].rpartition("/")
    [resource] = parse_resources(f"{kind}.{group}/{version}" if group else f"{kind}/{version}")
    metadata: dict[str, Any] = {"name": name, "namespace": "lab", "uid": f"uid-{name}"}
    if owner:
        metadata["ownerReferences"] = [{"kind": owner[0], "name": owner[1], "uid": f"uid-{owner[1]}"}]
    obj = {"kind": kind, "apiVersion": KINDS[kind], "metadata": metadata, "status": {"phase": "Running"}}
    return Seen(resource, obj, "c", "c/lab", time="2026-01-01T00:00:00Z", path=f"/{name}")


def put_lab(shelf: Shelf) -> Shelf:
    """Record a Workflow of two Pods, a PipelineRun with three TaskRuns and their Pods, and a Job with a Pod."""
    seen = [watched("Pod", f"bake-{number}", ("Workflow", "bake")) for number in (1, 2)]
    seen += [watched("Workflow", "bake"), watched("PipelineRun", "deploy")]
    for number in range(3):
        seen.append(watched("TaskRun", f"task-{number}", ("PipelineRun", "deploy")))
        seen.append(watched("Pod", f"task-pod-{number}", ("TaskRun", f"task-{number}")))
    seen += [watched("Job", "alone"), watched("Pod", "alone-pod", ("Job", "alone"))]
    recorder = Recorder(MetadataStore.from_transport(LocalTransport(shelf.service)))
    for each in seen:
        recorder.write(WorkloadHandler().on_add(each))
    return shelf


@pytest.fixture(scope="module")
def lab(kept_shelf: Shelf) -> Shelf:
    return put_lab(kept_shelf)


def context(lab: Shelf, name: str) -> str:
    [found] = [each for each in lab.get("/contexts", limit=100)["items"] if each["name"] == name]
    return str(found["id"])


def test_workflows_and_pipeline_runs_are_runs_and_jobs_are_not(lab: Shelf) -> None:
    runs = {run["name"]: run for run in lab.get("/runs")["items"]}

    assert runs.keys() == {"bake", "deploy"}
    assert (runs["bake"]["executions"], runs["bake"]["states"]) == (3, {"RUNNING": 3})
    assert (runs["bake"]["workspace"], runs["bake"]["context_id"]) == ("c/lab", context(lab, "bake"))
    assert lab.get(f"/runs/{runs['deploy']['id']}/holding")["executions"] == 4
    assert [run["name"] for run in lab.get("/runs", workspace="c/lab", name="bak")["items"]] == ["bake"]


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("run=bake", ["bake", "bake-1", "bake-2"]),
        ("run:BAKE", ["bake", "bake-1", "bake-2"]),
        ("run=deploy type=TaskRun", ["task-0", "task-1", "task-2"]),
        ("run=alone", []),
        ("run=c/uid-bake", []),
        ("run!=bake type=Pod", []),
    ],
)
def test_what_such_a_run_holds_is_found_by_its_name(lab: Shelf, q: str, found: list[str]) -> None:
    assert sorted(row["name"] for row in lab.get("/executions", q=q, limit=100)["items"]) == found


@pytest.mark.slow
@pytest.mark.parametrize("engine", EVERY_ENGINE)
def test_watched_runs_are_found_on_every_engine(engine: Engine, servers: ExitStack, tmp_path: Path) -> None:
    with (
        engine.empty_url(servers, tmp_path) as database,
        serving(database) as (service, url),
        reading(url) as client,
    ):
        lab = put_lab(Shelf(service, client))
        found = lab.get("/executions", q="run=bake", limit=100)["items"]
        assert sorted((row["name"], row["run"]) for row in found) == [
            ("bake", "bake"),
            ("bake-1", "bake"),
            ("bake-2", "bake"),
        ]
        assert len(lab.get("/executions", q="run:DEPL", limit=100)["items"]) == 4
        assert {run["name"] for run in lab.get("/runs")["items"]} == {"bake", "deploy"}
        assert len(lab.get(f"/contexts/{context(lab, 'deploy')}/children")["items"]) == 3


def test_cards_say_the_run(lab: Shelf) -> None:
    rows = {row["name"]: row["run"] for row in lab.get("/executions", limit=100)["items"]}

    assert (rows["bake-1"], rows["task-1"], rows["alone-pod"]) == ("bake", "deploy", None)


def test_records_name_the_contexts_of_watched_objects_by_the_object(lab: Shelf) -> None:
    [pod] = [each for each in lab.get("/executions", limit=100)["items"] if each["name"] == "bake-1"]
    held = lab.get(f"/executions/{pod['id']}")["contexts"]
    assert {each["name"] for each in held} == {"c/lab", "bake"}
    below = lab.get(f"/contexts/{context(lab, 'task-0')}")["contexts"]
    assert [each["name"] for each in below] == ["deploy"]


def test_the_contexts_below_a_context_are_listed_in_pages(lab: Shelf) -> None:
    deploy = context(lab, "deploy")
    first = lab.get(f"/contexts/{deploy}/children", order_by="name", limit=2)
    second = lab.get(f"/contexts/{deploy}/children", order_by="name", limit=2, cursor=first["next_cursor"])

    assert [[row["name"] for row in page["items"]] for page in (first, second)] == [["task-0", "task-1"], ["task-2"]]
    assert second["next_cursor"] is None
    assert [row["name"] for row in lab.get(f"/contexts/{deploy}/children", q="name:task-1")["items"]] == ["task-1"]
    assert lab.get(f"/contexts/{context(lab, 'task-0')}/children")["items"] == []
    assert lab.problem("/contexts/999/children")["status"] == 404
