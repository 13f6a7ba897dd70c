"""What the steps of a Workflow made and read is told of their pods, whichever of the two the watcher sees first."""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from lineal.watch.writing.store import open_store
from lineal.wire import metadata_store as pb
from tests.watch.made.storing import Storing, storing
from tests.watch.test_servers import official_server

IN, OUT = pb.Event.INPUT, pb.Event.OUTPUT
TABLE, MODEL = "minio://beds/runs/1/table.tgz", "minio://beds/runs/1/model.tgz"
BEDS = {"endpoint": "store.garden:9000", "bucket": "beds"}
REPOSITORY = {"artifactRepository": {"s3": BEDS}, "default": True}
NODES: dict[str, Any] = {
    "grow": {"id": "grow", "name": "grow", "type": "DAG", "phase": "Succeeded", "children": ["grow-1", "grow-2"],
             "outputs": {"artifacts": [{"name": "model", "s3": {"key": "runs/1/model.tgz"}}]}},
    "grow-1": {"id": "grow-1", "name": "grow.fetch", "displayName": "fetch", "type": "Pod", "phase": "Succeeded",
               "startedAt": "2026-05-01T00:00:01Z", "finishedAt": "2026-05-01T00:00:05Z",
               "inputs": {"parameters": [{"name": "year", "value": "2025"}]},
               "outputs": {"artifacts": [{"name": "table", "path": "/tmp/t", "s3": {"key": "runs/1/table.tgz"}}],
                           "parameters": [{"name": "rows", "value": 1250}], "exitCode": "0"}},
    "grow-2": {"id": "grow-2", "name": "grow.train", "displayName": "train", "type": "Pod", "phase": "Running",
               "inputs": {"artifacts": [{"name": "table", "path": "/tmp/t", "s3": {"key": "runs/1/table.tgz"}}]},
               "outputs": {"artifacts": [{"name": "model", "s3": {"key": "runs/1/model.tgz"}}], "result": "ok"}},
}  # fmt: skip


def workflow(nodes: dict[str, Any] | None = None, **status: Any) -> dict[str, Any]:
    told = {"phase": "Running", "nodes": NODES if nodes is None else nodes, "artifactRepositoryRef": REPOSITORY}
    return {"metadata": {"name": "grow", "uid": "wf-1"}, "spec": {}, "status": {**told, **status}}


def pod(uid: str, node: str, phase: str = "Running") -> dict[str, Any]:
    """A pod of a step, which tells the inputs of the step itself."""
    owner = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow", "name": "grow", "uid": "wf-1"}
    metadata = {"name": f"grow-step-{uid}", "uid": uid, "ownerReferences": [owner]}
    labels = {"workflows.argoproj.io/workflow": "grow"}
    annotations = {"workflows.argoproj.io/node-id": node}
    template = json.dumps({"name": node, "inputs": NODES[node]["inputs"], "archiveLocation": {"s3": BEDS}})
    container = {"name": "main", "env": [{"name": "ARGO_TEMPLATE", "value": template}]}
    return {
        "metadata": {**metadata, "labels": labels, "annotations": annotations},
        "spec": {"containers": [container]},
        "status": {"phase": phase},
    }


def see(running: Storing, *objects: dict[str, Any]) -> None:
    for obj in objects:
        running.record("Pod/v1" if "containers" in obj["spec"] else "Workflow.argoproj.io/v1alpha1", obj)


PODS = [pod("p-1", "grow-1", "Succeeded"), pod("p-2", "grow-2")]


ORDERS = {
    "the pods first": [*PODS, workflow()],
    "the workflow first": [workflow(), *PODS],
    "in turns": [PODS[0], workflow(), PODS[1], PODS[0], workflow()],
}


@pytest.mark.parametrize("order", ORDERS)
def test_a_step_is_the_execution_of_its_pod(order: str) -> None:
    with storing() as running:
        see(running, *ORDERS[order])
        check_pods(running)


@pytest.mark.slow  # the official server takes a while to start
@pytest.mark.parametrize("order", ORDERS)
def test_a_step_is_the_execution_of_its_pod_around_the_official_core(
    official_python: Path, tmp_path: Path, order: str
) -> None:
    url = f"sqlite:///{tmp_path}/s.db"
    with official_server(official_python, url) as server, open_store(server) as store:
        running = Storing(store)
        see(running, *ORDERS[order])
        check_pods(running)


def check_pods(running: Storing) -> None:
    """Check that the two pods, and no others, have made and read what they and the Workflow tell."""
    assert {one.external_id for one in running.store.get_executions()} == {"garden/wf-1", "garden/p-1", "garden/p-2"}
    assert running.links("p-1") == {(OUT, "table", TABLE)}
    assert running.links("p-2") == {(IN, "/tmp/t", TABLE), (OUT, "model", MODEL)}
    assert running.texts("p-1", "input:year", "__kf_workspace__") == ["2025", "garden/beds"]
    assert running.execution("p-1").custom_properties["output:rows"].int_value == 1250
    assert running.texts("p-2", "output:result") == ["ok"]
    assert running.execution("p-1").last_known_state == pb.Execution.COMPLETE
    assert running.execution("p-1").properties["name"].string_value == "grow-step-p-1"
    assert len(running.store.get_artifacts()) == 2
    assert running.problems == []


