"""The manifests of deploy/: a real API server takes them, and they ask for no more than they need."""

from __future__ import annotations

import functools
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from lineal.watch import parse_resources
from tests import services
from tests.watch.kube import Api

OVERLAYS = sorted(path.name for path in (services.REPOSITORY / "deploy" / "overlays").iterdir())
WATCHER = services.REPOSITORY / "deploy" / "base" / "watcher"


@functools.cache
def kubectl(*words: str, text: str = "") -> str:
    program = services.require_program("kubectl", package="kubernetes-client")
    ran = subprocess.run([program, *words], input=text, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def objects(overlay: str) -> list[dict[str, Any]]:
    text = kubectl("kustomize", str(services.REPOSITORY / "deploy" / "overlays" / overlay))
    return [one for one in yaml.safe_load_all(text) if one]


def of_kind(overlay: str, kind: str) -> dict[str, dict[str, Any]]:
    return {one["metadata"]["name"]: one for one in objects(overlay) if one["kind"] == kind}


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_a_real_api_server_accepts_every_object(api: Api, overlay: str) -> None:
    made = objects(overlay)
    namespace = next(one["metadata"]["namespace"] for one in made if one["kind"] == "Deployment")
    api.call("POST", "/api/v1/namespaces", {"metadata": {"name": namespace}})
    text = yaml.safe_dump_all(made)

    printed = kubectl("--kubeconfig", str(api.kubeconfig), "apply", "--dry-run=server", "-f", "-", text=text)

    assert printed.count("(server dry run)") == len(made)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_container_is_confined_probed_and_limited(overlay: str) -> None:
    for deployment in of_kind(overlay, "Deployment").values():
        spec = deployment["spec"]["template"]["spec"]
        assert spec["securityContext"]["runAsNonRoot"] is True
        for container in spec["containers"]:
            assert container["securityContext"]["readOnlyRootFilesystem"] is True
            assert container["securityContext"]["allowPrivilegeEscalation"] is False
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
            assert {"cpu", "memory"} <= container["resources"]["limits"].keys()
            assert {"livenessProbe", "readinessProbe"} <= container.keys()


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_kubeflow_finds_the_server_under_the_name_that_it_knows(overlay: str) -> None:
    service = of_kind(overlay, "Service")["metadata-grpc-service"]["spec"]
    labels = of_kind(overlay, "Deployment")["metadata-grpc-deployment"]["spec"]["template"]["metadata"]["labels"]

    assert [port["port"] for port in service["ports"]] == [8080]
    assert service["selector"].items() <= labels.items()


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_pod_is_covered_by_a_network_policy(overlay: str) -> None:
    policies = [one["spec"]["podSelector"]["matchLabels"] for one in of_kind(overlay, "NetworkPolicy").values()]
    for deployment in of_kind(overlay, "Deployment").values():
        labels = deployment["spec"]["template"]["metadata"]["labels"]
        assert any(selected.items() <= labels.items() for selected in policies)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_the_roles_are_bound_to_the_watcher_and_no_secret_can_be_read(overlay: str) -> None:
    namespace = of_kind(overlay, "Deployment")["lineal-watcher"]["metadata"]["namespace"]
    for kind in ("ClusterRoleBinding", "RoleBinding"):
        for binding in of_kind(overlay, kind).values():
            subject = {"kind": "ServiceAccount", "name": "lineal-watcher", "namespace": namespace}
            assert binding["subjects"] == [subject]
    rules = of_kind(overlay, "ClusterRole")["lineal-watcher"]["rules"]
    assert {verb for rule in rules for verb in rule["verbs"]} == {"get", "list", "watch"}
    assert not {"secrets", "*"} & {resource for rule in rules for resource in rule["resources"]}


def test_the_cluster_role_allows_exactly_the_kinds_that_are_watched() -> None:
    watched = {(one.group, f"{one.kind.lower()}s") for one in parse_resources(str(WATCHER / "resources.yaml"))}
    roles = list(yaml.safe_load_all(Path(WATCHER / "roles.yaml").read_text()))
    rules = [rule for rule in roles[0]["rules"] if "watch" in rule["verbs"]]

    assert {(rule["apiGroups"][0], resource) for rule in rules for resource in rule["resources"]} == watched


def test_the_arguments_in_the_manifests_are_flags_of_the_commands() -> None:
    from lineal.cli import build_parser

    for deployment in of_kind("sqlite", "Deployment").values():
        arguments = deployment["spec"]["template"]["spec"]["containers"][0]["args"]
        assert build_parser().parse_args(arguments)
