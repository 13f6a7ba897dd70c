"""Secrets never reach the store, nor the queue."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import lineal
from lineal.watch.redaction import Redaction
from tests.watch.kube import Api, pod
from tests.watch.watching import watching

CANARY = "canary-5d41402a"


def redacted(obj: dict[str, Any], *paths: str) -> dict[str, Any]:
    return Redaction(paths).apply(obj)


def container(**fields: Any) -> dict[str, Any]:
    return {"kind": "Pod", "apiVersion": "v1", "spec": {"containers": [{"name": "c", **fields}]}}


def test_no_byte_of_a_secret_is_in_the_database(api: Api, namespace: str, tmp_path: Path) -> None:
    with (
        lineal.connect(f"sqlite:///{tmp_path}/store.db") as store,
        watching(api.kubeconfig, "Secret/v1,Pod/v1", store=store, namespaces=(namespace,)) as running,
    ):
        applied = {"kubectl.kubernetes.io/last-applied-configuration": json.dumps({"stringData": {"key": CANARY}})}
        secret = {"metadata": {"name": "s", "annotations": applied}, "stringData": {"key": CANARY}}
        api.create(f"/api/v1/namespaces/{namespace}/secrets", secret)
        made = pod("p", annotations=applied)
        made["spec"]["containers"][0]["env"] = [{"name": "DB_PASSWORD", "value": CANARY}]
        made["spec"]["containers"][0]["args"] = ["--api-key", CANARY, f"--to=mysql://u:{CANARY}@db/x"]
        api.create(f"/api/v1/namespaces/{namespace}/pods", made)
        stored = json.loads(running.artifact("s", "Secret/v1").properties["object"].string_value)
        running.execution("p")

    assert stored["data"] == {"key": "***"}
    assert all(CANARY.encode() not in path.read_bytes() for path in tmp_path.iterdir())
    assert all(b"Y2FuYXJ5" not in path.read_bytes() for path in tmp_path.iterdir())  # the same in base64


def test_managed_fields_and_applied_configurations_are_dropped() -> None:
    annotations = {"kubectl.kubernetes.io/last-applied-configuration": "{}", "kept": "yes"}
    obj = {"kind": "ConfigMap", "metadata": {"managedFields": [{}], "annotations": annotations}}

    assert redacted(obj) == {"kind": "ConfigMap", "metadata": {"annotations": {"kept": "yes"}}}


def test_values_of_variables_are_hidden_by_their_name_and_where_they_come_from() -> None:
    plain, named = {"name": "MAX_TOKENS", "value": "5"}, {"name": "GITHUB_TOKEN", "value": "x"}
    referred = {"name": "A", "value": "x", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}

    env = redacted(container(env=[plain, named, referred]))["spec"]["containers"][0]["env"]

    assert [one["value"] for one in env] == ["5", "***", "***"]


def test_words_of_commands_are_hidden_where_they_tell_secrets() -> None:
    words = ["--password=x", "--token", "y", "--tokenizer=bert", "--author", "me", "export API_KEY=z; run"]

    args = redacted(container(args=words))["spec"]["containers"][0]["args"]

    assert args == ["--password=***", "--token", "***", "--tokenizer=bert", "--author", "me", "export API_KEY=***; run"]


def test_pods_inside_other_objects_are_searched_as_well() -> None:
    obj = {"kind": "TFJob", "spec": {"deep": [{"template": container(env=[{"name": "SECRET", "value": "x"}])}]}}

    assert '"x"' not in json.dumps(redacted(obj))


def test_further_paths_can_be_given() -> None:
    obj = {"kind": "Study", "spec": {"users": [{"pin": "1"}, {"pin": "2"}], "open": "3"}}

    assert redacted(obj, "spec.users.*.pin")["spec"] == {"users": [{"pin": "***"}, {"pin": "***"}], "open": "3"}