def test_a_pod_names_its_input_parameters_as_its_component_does_and_not_as_the_workflow() -> None:
    named = pod("p-1", "grow-1")
    named["metadata"]["annotations"]["pipelines.kubeflow.org/arguments.parameters"] = '{"Year": 2025}'
    with storing() as running:
        see(running, named, workflow())

        given = running.execution("p-1").custom_properties
        assert {name for name in given if name.startswith("input:")} == {"input:Year"}


def test_a_step_whose_pod_is_not_watched_is_an_execution_that_follows_the_workflow() -> None:
    with storing() as running:
        see(running, workflow())
        see(running, workflow({**NODES, "grow-2": {**NODES["grow-2"], "phase": "Failed"}}))
        steps = {uid: running.execution(f"wf-1/{uid}") for uid in ("grow-1", "grow-2")}

        assert steps["grow-1"].properties["end_time"].string_value == "2026-05-01T00:00:05Z"
        assert steps["grow-1"].properties["parent"].string_value == "garden/wf-1"
        assert [one.last_known_state for one in steps.values()] == [pb.Execution.COMPLETE, pb.Execution.FAILED]
        assert running.links("wf-1/grow-2") == {(IN, "/tmp/t", TABLE), (OUT, "model", MODEL)}


def test_the_steps_of_a_deleted_workflow_that_were_not_finished_are_cancelled_unless_their_pods_say_more() -> None:
    with storing() as running:
        see(running, workflow(), PODS[1])
        running.record("Workflow.argoproj.io/v1alpha1", workflow(), deleted=True)

        assert running.execution("wf-1/grow-1").last_known_state == pb.Execution.COMPLETE
        assert running.execution("p-2").last_known_state == pb.Execution.RUNNING

    with storing() as running:
        see(running, workflow())
        running.record("Workflow.argoproj.io/v1alpha1", workflow(), deleted=True)

        assert running.execution("wf-1/grow-2").last_known_state == pb.Execution.CANCELED


def test_a_step_that_calls_an_address_has_no_pod() -> None:
    node = {**NODES["grow-1"], "type": "HTTP", "outputs": {"result": "ok"}}
    with storing() as running:
        see(running, workflow({"grow-1": node}))

        assert running.execution("wf-1/grow-1").type == "argoproj.io/HTTP"
        assert running.texts("wf-1/grow-1", "output:result") == ["ok"]


def test_the_pod_keeps_what_the_workflow_told_after_the_watcher_was_started_again() -> None:
    with storing() as running:
        see(running, *PODS, workflow())
        running.__post_init__()
        see(running, pod("p-2", "grow-2", "Failed"), workflow(), pod("p-2", "grow-2", "Failed"))

        assert running.texts("p-2", "output:result") == ["ok"]
        assert running.execution("p-2").last_known_state == pb.Execution.FAILED
        assert len(running.links("p-2")) == 2
        assert len(running.store.get_executions()) == 3


def test_an_artifact_that_kubeflow_pipelines_recorded_itself_is_found_by_its_uri() -> None:
    with storing() as running:
        table = running.put_artifact("system.Dataset", "s3://beds/runs/1/table.tgz")
        model = running.put_artifact("system.Model", MODEL)
        see(running, *PODS, workflow())

        assert {one.id for one in running.store.get_artifacts()} == {table, model}
        assert running.links("p-1") == {(OUT, "table", "s3://beds/runs/1/table.tgz")}


def test_what_goes_into_a_workflow_and_what_it_hands_on_is_its_own() -> None:
    arguments = {"parameters": [{"name": "year", "value": "2024"}, {"name": "rate", "value": "0.1"}]}
    own = {"parameters": [{"name": "year", "value": "2025"}],
           "artifacts": [{"name": "seeds", "gcs": {"bucket": "barn", "key": "seeds"}}]}  # fmt: skip
    outputs = {"artifacts": [{"name": "best", "s3": {"key": "runs/1/model.tgz"}}]}
    told = workflow({}, storedWorkflowTemplateSpec={"arguments": arguments}, outputs=outputs)
    with storing() as running:
        see(running, {**told, "spec": {"arguments": own}})

        assert running.links("wf-1") == {(IN, "seeds", "gs://barn/seeds"), (OUT, "best", MODEL)}
        assert running.texts("wf-1", "input:year", "input:rate") == ["2025", "0.1"]


def test_nodes_that_argo_compressed_are_read() -> None:
    packed = base64.b64encode(gzip.compress(json.dumps(NODES).encode())).decode()
    with storing() as running:
        see(running, workflow({}, compressedNodes=packed))

        assert running.links("wf-1/grow-1") == {(OUT, "table", TABLE)}


