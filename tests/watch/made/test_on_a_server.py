"""A Workflow of a recent Argo, whose pods tell no outputs, on a real API server: seen while it runs, and again."""

from __future__ import annotations

from typing import Any

from lineal.client import MetadataStore
from lineal.client.transport import LocalTransport
from lineal.upkeep.opening import open_service
from lineal.wire import metadata_store as pb
from tests.watch.kube import Api
from tests.watch.made.argo_pods import started
from tests.watch.test_workloads import create_kind
from tests.watch.watching import CLUSTER, Watching, eventually, watching

RESOURCES = "Pod/v1,Workflow.argoproj.io/v1alpha1"
BEDS = {"endpoint": "store.garden:9000", "bucket": "beds"}


def node(name: str, *, reads: str = "", makes: str = "") -> dict[str, Any]:
    """A step as the Workflow tells of it; only the key of an output is told."""
    inputs = [{"name": "table", "path": "/tmp/inputs/table/data", "s3": {"key": reads}}] if reads else []
    outputs = {"artifacts": [{"name": "made", "s3": {"key": makes}}]} if makes else {}
    return {"id": name, "displayName": name, "type": "Pod", "phase": "Succeeded", "inputs": {"artifacts": inputs},
            "outputs": outputs}  # fmt: skip


def links(store: MetadataStore) -> dict[str, set[tuple[int, str, str]]]:
    """The events of all pods, by the name of the pod: type, name and uri."""
    executions = store.get_executions_by_type("kubeflow.org/Pod/v1")
    events = {one.id: store.get_events_by_execution_ids([one.id]) for one in executions}
    uris = {
        one.id: one.uri for one in store.get_artifacts()
    }  # the watcher goes on: artifacts of all events are here now
    found = {}
    for one in executions:
        assert one.properties["name"].string_value not in found, "stored twice"
        found[one.properties["name"].string_value] = {
            (each.type, each.path.steps[0].key, uris[each.artifact_id]) for each in events[one.id]
        }
    return found


def run(api: Api, namespace: str) -> dict[str, str]:
    """Run a Workflow of two steps; return the resource versions of its pods."""
    workflows = f"/apis/argoproj.io/v1alpha1/namespaces/{namespace}/workflows"
    kind = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow"}
    made = api.create(workflows, {**kind, "metadata": {"name": "grow"}, "spec": {}})
    versions = {}
    for name in ("grow-1", "grow-2"):
        told = started({"name": name, "run": "grow", "template": {"name": "step"}})
        told["metadata"]["ownerReferences"][0]["uid"] = made["metadata"]["uid"]
        pod = api.create(f"/api/v1/namespaces/{namespace}/pods", told)
        versions[name] = pod["metadata"]["resourceVersion"]
    nodes = {"grow-1": node("grow-1", makes="t"), "grow-2": node("grow-2", reads="t", makes="m")}
    repository = {"artifactRepository": {"s3": BEDS}}
    status = {"phase": "Succeeded", "nodes": nodes, "artifactRepositoryRef": repository}
    api.patch(f"{workflows}/grow", {"status": status})
    return versions


def test_the_steps_of_a_workflow_are_its_pods_and_no_pod_is_changed(api: Api, namespace: str) -> None:
    create_kind(api, "argoproj.io", "Workflow", version="v1alpha1")
    table, model = "minio://beds/t", "minio://beds/m"
    expected = {
        "grow-1": {(pb.Event.OUTPUT, "made", table)},
        "grow-2": {(pb.Event.INPUT, "table", table), (pb.Event.OUTPUT, "made", model)},
    }
    with MetadataStore.from_transport(LocalTransport(open_service("sqlite://"))) as store:
        with watching(api.kubeconfig, RESOURCES, namespaces=(namespace,), store=store):
            versions = run(api, namespace)
            eventually(lambda: links(store) == expected)
        with watching(api.kubeconfig, RESOURCES, namespaces=(namespace,), store=store, relist=True) as again:
            eventually(lambda: written(again) == 3)
        executions = store.get_executions()

        assert links(store) == expected
        assert {one.external_id.partition("/")[0] for one in executions} == {CLUSTER}
        assert len(executions) == 3
    pods = api.call("GET", f"/api/v1/namespaces/{namespace}/pods")["items"]
    assert {one["metadata"]["name"]: one["metadata"]["resourceVersion"] for one in pods} == versions


def written(running: Watching) -> float:
    """How many objects were written since the watcher was started."""
    return sum(
        running.metrics.value("written_total", kind=kind, verb=verb)
        for kind in RESOURCES.split(",")
        for verb in ("added", "updated")
    )
