"""What is wrong in the cluster is a line in the log and a number in the metrics, and the rest goes on."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from lineal.watch.redaction import Redaction
from lineal.watch.writing.store import open_store
from tests.serving import running_server
from tests.watch.kube import Api, KubeServer, pod
from tests.watch.watching import eventually, text, watching

pytestmark = pytest.mark.slow

READ_PODS = [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch"]}]


def test_an_unknown_kind_is_told_once_and_the_rest_goes_on(
    api: Api, namespace: str, caplog: pytest.LogCaptureFixture
) -> None:
    with watching(api.kubeconfig, "Nonsense.example.org/v1,Pod/v1", namespaces=(namespace,)) as running:
        api.create(f"/api/v1/namespaces/{namespace}/pods", pod("one"))
        running.artifact("one")
        assert running.problems("unknown_kind") == running.metrics.value("kinds_unserved") == 1

    assert "Nonsense.example.org/v1 is not served by the cluster; looking for it every" in caplog.text


def test_a_kind_that_the_roles_forbid_is_told_and_the_rest_goes_on(
    kube: KubeServer, caplog: pytest.LogCaptureFixture
) -> None:
    namespace = kube.new_namespace()
    roles = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}"
    kube.create(f"{roles}/roles", {"metadata": {"name": "pods"}, "rules": READ_PODS})
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "pods"}
    limited = [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "limited"}]
    kube.create(f"{roles}/rolebindings", {"metadata": {"name": "pods"}, "roleRef": role, "subjects": limited})
    with watching(kube.limited, "ConfigMap/v1,Pod/v1", namespaces=(namespace,)) as running:
        kube.create(f"/api/v1/namespaces/{namespace}/pods", pod("one"))
        running.artifact("one")
        eventually(lambda: running.problems("forbidden") == 1)
        eventually(lambda: running.metrics.value("kinds_forbidden") == 1)
        status, body = running.watcher._ready()
        assert (status, body.partition("\n")[0]) == (200, "recording")
        assert f"ConfigMap/v1@{namespace} cannot be watched: " in body
        assert running.metrics.value("cluster_away") == 0

    assert "give the watcher's role the verbs get, list and watch for it" in caplog.text


def test_a_watcher_that_may_read_nothing_is_not_ready(kube: KubeServer) -> None:
    with watching(kube.limited, "Pod/v1", until="no kind can be watched", status=503) as running:
        assert "Pod/v1 cannot be watched: " in running.watcher._ready()[1]


@pytest.mark.parametrize(
    ("annotation", "wrong"),
    [
        ("{no json", "it is not JSON"),
        ('{"a":' * 1000 + "1" + "}" * 1000, "the key 'a' is unknown"),
        ("[" * 5000, "it is not JSON"),
        (r'[{"uri": "caf\udce9.csv"}]', r"the uri holds '\udce9', which not every store can hold"),
        ('["text"]', "an entry is a str and not an object"),
        ('[{"uri": 5}]', "is not a string"),
        ('[{"url": "s3://x"}]', "the key 'url' is unknown"),
        ("{}", "an entry has neither uri nor name"),
    ],
)
def test_a_malformed_annotation_is_left_out_and_the_pod_is_stored(
    api: Api, namespace: str, caplog: pytest.LogCaptureFixture, annotation: str, wrong: str
) -> None:
    with watching(api.kubeconfig, namespaces=(namespace,)) as running:
        made = pod("one", annotations={"lineal.dev/inputs": annotation})
        api.create(f"/api/v1/namespaces/{namespace}/pods", made)
        running.execution("one")
        assert running.problems("malformed_annotation") == 1

    assert f"Pod/v1 {namespace}/one: the annotation lineal.dev/inputs is left out: " in caplog.text
    assert wrong in caplog.text


def test_what_is_wrong_in_an_object_is_told_once_and_not_whenever_it_changes(
    api: Api, namespace: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = f"/api/v1/namespaces/{namespace}/pods"
    with watching(api.kubeconfig, namespaces=(namespace,)) as running:
        api.create(path, pod("one", annotations={"lineal.dev/inputs": "{no json"}))
        for number, wrong in (("1", "{no json"), ("2", "{still none"), ("3", "[]"), ("4", "{no json")):
            change = {"labels": {"number": number}, "annotations": {"lineal.dev/inputs": wrong}}
            api.patch(f"{path}/one", {"metadata": change})
            eventually(lambda now=number: f'"{now}"' in text(running.artifact("one"), "labels"))  # type: ignore[misc]

        assert running.problems("malformed_annotation") == 2
    assert caplog.text.count("the annotation lineal.dev/inputs is left out") == 2


def test_an_object_over_the_message_limit_is_recorded_without_the_object(
    api: Api, namespace: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    path = f"/api/v1/namespaces/{namespace}/configmaps"
    with (
        running_server(f"sqlite:///{tmp_path}/store.db", "--max-message-mib", "1") as server,
        open_store(f"grpc://{server.address}") as store,
        watching(api.kubeconfig, "ConfigMap/v1", store=store, namespaces=(namespace,)) as running,
    ):
        quotes = '"' * 540_000
        api.create(path, {"metadata": {"name": "large"}, "data": {"text": quotes}})
        api.create(path, {"metadata": {"name": "small"}, "data": {"text": "x"}})
        large, small = (running.artifact(name, "ConfigMap/v1") for name in ("large", "small"))
        assert running.problems("too_large") == 1

    assert text(large, "object") == ""
    assert large.custom_properties["object_left_out"].string_value
    assert json.loads(text(small, "object"))["data"] == {"text": "x"}
    assert f"ConfigMap/v1 {namespace}/large is larger than the store's message limit" in caplog.text


def test_an_annotation_whose_type_does_not_fit_costs_the_links_only(api: Api, namespace: str) -> None:
    from lineal.wire import metadata_store as pb

    with watching(api.kubeconfig, namespaces=(namespace,)) as running:
        running.store.put_artifact_type(pb.ArtifactType(name="Odd", properties={"version": pb.INT}))
        wrong = json.dumps([{"type": "Odd", "uri": "s3://odd", "version": "one"}])
        api.create(f"/api/v1/namespaces/{namespace}/pods", pod("one", annotations={"lineal.dev/outputs": wrong}))
        running.artifact("one")
        eventually(lambda: running.executions().get("one"))
        assert running.problems("refused") == 1


def test_a_fault_in_reading_an_object_costs_only_this_object(
    api: Api, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    well = Redaction.apply

    def faulty(self: Redaction, obj: dict[str, Any]) -> dict[str, Any]:
        if obj["metadata"]["name"].startswith("bad"):
            raise RuntimeError("a fault")
        return well(self, obj)

    monkeypatch.setattr(Redaction, "apply", faulty)
    path = f"/api/v1/namespaces/{namespace}/pods"
    for name in ("bad-listed", "listed"):
        api.create(path, pod(name))
    with watching(api.kubeconfig, namespaces=(namespace,)) as running:
        for name in ("bad-watched", "watched"):
            api.create(path, pod(name))
        running.artifact("watched")
        assert set(running.artifacts()) == {"listed", "watched"}
        assert running.problems("fault") == 2
