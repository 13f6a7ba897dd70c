"""The manifests of deploy/, as people combine them: a real API server takes them, and so do written rules.

What was checked by what is printed at the end (conftest.py).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy import checks
from tests.deploy.checks import Record
from tests.deploy.choices import COMPONENTS, EVERY, FOR_KUBEFLOWS_OWN, OVERLAYS, Choice
from tests.deploy.cluster import DEPLOY, Cluster
from tests.deploy.pod_security import violations

pytestmark = pytest.mark.slow

every_choice = pytest.mark.parametrize("choice", EVERY, ids=str)


@pytest.fixture(scope="module", autouse=True)
def custom_kinds(request: pytest.FixtureRequest) -> None:
    """The kinds of Istio and of the Prometheus operator."""
    checks.install_custom_kinds(request.getfixturevalue("kube"))


@every_choice
def test_a_real_api_server_accepts_every_object_and_drops_no_field(
    cluster: Cluster, choice: Choice, record_property: Record
) -> None:
    checks.api_server_takes(cluster, choice, record_property)


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
    choice: Choice, tmp_path: Path, record_property: Record
) -> None:
    checks.schemas_describe(choice, tmp_path, record_property)


@every_choice
def test_every_pod_keeps_the_restricted_profile_of_pod_security(choice: Choice, record_property: Record) -> None:
    checks.pods_are_restricted(choice, record_property)


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
    outside = DEPLOY / "prometheus-rules.yaml"  # for a Prometheus outside Kubernetes
    every = {path for path in DEPLOY.rglob("*.yaml") if path.name != "kustomization.yaml" and path != outside}
    written = {path for path in every if not path.is_relative_to(DEPLOY / "chart")}
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
