"""The manifests of deploy/: a real API server takes them, and they ask for no more than they need."""

from __future__ import annotations

import argparse
import functools
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from lineal.cli import build_parser
from lineal.client.connection import ChannelSettings, settings_of_url
from lineal.watch import parse_resources
from tests import services
from tests.watch.kube import Api

pytestmark = pytest.mark.slow

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
def test_every_object_has_the_form_that_the_newest_kubernetes_describes(overlay: str, tmp_path: Path) -> None:
    (tmp_path / "all.yaml").write_text(yaml.safe_dump_all(made := objects(overlay)))
    program = Path(sys.executable).with_name("kubernetes-validate")

    ran = subprocess.run([program, "--strict", tmp_path / "all.yaml"], capture_output=True, text=True, check=False)

    assert (ran.returncode, ran.stdout.count(" passed ")) == (0, len(made)), ran.stdout + ran.stderr


def test_every_file_of_the_manifests_is_part_of_an_overlay() -> None:
    folder = services.REPOSITORY / "deploy"
    named = {
        (kustomization.parent / name).resolve()
        for kustomization in folder.rglob("kustomization.yaml")
        for name in names_in(yaml.safe_load(kustomization.read_text()))
    }
    written = {path for path in folder.rglob("*.yaml") if path.name != "kustomization.yaml"}

    assert {path for path in named if path.is_file()} == written
    assert {path for path in named if path.is_dir()} == set((folder / "base").iterdir())


def names_in(kustomization: dict[str, Any]) -> list[str]:
    """What a kustomization is made of: files and folders."""
    generated = [name for one in kustomization.get("configMapGenerator", []) for name in one["files"]]
    return [*kustomization.get("resources", []), *(one["path"] for one in kustomization.get("patches", [])), *generated]


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
def test_every_service_finds_the_server_and_the_watcher_calls_one_of_them(overlay: str) -> None:
    labels = of_kind(overlay, "Deployment")["lineal-server"]["spec"]["template"]["metadata"]["labels"]
    services_ = of_kind(overlay, "Service")
    for service in services_.values():
        assert service["spec"]["selector"].items() <= labels.items()

    assert parsed(overlay, "lineal-watcher").to.startswith("grpc://lineal-server:8080")
    assert 8080 in [port["port"] for port in services_["lineal-server"]["spec"]["ports"]]


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
    rules = of_kind(overlay, "ClusterRole")[f"lineal-watcher:{namespace}"]["rules"]
    assert {verb for rule in rules for verb in rule["verbs"]} == {"get", "list", "watch"}
    assert not {"secrets", "*"} & {resource for rule in rules for resource in rule["resources"]}


def test_overlays_in_two_namespaces_share_no_object_of_the_whole_cluster() -> None:
    mine, theirs = (
        {(one["kind"], one["metadata"]["name"]) for one in objects(overlay) if "namespace" not in one["metadata"]}
        for overlay in ("mysql", "kubeflow")
    )

    assert {kind for kind, _ in mine & theirs} == set()
    for overlay in OVERLAYS:
        (role,), (binding,) = (of_kind(overlay, kind).values() for kind in ("ClusterRole", "ClusterRoleBinding"))
        assert binding["roleRef"]["name"] == role["metadata"]["name"]


def test_the_cluster_role_allows_exactly_the_kinds_that_are_watched() -> None:
    watched = {(one.group, f"{one.kind.lower()}s") for one in parse_resources(str(WATCHER / "resources.yaml"))}
    roles = list(yaml.safe_load_all(Path(WATCHER / "roles.yaml").read_text()))
    rules = [rule for rule in roles[0]["rules"] if "watch" in rule["verbs"]]

    assert {(rule["apiGroups"][0], resource) for rule in rules for resource in rule["resources"]} == watched


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_the_server_starts_with_its_arguments_and_asks_for_tokens_except_in_place_of_kubeflows(overlay: str) -> None:
    server = parsed(overlay, "lineal-server")

    assert (server.host, server.insecure) == ("0.0.0.0", True)
    assert server.auth == (() if overlay == "kubeflow" else ("token",))


def test_the_server_in_place_of_kubeflows_takes_the_messages_of_its_launcher() -> None:
    assert parsed("kubeflow", "lineal-server").max_message_mib == 100


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_the_watcher_shows_the_token_of_its_secret_where_the_server_asks(overlay: str) -> None:
    spec = of_kind(overlay, "Deployment")["lineal-watcher"]["spec"]["template"]["spec"]
    mounts = {mount["name"]: mount["mountPath"] for mount in spec["containers"][0]["volumeMounts"]}
    secrets = {volume["name"]: volume["secret"]["secretName"] for volume in spec["volumes"] if "secret" in volume}
    settings = settings_of_url(parsed(overlay, "lineal-watcher").to)
    assert isinstance(settings, ChannelSettings)

    if not parsed(overlay, "lineal-server").auth:
        assert (settings.token_file, secrets) == ("", {})
    else:
        assert settings.token_file == f"{mounts['token']}/token"
        assert secrets == {"token": "lineal-watcher-token"}


def parsed(overlay: str, deployment: str) -> argparse.Namespace:
    """The arguments of a deployment's container, as the command reads them."""
    spec = of_kind(overlay, "Deployment")[deployment]["spec"]["template"]["spec"]
    return build_parser().parse_args(spec["containers"][0]["args"])
