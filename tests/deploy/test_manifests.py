"""The manifests of deploy/, as people combine them: a real API server takes them, and so do written rules.

What was checked by what is printed at the end (conftest.py).
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.choices import COMPONENTS, EVERY, FOR_KUBEFLOWS_OWN, OVERLAYS, Choice, as_served
from tests.deploy.cluster import DEPLOY, Cluster
from tests.deploy.pod_security import violations

pytestmark = pytest.mark.slow

CUSTOM = list(yaml.safe_load_all(Path(__file__).with_name("custom_kinds.yaml").read_text()))
CUSTOM_KINDS = {(one["spec"]["group"], one["spec"]["names"]["kind"]) for one in CUSTOM}
every_choice = pytest.mark.parametrize("choice", EVERY, ids=str)
_Record = Callable[[str, object], None]


@pytest.fixture(scope="module", autouse=True)
def custom_kinds(request: pytest.FixtureRequest) -> None:
    """The kinds of Istio and of the Prometheus operator."""
    api = request.getfixturevalue("kube")
    for one in CUSTOM:
        api.call("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", one)
    for name in ("lineal", "kubeflow"):
        api.call("POST", "/api/v1/namespaces", {"metadata": {"name": name}})
    Cluster(api).kubectl("wait", "--for=condition=Established", "customresourcedefinitions", "--all", "--timeout=60s")


@every_choice
def test_a_real_api_server_accepts_every_object_and_drops_no_field(
    cluster: Cluster, choice: Choice, record_property: _Record
) -> None:
    sent = [as_served(one) for one in choice.objects()]

    text = cluster.kubectl("apply", "--dry-run=server", "-o", "json", "-f", "-", text=yaml.safe_dump_all(sent))

    returned = json.loads(text)["items"]
    assert len(returned) == len(sent)
    for one, answer in zip(sent, returned, strict=True):
        assert lost(without_null(one), answer) == [], one["metadata"]["name"]
        way = "custom kind of the tests" if is_custom(one) else one["apiVersion"]
        record_property("checked", (one["kind"], f"API server ({way})", one["metadata"]["name"]))


def is_custom(one: dict[str, Any]) -> bool:
    return (one["apiVersion"].partition("/")[0], one["kind"]) in CUSTOM_KINDS


def without_null(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_null(one) for key, one in value.items() if one is not None}
    return [without_null(one) for one in value] if isinstance(value, list) else value


def lost(sent: Any, answer: Any, path: str = "") -> list[str]:
    """The paths of what was sent and is not in the answer; numbers and quantities may have another form."""
    if isinstance(sent, dict):
        wrong = [] if isinstance(answer, dict) else [path]
        return wrong or [one for key in sent for one in lost(sent[key], answer.get(key), f"{path}.{key}")]
    if isinstance(sent, list) and sent:
        if not isinstance(answer, list) or len(answer) != len(sent):
            return [path]
        return [one for n, pair in enumerate(zip(sent, answer, strict=True)) for one in lost(*pair, f"{path}[{n}]")]
    return [path] if answer is None and sent not in ({}, []) else []


def test_the_watchers_of_two_installations_keep_their_rights(cluster: Cluster) -> None:
    for choice in (Choice("mysql"), Choice("kubeflow")):
        made = [one for one in choice.objects() if one["kind"].startswith("ClusterRole")]
        cluster.kubectl("apply", "-f", "-", text=yaml.safe_dump_all(made))

    for namespace in ("lineal", "kubeflow"):
        who = f"--as=system:serviceaccount:{namespace}:lineal-watcher"
        assert cluster.kubectl("auth", "can-i", "list", "pods", "--all-namespaces", who).strip() == "yes"
        assert "no" in cluster.shell(f"kubectl auth can-i get secrets --all-namespaces {who} || true")


@every_choice
def test_every_object_has_the_form_that_the_newest_kubernetes_describes(
    choice: Choice, tmp_path: Path, record_property: _Record
) -> None:
    made = [one for one in choice.objects() if not is_custom(one)]
    (tmp_path / "all.yaml").write_text(yaml.safe_dump_all(made))
    program = Path(sys.executable).with_name("kubernetes-validate")

    ran = subprocess.run([program, "--strict", tmp_path / "all.yaml"], capture_output=True, text=True, check=False)

    assert (ran.returncode, ran.stdout.count(" passed ")) == (0, len(made)), ran.stdout + ran.stderr
    for one in made:
        record_property("checked", (one["kind"], "kubernetes-validate --strict", one["metadata"]["name"]))


@every_choice
def test_every_pod_keeps_the_restricted_profile_of_pod_security(choice: Choice, record_property: _Record) -> None:
    for name, template in choice.pods().items():
        assert violations(template) == []
        kind = "Deployment" if name in choice.of_kind("Deployment") else "CronJob"
        record_property("checked", (kind, "restricted Pod Security profile", name))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"hostNetwork": True}, "hostNetwork is on"),
        ({"volumes": [{"name": "docker", "hostPath": {"path": "/var/run"}}]}, "volume docker is of the kind"),
        ({"securityContext": {"runAsNonRoot": True, "runAsUser": 10001}}, "server has no seccomp profile"),
        ({"securityContext": {"runAsUser": 0, "seccompProfile": {"type": "RuntimeDefault"}}}, "may run as root"),
        ({"initContainers": [{"name": "first"}]}, "first can gain privileges"),
    ],
)
def test_the_check_of_pod_security_finds_what_is_forbidden(change: dict[str, Any], said: str) -> None:
    template = Choice("mysql").pods()["lineal-server"]

    (first, *_) = violations({"spec": {**template["spec"], **change}})

    assert said in first


def test_every_file_of_the_manifests_is_part_of_a_combination_that_is_tested() -> None:
    named = {
        (kustomization.parent / name).resolve()
        for kustomization in DEPLOY.rglob("kustomization.yaml")
        for name in names_in(yaml.safe_load(kustomization.read_text()))
    }
    written = {path for path in DEPLOY.rglob("*.yaml") if path.name != "kustomization.yaml"}
    used = {component for choice in EVERY for component in choice.components}

    assert {path for path in named if path.is_file()} == written
    assert set((DEPLOY / "base").iterdir()) <= named
    assert used | FOR_KUBEFLOWS_OWN | {"istio"} == set(COMPONENTS)
    assert {choice.overlay for choice in EVERY} == set(OVERLAYS)


def names_in(kustomization: dict[str, Any]) -> list[str]:
    """What a kustomization is made of: files and folders."""
    generated = [name for one in kustomization.get("configMapGenerator", []) for name in one["files"]]
    patches = [one["path"] for one in kustomization.get("patches", [])]
    return [*kustomization.get("resources", []), *kustomization.get("components", []), *patches, *generated]