@pytest.mark.parametrize(
    ("status", "problem"),
    [
        ({"compressedNodes": "bm90IGd6aXA="}, "its compressed nodes cannot be read"),
        ({"compressedNodes": "***"}, "its compressed nodes cannot be read"),
        ({"offloadNodeStatusVersion": "fnv:1", "phase": "Succeeded"}, "Argo keeps its nodes in a database"),
    ],
)
def test_nodes_that_cannot_be_read_are_a_problem(status: dict[str, Any], problem: str) -> None:
    with storing() as running:
        see(running, workflow({}, **status))

        assert [problem in text for text in running.problems] == [True]


def test_a_workflow_of_kubeflow_pipelines_2_is_left_to_its_own_programs() -> None:
    spec = {"podMetadata": {"annotations": {"pipelines.kubeflow.org/v2_component": "true"}}}
    with storing() as running:
        see(running, {**workflow(), "spec": spec})

        assert running.links("wf-1") == set()
        assert len(running.store.get_executions()) == 1


def test_a_step_of_tfx_is_left_to_its_own_program() -> None:
    labels = {"pipelines.kubeflow.org/pipeline-sdk-type": "tfx-template"}
    told = workflow({"grow-1": {**NODES["grow-1"], "templateName": "fetch"}})
    spec = {"templates": [{"name": "fetch", "metadata": {"labels": labels}}]}
    fetching = pod("p-1", "grow-1")
    fetching["metadata"]["labels"] |= labels
    with storing() as running:
        see(running, {**told, "spec": spec}, fetching, {**told, "spec": spec})

        assert running.links("p-1") == set()
        assert len(running.store.get_executions()) == 2


def test_a_workflow_of_kubeflow_pipelines_1_is_a_run_with_its_steps() -> None:
    told = workflow()
    labels = {"pipeline/runid": "r-1"}
    with storing() as running:
        see(running, {**told, "metadata": {**told["metadata"], "labels": labels}})
        [run] = running.store.get_contexts_by_type("KfpRun")

        assert run.name == "grow"
        assert len(running.store.get_executions_by_context(run.id)) == 3


def test_a_step_with_nothing_but_input_parameters_is_left_to_its_pod() -> None:
    with storing() as running:
        see(running, workflow({"grow-1": {**NODES["grow-1"], "outputs": {"exitCode": "0"}}}))

        assert [one.external_id for one in running.store.get_executions()] == ["garden/wf-1"]


def test_many_artifacts_are_looked_up_together_and_stored_once() -> None:
    steps = [(f"step-{number}", artifact(number - 1), artifact(number)) for number in range(150)]
    nodes = {
        key: {**NODES["grow-1"], "id": key, "inputs": {"artifacts": [read]}, "outputs": {"artifacts": [made]}}
        for key, read, made in steps
    }
    with storing() as running:
        for uri in ("minio://beds/k-7", "s3://beds/k-8", "s3://beds/k-7"):
            running.put_artifact("system.Dataset", uri)
        for _ in range(2):
            see(running, workflow(nodes))
            running.__post_init__()

        assert len(running.store.get_artifacts()) == 151 + 1
        assert len(running.store.get_executions()) == 151
        assert running.links("wf-1/step-8") == {(IN, "a", "minio://beds/k-7"), (OUT, "a", "s3://beds/k-8")}


def artifact(number: int) -> dict[str, Any]:
    return {"name": "a", "s3": {"key": f"k-{number}"}}


def test_the_outputs_of_a_component_of_kubeflow_pipelines_have_its_names_and_types() -> None:
    component = {"name": "Train", "outputs": [{"name": "Best model", "type": "SavedModel"}]}
    annotations = {"pipelines.kubeflow.org/component_spec": json.dumps(component)}
    outputs = {"artifacts": [{"name": "train-Best-model", "s3": {"key": "runs/1/model.tgz"}}]}
    node = {**NODES["grow-2"], "templateName": "train", "outputs": outputs,
            "inputs": {"artifacts": [{"name": "x", "path": "/tmp/inputs/table/data", "s3": {"key": "t"}}]}}  # fmt: skip
    told = workflow({"grow-2": node})
    with storing() as running:
        see(running, {**told, "spec": {"templates": [{"name": "train", "metadata": {"annotations": annotations}}]}})

        assert running.links("wf-1/grow-2") == {(IN, "table", "minio://beds/t"), (OUT, "Best-model", MODEL)}
        assert {one.type: one.uri for one in running.store.get_artifacts()}["SavedModel"] == MODEL


def test_a_memoized_step_is_cached() -> None:
    node = {**NODES["grow-1"], "memoizationStatus": {"hit": True, "key": "k", "cacheName": "c"}}
    with storing() as running:
        see(running, workflow({"grow-1": node}))

        assert running.execution("wf-1/grow-1").last_known_state == pb.Execution.CACHED
