"""What is stored for objects: the original watcher's form, and what came later; on a real API server."""

from __future__ import annotations

import json
import time

import pytest

from lineal.watch import names
from lineal.wire import metadata_store as pb
from tests.watch.kube import Api, pod
from tests.watch.watching import CLUSTER, eventually, text, watching


def test_a_pod_is_stored_in_the_form_of_the_original_watcher(api: Api, namespace: str) -> None:
    with watching(api.kubeconfig, namespaces=(namespace,)) as running:
        made = api.create(f"/api/v1/namespaces/{namespace}/pods", pod("one"))
        stored = running.artifact("one")

    assert stored.type == "kubeflow.org/Pod/v1"
    assert stored.uri == f"/api/v1/namespaces/{namespace}/pods/one"
    assert text(stored, "version") == made["metadata"]["uid"]
    assert text(stored, "create_time") == made["metadata"]["creationTimestamp"]
    assert json.loads(text(stored, "object"))["spec"] == made["spec"]
    assert stored.custom_properties["__kf_workspace__"].string_value == "resource_watcher"
    assert stored.external_id == f"{CLUSTER}/{made['metadata']['uid']}"


@pytest.mark.flaky(reruns=2)
def test_a_new_pod_is_in_the_store_within_a_second(api: Api, namespace: str) -> None:
    with watching(api.kubeconfig, namespaces=(namespace,)) as running:
        for number in range(5):
            began = time.monotonic()
            api.create(f"/api/v1/namespaces/{namespace}/pods", pod(f"p{number}"))
            eventually(lambda name=f"p{number}": running.artifacts().get(name), timeout=1.0)  # type: ignore[misc]
            assert time.monotonic() - began < 1.0


def test_an_update_replaces_the_object_and_tells_labels_phase_and_conditions(api: Api, namespace: str) -> None:
    path = f"/api/v1/namespaces/{namespace}/pods"
    with watching(api.kubeconfig, namespaces=(namespace,)) as running:
        api.create(path, pod("one"))
        first = running.artifact("one")
        api.patch(f"{path}/one", {"metadata": {"labels": {"app": "x"}}})
        conditions = [{"type": "Ready", "status": "True"}]
        api.patch(f"{path}/one/status", {"status": {"phase": "Running", "conditions": conditions}})
        eventually(lambda: text(running.artifact("one"), "phase") == "Running")
        stored = running.artifact("one")

    assert json.loads(text(stored, "labels")) == {"app": "x"}
    assert json.loads(text(stored, "conditions")) == {"Ready": "True"}
    assert json.loads(text(stored, "object"))["status"]["phase"] == "Running"
    assert text(stored, "last_update") > text(first, "last_update")
    assert stored.id == first.id


def test_a_deleted_pod_stays_as_deleted_and_a_new_one_of_its_name_is_another(api: Api, namespace: str) -> None:
    path = f"/api/v1/namespaces/{namespace}/pods"
    with watching(api.kubeconfig, namespaces=(namespace,)) as running:
        old = api.create(path, pod("one"))["metadata"]["uid"]
        running.artifact("one")
        api.delete(f"{path}/one")
        eventually(lambda: running.artifact("one").state == pb.Artifact.DELETED)
        new = api.create(path, pod("one"))["metadata"]["uid"]
        eventually(lambda: len(running.store.get_artifacts()) == 2)
        states = {text(one, "version"): one.state for one in running.store.get_artifacts()}

    assert states == {old: pb.Artifact.DELETED, new: pb.Artifact.LIVE}


def test_two_clusters_do_not_collide_in_one_store(api: Api, namespace: str) -> None:
    with watching(api.kubeconfig, namespaces=(namespace,)) as running:
        api.create(f"/api/v1/namespaces/{namespace}/pods", pod("one"))
        running.artifact("one")
        with watching(api.kubeconfig, namespaces=(namespace,), store=running.store, cluster="other"):
            eventually(lambda: len(running.store.get_artifacts()) == 2)
        clusters = {text(one, "cluster") for one in running.store.get_artifacts()}

    assert clusters == {CLUSTER, "other"}


def test_a_cluster_without_a_given_name_is_called_by_its_uid(api: Api, namespace: str) -> None:
    uid = api.call("GET", "/api/v1/namespaces/kube-system")["metadata"]["uid"]
    with watching(api.kubeconfig, namespaces=(namespace,), cluster="") as running:
        api.create(f"/api/v1/namespaces/{namespace}/pods", pod("one"))
        stored = running.artifact("one")

    assert stored.external_id == names.external_id(uid, text(stored, "version"))


def test_objects_that_leave_the_selection_are_not_taken_for_deleted(api: Api, namespace: str) -> None:
    path = f"/api/v1/namespaces/{namespace}/pods"
    with watching(api.kubeconfig, namespaces=(namespace,), selector="app=x") as running:
        for name in ("left", "gone"):
            api.create(path, pod(name, labels={"app": "x"}))
        api.create(path, pod("other"))
        api.patch(f"{path}/left", {"metadata": {"labels": {"app": "y"}}})
        api.delete(f"{path}/gone")
        eventually(lambda: running.artifact("gone").state == pb.Artifact.DELETED)
        states = {name: one.state for name, one in running.artifacts().items()}

    assert states == {"left": pb.Artifact.LIVE, "gone": pb.Artifact.DELETED}


def test_nothing_is_written_to_the_watched_objects(api: Api, namespace: str) -> None:
    path = f"/api/v1/namespaces/{namespace}/pods"
    with watching(api.kubeconfig, namespaces=(namespace,)) as running:
        version = api.create(path, pod("one"))["metadata"]["resourceVersion"]
        running.artifact("one")
        running.execution("one")
        now = api.call("GET", f"{path}/one")["metadata"]["resourceVersion"]

    assert now == version
