"""Interruptions: restarts, history that is gone, a store that is away, several replicas; on a real API server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import lineal
from lineal.watch.writing.store import open_store
from lineal.wire import metadata_store as pb
from tests.ports import free_port
from tests.serving import running_server
from tests.watch.kube import Api, KubeServer, custom_kind, pod, running_kube
from tests.watch.watching import Watching, eventually, watching

pytestmark = pytest.mark.slow
DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


def states(running: Watching) -> dict[str, int]:
    return {name: one.state for name, one in running.artifacts().items()}


def test_a_restarted_watcher_resumes_where_it_was_and_stores_nothing_twice(
    api: Api, namespace: str, tmp_path: Path
) -> None:
    path = f"/api/v1/namespaces/{namespace}/pods"
    with lineal.connect(f"sqlite:///{tmp_path}/store.db") as store:
        with watching(api.kubeconfig, store=store, namespaces=(namespace,)) as running:
            for name in ("stays", "goes"):
                api.create(path, pod(name))
                running.artifact(name)
        api.delete(f"{path}/goes")
        api.create(path, pod("comes"))
        with watching(api.kubeconfig, store=store, namespaces=(namespace,)) as running:
            running.artifact("comes")
            assert states(running) == {"stays": pb.Artifact.LIVE, "goes": pb.Artifact.DELETED, "comes": 2}
            assert running.metrics.value("lists_total", kind=f"Pod/v1@{namespace}") == 0
            assert running.metrics.value("events_total", kind="Pod/v1", verb="added") == 1


def test_history_that_is_gone_is_made_up_for_by_a_list(kube: KubeServer, tmp_path: Path) -> None:
    namespace = kube.new_namespace()
    path = f"/api/v1/namespaces/{namespace}/pods"
    with lineal.connect(f"sqlite:///{tmp_path}/store.db") as store:
        with watching(kube.kubeconfig, store=store, namespaces=(namespace,)) as running:
            for name in ("stays", "goes", "changes"):
                kube.create(path, pod(name))
                running.artifact(name)
        kube.delete(f"{path}/goes")
        kube.patch(f"{path}/changes", {"metadata": {"labels": {"a": "b"}}})
        kube.create(path, pod("comes"))
        kube.compact()
        with watching(kube.kubeconfig, store=store, namespaces=(namespace,)) as running:
            running.artifact("comes")
            eventually(lambda: states(running)["goes"] == pb.Artifact.DELETED)
            assert running.execution("goes").last_known_state == pb.Execution.CANCELED
            assert running.metrics.value("gone_total", kind=f"Pod/v1@{namespace}") == 1
            written = {verb: running.metrics.value("written_total", kind="Pod/v1", verb=verb) for verb in VERBS}

    assert written == {"added": 1, "updated": 1, "deleted": 1}


VERBS = ("added", "updated", "deleted")


def test_changes_wait_in_a_bounded_queue_while_the_store_is_away(api: Api, namespace: str, tmp_path: Path) -> None:
    path, url = f"/api/v1/namespaces/{namespace}/pods", f"sqlite:///{tmp_path}/store.db"
    port = free_port()
    with (
        running_server(url, "--grpc-port", str(port)) as server,
        open_store(f"grpc://127.0.0.1:{port}") as store,
        watching(api.kubeconfig, store=store, namespaces=(namespace,), queue_objects=5) as running,
    ):
        api.create(path, pod("first"))
        running.artifact("first")
        server.process.kill()
        server.process.wait()
        for number in range(20):
            api.create(path, pod(f"p{number}"))
        api.delete(f"{path}/first")
        eventually(lambda: running.metrics.value("queue_changes") == 5)
        assert running.watcher._ready() == (503, "the store does not answer\n")
        with running_server(url, "--grpc-port", str(port)):
            eventually(running.synced, timeout=30)
            eventually(lambda: states(running).get("first") == pb.Artifact.DELETED)
            assert len(running.artifacts()) == len(running.executions()) == 21


def test_a_kind_that_appears_later_is_picked_up_and_so_is_its_end(api: Api, namespace: str) -> None:
    group = f"{namespace}.example.com"
    kind, path = f"Later.{group}/v1", f"/apis/{group}/v1/namespaces/{namespace}/laters"
    later = {"apiVersion": f"{group}/v1", "kind": "Later", "metadata": {"name": "one"}}
    with watching(api.kubeconfig, f"{kind},Pod/v1", namespaces=(namespace,)) as running:
        eventually(lambda: running.problems("unknown_kind") == 1)
        api.create(DEFINITIONS, custom_kind(group, "Later"))
        eventually(lambda: api.call("POST", path, later).get("metadata"))
        assert running.artifact("one", kind).state == pb.Artifact.LIVE
        api.call("DELETE", f"{DEFINITIONS}/laters.{group}")
        eventually(lambda: running.artifact("one", kind).state == pb.Artifact.DELETED)
        eventually(lambda: running.problems("unknown_kind") == 2, timeout=90)


def test_a_kind_whose_definition_was_removed_while_the_watcher_was_down_ends(api: Api, namespace: str) -> None:
    group = f"{namespace}.example.com"
    kinds = f"Gone.{group}/v1,Left.{group}/v1"
    with lineal.connect("sqlite://") as store:
        with watching(api.kubeconfig, f"{kinds},Unlisted.{group}/v1", store=store) as running:
            for name in ("Gone", "Left", "Unlisted"):
                define_and_make_one(api, group, name)
                running.artifact("one", f"{name}.{group}/v1")
            uri = running.artifact("one", f"Gone.{group}/v1").uri
        for name in ("Gone", "Unlisted"):
            api.call("DELETE", f"{DEFINITIONS}/{name.lower()}s.{group}")
        with watching(api.kubeconfig, kinds, store=store) as running:
            eventually(lambda: running.artifact("one", f"Gone.{group}/v1").state == pb.Artifact.DELETED, timeout=60)
            assert running.artifact("one", f"Gone.{group}/v1").uri == uri
            assert running.artifact("one", f"Left.{group}/v1").state == pb.Artifact.LIVE
            assert running.artifact("one", f"Unlisted.{group}/v1").state == pb.Artifact.LIVE


def test_a_kind_that_is_served_in_another_version_only_has_not_ended(
    api: Api, namespace: str, caplog: pytest.LogCaptureFixture
) -> None:
    group = f"{namespace}.example.com"
    kind = f"Moved.{group}/v1"
    with lineal.connect("sqlite://") as store:
        with watching(api.kubeconfig, kind, store=store) as running:
            define_and_make_one(api, group, "Moved")
            running.artifact("one", kind)
        path = f"{DEFINITIONS}/moveds.{group}"
        version = api.call("GET", path)["spec"]["versions"][0]
        versions = [version | {"served": False}, version | {"name": "v2", "storage": False}]
        assert api.patch(path, {"spec": {"versions": versions}})["kind"] != "Status"
        with watching(api.kubeconfig, kind, store=store) as running:
            eventually(lambda: "the objects exist as v2 now" in caplog.text, timeout=60)
            assert running.artifact("one", kind).state == pb.Artifact.LIVE


def define_and_make_one(api: Api, group: str, kind: str) -> None:
    api.create(DEFINITIONS, custom_kind(group, kind))
    path = f"/apis/{group}/v1/namespaces/default/{kind.lower()}s"
    one = {"apiVersion": f"{group}/v1", "kind": kind, "metadata": {"name": "one"}}
    eventually(lambda: api.call("POST", path, one).get("metadata", {}).get("uid"))


def test_a_lost_api_server_makes_the_watcher_unready_until_it_answers(tmp_path: Path) -> None:
    with running_kube(tmp_path) as kube, watching(kube.kubeconfig, "Pod/v1,Job.batch/v1") as running:
        kube.kill()
        eventually(lambda: running.watcher._ready()[0] == 503)
        eventually(lambda: running.watcher._ready()[1].startswith("the API server does not answer: "))
        eventually(lambda: running.metrics.value("cluster_away") == 1)
        kube.start_api()
        eventually(running.synced, timeout=30)
        eventually(lambda: running.metrics.value("cluster_away") == 0)


def test_a_new_record_of_everything_finds_what_was_deleted_meanwhile(api: Api, namespace: str) -> None:
    path = f"/api/v1/namespaces/{namespace}/pods"
    with lineal.connect("sqlite://") as store:
        with watching(api.kubeconfig, store=store, namespaces=(namespace,)) as running:
            for name in ("stays", "goes"):
                api.create(path, pod(name))
                running.artifact(name)
        api.delete(f"{path}/goes")
        with watching(api.kubeconfig, store=store, namespaces=(namespace,), relist=True) as running:
            eventually(lambda: states(running) == {"stays": pb.Artifact.LIVE, "goes": pb.Artifact.DELETED})
            assert running.metrics.value("written_total", kind="Pod/v1", verb="updated") == 1


def test_of_two_replicas_one_records_and_the_other_takes_over(api: Api, namespace: str) -> None:
    path, lease = f"/api/v1/namespaces/{namespace}/pods", f"{namespace}/watcher"
    with lineal.connect("sqlite://") as store:
        common: Any = {"store": store, "namespaces": (namespace,), "lease": lease}
        with watching(api.kubeconfig, **common) as first:
            api.create(path, pod("one"))
            first.artifact("one")
            with watching(api.kubeconfig, until="standing by", **common) as second:
                with_first = second.metrics.value("leader"), first.metrics.value("leader")
                first.watcher._stopped.set()
                eventually(second.synced)
                api.create(path, pod("two"))
                second.artifact("two")
                assert set(second.artifacts()) == {"one", "two"}

    assert with_first == (0, 1)


def test_two_replicas_without_a_lease_do_no_harm(api: Api, namespace: str) -> None:
    path = f"/api/v1/namespaces/{namespace}/pods"
    with lineal.connect("sqlite://") as store:
        common: Any = {"store": store, "namespaces": (namespace,)}
        with watching(api.kubeconfig, **common) as first, watching(api.kubeconfig, **common) as second:
            for number in range(10):
                api.create(path, pod(f"p{number}"))
            for running in (first, second):
                eventually(lambda one=running: one.metrics.value("written_total", kind="Pod/v1", verb="added") == 10)
            assert len(first.artifacts()) == len(first.executions()) == 10
            assert first.problems("refused") == second.problems("refused") == 0
